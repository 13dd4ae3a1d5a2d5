package infer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"airglow/internal/model"
)

// triesBeforeFallback is how often a route is tried that fails for a reason which
// may pass, when another is there. Longer would wait for what the map has an answer
// to.
const triesBeforeFallback = 3

// trip is one call on its way along its routes, until one answers.
type trip struct {
	runner *Runner
	ctx    context.Context
	call   Call
	// routes are in the order in which they are tried; mark says when that was
	// decided.
	routes []Route
	mark   int
	// limit is nil until the call begins; shared is true when others end it. spent is
	// what it has waited by then at gates that services had closed.
	limit  *limit
	shared bool
	spent  time.Duration
	// sent counts the requests.
	sent     int
	failures []failure
}

// failure is how a route failed.
type failure struct {
	route Route
	err   error
}

// run tries the routes. A failure that another would meet too is the call's.
func (t *trip) run() (Answer, error) {
	defer t.end()
	for i, route := range t.routes {
		answer, err := t.follow(route, len(t.routes)-i-1)
		if err == nil {
			return answer, nil
		}
		t.failures = append(t.failures, failure{route, err})
		if !t.fallsBack(err) || t.ctx.Err() != nil || t.limit != nil && t.limit.ctx.Err() != nil {
			break
		}
	}
	return Answer{}, t.failure()
}

func (t *trip) end() {
	if t.limit != nil && !t.shared {
		t.limit.stop()
	}
}

// follow tries one route, and again as long as that helps. more is how many come
// after it: it has its share of the time, and is given up sooner.
func (t *trip) follow(route Route, more int) (Answer, error) {
	if err := route.check(); err != nil {
		return Answer{}, err
	}
	visit := t.runner.lanes.join(route, t.call)
	defer visit.leave()
	limit, release, paid, err := t.admit(visit, route, more)
	defer release()
	if err != nil {
		return Answer{}, t.runner.kept(route, err)
	}
	if more > 0 && t.runner.health.fellSince(t.mark, route) { // while this call waited for its turn
		paid.hold.Release()
		visit.pass()
		return Answer{}, t.runner.health.failure(route)
	}
	for number := 1; ; number++ {
		response, err := t.send(limit, visit, attempt{route: route, paid: paid})
		if err == nil {
			return route.answer(response, t.sent), nil
		}
		if more > 0 && t.fallsBack(err) && t.runner.givesUp(t.mark, attempt{route: route, number: number}, err) {
			return Answer{}, t.runner.lost(route, err, limit)
		}
		if err := limit.pause(visit, number, err); err != nil {
			return Answer{}, t.runner.lost(route, err, limit)
		}
		if paid, err = t.runner.admit(limit.ctx, visit, route, []Call{t.call}); err != nil {
			return Answer{}, t.runner.lost(route, stopped(err, limit.ended(number)), limit)
		}
	}
}

// admit waits for the first attempt at a route, and gives it its share of the limit.
// All waiting is on the clock once the call has begun; before, that for a gate which
// the service has closed. release is never nil.
func (t *trip) admit(visit *visit, route Route, more int) (part *limit, release func(), p paid, err error) {
	if t.limit != nil {
		part, release = t.limit.share(route, more)
		visit.goesOn(part)
		if p, err = t.runner.admit(part.ctx, visit, route, []Call{t.call}); err != nil {
			err = stopped(err, part.ended(t.sent))
		}
		return part, release, p, err
	}
	visit.patience = (t.call.patience() - t.spent) / time.Duration(more+1)
	p, err = t.runner.admit(t.ctx, visit, route, []Call{t.call})
	t.spent += visit.held
	if err != nil {
		return nil, func() {}, p, stopped(err, interrupted(t.ctx, t.call))
	}
	t.limit = startLimit(t.ctx, t.runner, t.call, t.spent)
	part, release = t.limit.share(route, more)
	visit.deadline = part.retryUntil
	return part, release, p, nil
}

// send makes one attempt, the next of the call.
func (t *trip) send(limit *limit, visit *visit, at attempt) (model.Response, error) {
	t.sent++
	at.number = t.sent
	t.call.underWay(1)
	results, err := t.runner.send(limit.ctx, at, []Call{t.call})
	t.call.underWay(-1)
	visit.exit(outcomeOf(used(results), err))
	if err != nil {
		return model.Response{}, err
	}
	tally{t.runner.counters, t.call.Session}.answered()
	t.runner.health.answered(at.route)
	return results[0].Response, nil
}

// lost notes that a route was given up, and returns why.
func (r *Runner) lost(route Route, err error, limit *limit) error {
	r.health.failed(route, err, limit.length)
	return err
}

