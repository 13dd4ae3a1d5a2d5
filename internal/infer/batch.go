package infer

import (
	"context"
	"slices"
	"sync"
	"time"

	"airglow/internal/model"
)

// company is what calls have to have in common to travel in one batch.
type company struct {
	service                       model.Service
	model                         string
	contentType, accept, language string
	timeout                       time.Duration
	limitName                     string
	size, share                   int
	// done ends them.
	done <-chan struct{}
}

func companyOf(ctx context.Context, call Call) company {
	r := call.Request
	return company{
		service: r.Service, model: r.Model, contentType: r.ContentType, accept: r.Accept, language: r.Language,
		timeout: call.Timeout, limitName: call.LimitName, size: call.BatchSize, share: call.MaxConcurrency, done: ctx.Done(),
	}
}

// batchLimits says how a call may travel with others; zero if not at all.
func (r *Runner) batchLimits(call Call) model.BatchLimits {
	if !call.Policy.Mode.Asks() {
		return model.BatchLimits{}
	}
	routes, err := r.models.Routes(call.Request)
	if err != nil {
		return model.BatchLimits{}
	}
	route := r.health.first(routes)
	provider, ok := route.Provider.(model.BatchProvider)
	if !ok {
		return model.BatchLimits{}
	}
	limits := provider.BatchLimits(route.Request)
	if limits.Size(call.BatchSize) < 2 {
		return model.BatchLimits{}
	}
	return limits
}

// settle takes the result of the i-th call of a batch.
type settle func(i int, a Answer, err error)

// Batch makes calls that keep each other company, as few requests as possible,
// and gives settle the result of each, from any goroutine. It returns when all
// are settled.
//
// A batch that fails for a reason that passes is tried again whole. One that
// fails for what may be a single row's fault is tried again in halves, down to
// the row, which then fails with its own error. Where the map has fallbacks, what
// the first route cannot answer goes on to the others, in batches where they take
// them. All of it happens within the calls' one time limit.
func (r *Runner) Batch(ctx context.Context, calls []Call, settle settle) {
	f := &flight{runner: r, ctx: ctx, settle: settle}
	all := make([]int, len(calls))
	for i := range all {
		all[i] = i
	}
	routes, err := r.models.Routes(calls[0].Request)
	if err != nil {
		f.fail(all, err)
		return
	}
	f.calls = make([]Call, len(calls))
	for i, call := range calls {
		f.calls[i] = call.within(routes)
	}
	routes, f.mark = r.health.plan(routes)
	f.route, f.rest = routes[0], routes[1:]
	if _, ok := f.route.Provider.(model.BatchProvider); ok {
		f.first(all)
	} else { // another was to answer when they gathered
		for _, n := range all {
			f.alone(n, routes, nil)
		}
	}
	f.parts.Wait()
	if f.whole != nil {
		f.limit.stop()
		f.whole.stop()
	}
}

// flight is one batch on its way. Its calls are named by their place in it.
type flight struct {
	runner *Runner
	ctx    context.Context
	calls  []Call
	route  Route
	// rest are the routes after it, and mark says when their order was decided.
	rest   []Route
	mark   int
	settle settle
	// failures are those of the routes before it.
	failures []failure
	// whole is the calls' limit, limit what the route has of it.
	whole *limit
	limit limit
	parts sync.WaitGroup
}

// first begins the batch, whose time limit runs from then on.
func (f *flight) first(all []int) {
	visit := f.visit(all)
	defer visit.leave()
	visit.patience = f.calls[0].patience() / time.Duration(len(f.rest)+1)
	paid, err := f.runner.admit(f.ctx, visit, f.route, f.those(all))
	if err != nil && !isServiceError(err) {
		f.fail(all, interrupted(f.ctx, f.calls[0]))
		return
	}
	f.whole = startLimit(f.ctx, f.runner, f.calls[0], visit.held)
	part, release := f.whole.share(f.route, len(f.rest))
	f.limit = *part
	f.limit.stop = release
	visit.deadline = f.limit.retryUntil
	if err != nil {
		f.shrink(all, trial{limit: f.limit}, err)
		return
	}
	f.send(visit, all, paid)
}

// send sends a part that has been let in, unless the route has fallen while it waited.
func (f *flight) send(visit *visit, part []int, paid paid) {
	if len(f.rest) > 0 && f.runner.health.fellSince(f.mark, f.route) {
		paid.hold.Release()
		visit.pass()
		f.fail(part, f.runner.health.failure(f.route))
		return
	}
	f.try(visit, part, trial{limit: f.limit, attempt: 1, paid: paid})
}

// trial is where a part of a batch stands: what it has left of the time and how
// often it was sent.
type trial struct {
	limit   limit
	attempt int
	paid    paid // for the next attempt
}

