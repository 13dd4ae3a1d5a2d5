// Package infer is the path that every model call takes.
//
//	Statement.Call   equal calls of one statement join and are made once
//	  Runner.Call    body check → routes → recorded answer? → for one route after
//	                 the other: lane → budgets → recorded attempt at the provider,
//	                 retried within the time limit
//	  Runner.Batch   the same for several calls that one request can carry
//
// Read [Runner.Call] first: it is the whole path of one call. Then:
//
//   - Map (route.go) decides which provider and which target answer a model id,
//     and who after them; rules.go checks it, list.go shows it.
//   - trip (trip.go) is the call along its routes, health.go what is remembered of
//     those that fail.
//   - lane (lane.go) admits the attempts at one model: window.go is how many at
//     once, quota.go how many a minute, gate.go the pauses that its service asks for,
//     queue.go whose turn it is, allowance.go how many of one statement, waiting.go who
//     waits for what.
//   - Runner.Stream (stream.go) makes a call and hands on its answer piece by piece.
//   - limit (limit.go) is the time limit of one call and the pauses within it.
//   - admit (budget.go) is the lane, and then what the attempt may cost reserved.
//   - send (record.go) is one attempt, recorded before and after; request (sending.go)
//     counts it.
//   - flight (batch.go) is a batch on its way, retried as a whole or in halves.
//   - unasked (mode.go) is where answers come from when nobody is asked, and keep
//     where they go when they are recorded.
//   - Statement (statement.go) remembers a statement's answers, runs calls
//     ahead of their evaluation, and notes answers by another model than asked.
//   - batch (gather.go) is where calls asked ahead wait for company.
//   - Runner.Foresee (foresee.go) says who would answer a call.
//   - spill (spill.go) is where a statement's answers go that memory is too small
//     for.
//   - Observer (observer.go) is told of each attempt, for figures.
//   - Counters (counters.go) are the figures behind Aurora_ml_*.
//
// The package knows models only as model.Provider. It makes no SQL, opens no
// connection and holds no lock while a model thinks.
package infer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"

	"airglow/internal/budget"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// DefaultConcurrency is the most attempts under way at one model of one provider
// when neither its rule nor Options says anything.
const DefaultConcurrency = 256

// DefaultTimeout is the time limit of a Call that names none. It is the
// default of aurora_ml_inference_timeout.
const DefaultTimeout = 30 * time.Second

// Options are what a Runner is built from. Only Map is needed.
type Options struct {
	// Map says who answers which model; nil routes nothing.
	Map *Map
	// Clock tells the time; nil is the system's clock.
	Clock Clock
	// Jitter returns a random duration in [0, most); nil draws a uniform one.
	Jitter func(most time.Duration) time.Duration
	// Concurrency is the most attempts under way at one model of one provider,
	// over the whole process, where the model's rule says nothing; zero is
	// DefaultConcurrency.
	Concurrency int
	// Counters counts for the whole process; nil counts nothing.
	Counters *Counters
	// Ledger records every attempt and finds answers again; nil records nothing.
	Ledger ledger.Recorder
	// Recordings keep answers by name; nil keeps none.
	Recordings ledger.Recordings
	// Prices tell what an attempt costs; nil knows no price.
	Prices ledger.Pricing
	// Budgets bound what is spent; nil bounds nothing.
	Budgets *budget.Keeper
	// Observer is told of attempts and reuse; nil is nobody.
	Observer Observer
	// SpillDir is the directory of the temporary files that statements with
	// many answers make; empty is the system's.
	SpillDir string
}

// Runner makes calls. It is safe for concurrent use by any number of
// statements and needs no closing.
type Runner struct {
	models   *Map
	clock    Clock
	jitter   func(time.Duration) time.Duration
	lanes    *lanes
	health   *healths
	counters *Counters
	ledger   ledger.Recorder
	prices   ledger.Pricing
	budgets  *budget.Keeper
	spillDir string

	recordings ledger.Recordings
	observer   Observer
}