// kept notes that a route was not asked because it had asked for a longer pause than
// the call may make, and returns why.
func (r *Runner) kept(route Route, err error) error {
	if isServiceError(err) && model.KindOf(err) == model.Throttled {
		r.health.failed(route, err, 0)
	}
	return err
}

// givesUp reports whether a call whose attempt failed is to go on to its next route
// rather than wait for this one. Being throttled passes, and is waited for as long
// as the route's time lasts.
func (r *Runner) givesUp(mark int, at attempt, err error) bool {
	if !fallsBack(err) {
		return false
	}
	enough := at.number >= triesBeforeFallback && model.KindOf(err) != model.Throttled
	return enough || r.health.fellSince(mark, at.route)
}

// fallsBack reports whether the call goes on after a failure: half an answer that
// was handed on cannot be taken back.
func (t *trip) fallsBack(err error) bool {
	return fallsBack(err) && (t.call.stream == nil || !t.call.stream.begun.Load())
}

// fallsBack reports whether another destination may answer what this one did not:
// it is down, silent, out of quota, does not know us or the model, or cannot do what
// is asked. What the request itself is to blame for, and what a model made of it,
// is nobody else's to try.
func fallsBack(err error) bool {
	if !isServiceError(err) {
		return false
	}
	switch model.KindOf(err) {
	case model.Unavailable, model.NotReady, model.Throttled, model.NotFound, model.Quota, model.NoCredentials, model.Denied,
		model.NotConfigured, model.Unsupported, model.ModelTimeout, model.Timeout:
		return true
	}
	return false
}

// check refuses what the route's provider would refuse without asking anybody.
func (route Route) check() error {
	if checker, ok := route.Provider.(model.Checker); ok {
		return checker.Check(route.Request)
	}
	return nil
}

// failure is the call's: that of the route which the map names first, with what
// became of the others.
func (t *trip) failure() error {
	last := t.failures[len(t.failures)-1]
	all := append(t.passedBy(), t.failures...)
	if len(all) == 1 || !isServiceError(last.err) || isOurs(last.err) {
		return last.err
	}
	slices.SortStableFunc(all, func(a, b failure) int { return a.route.Position - b.route.Position })
	var first *model.Error
	errors.As(all[0].err, &first) // all that was fallen back from is one
	joined := *first
	var text strings.Builder
	text.WriteString(joined.Message)
	if joined.RequestID != "" { // which is the first's, and would stand behind the others
		fmt.Fprintf(&text, " (request id %s)", joined.RequestID)
		joined.RequestID = ""
	}
	causes := []error{first}
	for _, f := range all[1:] {
		fmt.Fprintf(&text, "; fallback %d, provider %s, failed as well: %s", f.route.Position, f.route.Provider.Name(),
			shortened(f.err.Error(), mostFailureText))
		causes = append(causes, f.err)
	}
	joined.Message, joined.Err = text.String(), errors.Join(causes...)
	return &joined
}

// isOurs reports whether a failure is of what is asked here, and not of who is.
func isOurs(err error) bool {
	kind := model.KindOf(err)
	return kind == model.NotRecorded || kind == model.OverBudget
}

// passedBy are the routes that were left alone because they are down.
func (t *trip) passedBy() (list []failure) {
	for _, route := range t.routes {
		tried := slices.ContainsFunc(t.failures, func(f failure) bool { return f.route.Position == route.Position })
		if err := t.runner.health.failure(route); !tried && err != nil {
			list = append(list, failure{route, err})
		}
	}
	return list
}

// share is the part of the limit that a route has when more come after it: an equal
// part of the time that is left, and of the call's patience. An answer that has begun
// to be handed on by then has all of it. release ends it.
func (l *limit) share(route Route, more int) (part *limit, release func()) {
	now := l.runner.clock.Now()
	of := *l
	if more == 0 {
		of.retryUntil = earlier(of.deadline, now.Add(l.call.patience()))
		return &of, func() {}
	}
	length := l.deadline.Sub(now) / time.Duration(more+1)
	ctx, cancel := context.WithCancelCause(l.ctx)
	stop := l.runner.clock.AfterFunc(length, func() {
		if s := l.call.stream; s == nil || !s.begun.Load() {
			cancel(errLimit)
		}
	})
	of.ctx, of.length, of.deadline, of.provider = ctx, length, now.Add(length), route.Provider.Name()
	of.retryUntil = earlier(of.deadline, now.Add(l.call.patience()/time.Duration(more+1)))
	return &of, func() { stop(); cancel(nil) }
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