// try sends a part that has been let in, and again as long as that helps.
func (f *flight) try(visit *visit, part []int, t trial) {
	for ; ; t.attempt++ {
		results, err := f.attempt(t, part)
		visit.exit(outcomeOf(used(results), worst(results, err)))
		if err == nil {
			if part, err = f.sort(part, results, t); len(part) == 0 {
				return
			}
		}
		if len(part) > 1 && divides(err) && t.limit.ctx.Err() == nil {
			f.goOn(t, part[:len(part)/2])
			f.goOn(t, part[len(part)/2:])
			return
		}
		if len(f.rest) > 0 && f.runner.givesUp(f.mark, attempt{route: f.route, number: t.attempt}, err) {
			f.lose(part, err)
			return
		}
		if err := t.limit.pause(visit, t.attempt, err); err != nil {
			f.lose(part, err)
			return
		}
		if t.paid, err = f.runner.admit(t.limit.ctx, visit, f.route, f.those(part)); err != nil {
			f.shrink(part, t, stopped(err, t.limit.ended(t.attempt)))
			return
		}
	}
}

// attempt sends a part once.
func (f *flight) attempt(t trial, part []int) ([]model.Result, error) {
	number := len(f.failures) + t.attempt // of the calls, on all routes
	f.calls[0].underWay(1)
	results, err := f.runner.send(t.limit.ctx, attempt{f.route, number, t.paid}, f.those(part))
	f.calls[0].underWay(-1)
	if err == nil {
		tally{f.runner.counters, f.calls[0].Session}.answered()
		f.runner.health.answered(f.route)
	}
	return results, err
}

// sort settles what has its answer or its final failure. What is to be tried
// again is returned, with one of the failures. A row whose answer cannot be told
// apart from the others' is tried by itself.
func (f *flight) sort(part []int, results []model.Result, t trial) (again []int, failure error) {
	for i, n := range part {
		switch err := results[i].Err; {
		case err == nil:
			f.settle(n, f.route.answer(results[i].Response, len(f.failures)+t.attempt), nil)
		case model.Retryable(err):
			again, failure = append(again, n), err
		case len(part) > 1 && model.KindOf(err) == model.BadAnswer:
			f.goOn(t, []int{n})
		default:
			f.fail([]int{n}, err)
		}
	}
	return again, failure
}

// goOn goes on with a part by itself.
func (f *flight) goOn(t trial, part []int) {
	t.attempt++
	f.parts.Go(func() {
		visit := f.visit(part)
		visit.goesOn(&t.limit)
		defer visit.leave()
		var err error
		if t.paid, err = f.runner.admit(t.limit.ctx, visit, f.route, f.those(part)); err != nil {
			t.attempt--
			f.shrink(part, t, stopped(err, t.limit.ended(t.attempt)))
			return
		}
		f.try(visit, part, t)
	})
}

// shrink fails a part that was not let in. What is too much for a budget goes on
// in halves: some of it may not be.
func (f *flight) shrink(part []int, t trial, err error) {
	if len(part) == 1 || model.KindOf(err) != model.OverBudget {
		f.lose(part, err)
		return
	}
	f.goOn(t, part[:len(part)/2])
	f.goOn(t, part[len(part)/2:])
}

func (f *flight) visit(part []int) *visit {
	visit := f.runner.lanes.join(f.route, f.calls[0])
	visit.cost = 0
	for _, n := range part {
		visit.cost += int64(len(f.calls[n].Request.Body)) / 4
	}
	return visit
}

// those are the calls of a part, which are in order.
func (f *flight) those(part []int) []Call {
	if len(part) == len(f.calls) {
		return f.calls
	}
	calls := make([]Call, len(part))
	for i, n := range part {
		calls[i] = f.calls[n]
	}
	return calls
}

// lose fails a part whose route is given up.
func (f *flight) lose(part []int, err error) {
	f.fail(part, f.runner.lost(f.route, err, &f.limit))
}

// fail settles a part with a failure, unless another route may answer it.
func (f *flight) fail(part []int, err error) {
	if len(f.rest) > 0 && fallsBack(err) && f.whole.ctx.Err() == nil {
		f.onward(part, f.rest, append(slices.Clone(f.failures), failure{f.route, err}))
		return
	}
	err = f.failure(err)
	for _, n := range part {
		f.settle(n, Answer{}, err)
	}
}

// divides reports whether the failure of a batch may be a single row's fault, or
// that of too many rows together.
func divides(err error) bool {
	if !isServiceError(err) {
		return false
	}
	switch model.KindOf(err) {
	case model.Invalid, model.TooLarge, model.ModelFailed, model.BadAnswer, model.ModelTimeout:
		return true
	}
	return false
}

// used is what the answers of a batch used together.
func used(results []model.Result) model.Usage {
	var sum model.Usage
	for _, r := range results {
		sum.InputTokens += r.Response.Usage.InputTokens
		sum.OutputTokens += r.Response.Usage.OutputTokens
		sum.CacheReadTokens += r.Response.Usage.CacheReadTokens
		sum.CacheWriteTokens += r.Response.Usage.CacheWriteTokens
		sum.Known = sum.Known || r.Response.Usage.Known
		sum.Estimated = sum.Estimated || r.Response.Usage.Estimated
	}
	return sum
}

// worst is the failure that the lane is to learn from: the batch's own, or that
// of a row that was throttled.
func worst(results []model.Result, err error) error {
	for _, r := range results {
		if err == nil && model.Retryable(r.Err) {
			err = r.Err
		}
	}
	return err
}