// New returns a Runner.
func New(o Options) *Runner {
	r := &Runner{
		models: o.Map, clock: o.Clock, jitter: o.Jitter, counters: o.Counters,
		ledger: o.Ledger, prices: o.Prices, budgets: o.Budgets, spillDir: o.SpillDir, recordings: o.Recordings,
		observer: o.Observer,
	}
	if r.models == nil {
		r.models = &Map{}
	}
	if r.clock == nil {
		r.clock = SystemClock{}
	}
	if r.jitter == nil {
		r.jitter = func(most time.Duration) time.Duration { return rand.N(most) }
	}
	r.health = newHealths(r.clock)
	r.lanes = newLanes(r.clock, func(route Route) Limits {
		limits := r.models.limits(route)
		if limits.Concurrency <= 0 {
			limits.Concurrency = o.Concurrency
		}
		return limits
	})
	return r
}

// Call is one call as the SQL asks for it.
type Call struct {
	// Request names the model as the SQL does; the route may replace it.
	Request model.Request
	// Timeout bounds the call with its retries, counted from its first
	// attempt, not from its place in the queue; what it waits there because the
	// service has asked for a pause counts, as long as nobody is answered. Zero is
	// DefaultTimeout.
	Timeout time.Duration
	// LimitName says where Timeout comes from, for the error text: TIMEOUT_MS
	// or, when empty, aurora_ml_inference_timeout.
	LimitName string
	// General is true where Timeout is one for calls in general: that of a rule of
	// the model map goes before it.
	General bool
	// RetryFor is how long failures that may pass are waited for within Timeout, and
	// RetryName the setting that it comes from; zero is all of Timeout. Each of
	// several routes has a share of it.
	RetryFor  time.Duration
	RetryName string
	// BatchSize is how many rows one request may carry, MAX_BATCH_SIZE; zero is
	// the service's default.
	BatchSize int
	// MaxConcurrency is how many calls of this call's statement may have begun
	// and not ended, whatever their models; zero is DefaultShare.
	MaxConcurrency int
	// Session counts besides the Runner's own Counters; may be nil.
	Session *Counters
	// Origin is who makes the call, for the ledger, and Policy which of its answers
	// may serve, and whether a provider is asked at all.
	Origin ledger.Origin
	Policy ledger.Policy
	// Purse is what its statement may spend; nil bounds nothing.
	Purse *budget.Purse

	// statement makes the call, nil if none does; asker is Ask's context, nil
	// where it was not asked ahead. stream takes the pieces of the answer, if any
	// are wanted.
	statement *Statement
	asker     context.Context
	stream    *stream
}

// over reports whether the call is to end, which its own context learns a moment
// later than its statement's: among a thousand calls that are cancelled one after
// another, none is to begin because another has made room.
func (c Call) over() bool {
	return c.asker != nil && (c.asker.Err() != nil || c.statement.closed.Load())
}

// underWay counts a request of the call's statement in or out.
func (c Call) underWay(change int64) {
	if c.statement != nil {
		c.statement.inFlight.Add(change)
	}
}

// replayed counts an answer of a replay for the call's statement.
func (c Call) replayed() {
	if c.statement != nil {
		c.statement.replayed.Add(1)
	}
}

// Answer is what a call gave.
type Answer struct {
	// Response is the provider's answer. Equal calls share its Body, which is
	// therefore not to be modified.
	Response model.Response
	// Substituted is true when the model map let another model answer than
	// the SQL names.
	Substituted bool
	// Asked is the provider's model that was asked. Response.Model, which answered,
	// may have another name.
	Asked string
	// Attempts counts the requests sent for this answer, at least 1, or 0 for one
	// from the ledger.
	Attempts int
}

// Reused reports whether the answer comes from the ledger.
func (a Answer) Reused() bool { return a.Attempts == 0 }

// Call makes one call and returns its answer. A failure is a *model.Error; when
// ctx ended first, it is ctx's error, wrapped.
func (r *Runner) Call(ctx context.Context, call Call) (Answer, error) {
	if answer, asks, err := r.unasked(call); !asks {
		return answer, err
	}
	routes, err := r.routes(call)
	if err != nil {
		return Answer{}, err
	}
	if answer, ok, err := r.recorded(routes, call); ok || err != nil {
		return answer, err
	}
	t := trip{runner: r, ctx: ctx, call: call.within(routes)}
	t.routes, t.mark = r.health.plan(routes)
	return t.run()
}

// routes decides who may answer a call and refuses what the first of them would
// refuse, before it costs a request.
func (r *Runner) routes(call Call) ([]Route, error) {
	if err := checkBody(call.Request); err != nil {
		return nil, err
	}
	routes, err := r.models.Routes(call.Request)
	if err != nil {
		return nil, err
	}
	if err := routes[0].check(); err != nil && (len(routes) == 1 || !fallsBack(err)) {
		return nil, err
	}
	return routes, nil
}

// within gives a call that has no time limit of its own that of its rule, or the
// default.
func (c Call) within(routes []Route) Call {
	if own := routes[0].Timeout; own > 0 && (c.General || c.Timeout == 0) {
		c.Timeout, c.LimitName = own, ruleLimitName
	}
	return c.limited()
}

// invoke makes one attempt. Whatever fails that is not ctx's end comes back as
// a *model.Error, a panic included: a defect in one provider must not take the
// server down with every other session's work.
func invoke(ctx context.Context, route Route) (response model.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(route, p)
		}
	}()
	response, err = route.Provider.Invoke(ctx, route.Request)
	return response, explained(ctx, route, err)
}

// invokeBatch does so for a batch.
func invokeBatch(ctx context.Context, route Route, requests []model.Request) (results []model.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			results, err = nil, panicked(route, p)
		}
	}()
	results, err = route.Provider.(model.BatchProvider).InvokeBatch(ctx, requests)
	if err == nil && len(results) != len(requests) {
		err = fmt.Errorf("%d results for %d requests", len(results), len(requests))
	}
	if err != nil {
		return nil, explained(ctx, route, err)
	}
	for i := range results {
		results[i].Err = explained(ctx, route, results[i].Err)
	}
	return results, nil
}

// explained is err as a *model.Error, unless it is none or ctx's end.
func explained(ctx context.Context, route Route, err error) error {
	if err == nil || isServiceError(err) || ctx.Err() != nil {
		return err
	}
	return &model.Error{
		Kind: model.Internal, Service: route.Request.Service, Err: err,
		Message: fmt.Sprintf("provider %s failed on model %q in a way it does not explain; the server's log has the cause",
			route.Provider.Name(), route.Request.TargetModel()),
	}
}

// answer is the route's answer; what the provider did not name about itself is
// what the route says.
func (route Route) answer(response model.Response, attempts int) Answer {
	if response.Provider == "" {
		response.Provider = route.Provider.Name()
	}
	if response.Model == "" {
		response.Model = route.Request.TargetModel()
	}
	// A model of the program's own may be asked for by its own name.
	own := route.Request.TargetModel() == route.Request.Model && response.Model == route.Request.Model
	return Answer{Response: response, Substituted: route.Substituted && !own, Asked: route.Request.TargetModel(), Attempts: attempts}
}

// errPanic stands for the value of a panic that is not shown.
var errPanic error = errors.New("value withheld")

// panicked keeps the value of a panic only when the runtime made it: others
// may hold parts of the request.
func panicked(route Route, value any) error {
	cause := errPanic
	if ours, ok := value.(runtime.Error); ok {
		cause = ours
	}
	return &model.Error{
		Kind: model.Internal, Service: route.Request.Service,
		Message: fmt.Sprintf("provider %s stopped on a defect of its own while answering model %q; the server's log has the place",
			route.Provider.Name(), route.Request.TargetModel()),
		Err: fmt.Errorf("panic of a %T: %w at\n%s", value, cause, debug.Stack()),
	}
}

// interrupted is ctx's error with the call it ended.
func interrupted(ctx context.Context, call Call) error {
	return fmt.Errorf("call %s model %q: %w", call.Request.Service, call.Request.Model, ctx.Err())
}
