// Package infer is the path that every model call takes.
//
//	Statement.Call   equal calls of one statement join and are made once
//	  Runner.Call    body check → route → slot → provider, retried within
//	                 the call's time limit
//
// Read [Runner.Call] first: it is the whole path of one call. Then:
//
//   - Map (route.go) decides which provider and which target answer a model id.
//   - slots (slots.go) caps the calls under way at one model.
//   - limit (limit.go) is the time limit of one call and the pauses within it.
//   - Statement (statement.go) remembers a statement's answers, runs calls
//     ahead of their evaluation, and notes answers by another model than asked.
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

	"airglow/internal/model"
)

// DefaultConcurrency is how many calls may be under way at one model of one
// provider when Options says nothing.
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
	// Concurrency caps the calls under way at one model of one provider, over
	// the whole process; zero is DefaultConcurrency.
	Concurrency int
	// Counters counts for the whole process; nil counts nothing.
	Counters *Counters
}

// Runner makes calls. It is safe for concurrent use by any number of
// statements and needs no closing.
type Runner struct {
	models   *Map
	clock    Clock
	jitter   func(time.Duration) time.Duration
	slots    *slots
	counters *Counters
}

// New returns a Runner.
func New(o Options) *Runner {
	r := &Runner{models: o.Map, clock: o.Clock, jitter: o.Jitter, counters: o.Counters}
	if r.models == nil {
		r.models = &Map{}
	}
	if r.clock == nil {
		r.clock = SystemClock{}
	}
	if r.jitter == nil {
		r.jitter = func(most time.Duration) time.Duration { return rand.N(most) }
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	r.slots = newSlots(o.Concurrency)
	return r
}

// Call is one call as the SQL asks for it.
type Call struct {
	// Request names the model as the SQL does; the route may replace it.
	Request model.Request
	// Timeout bounds the call with its retries, counted from its first
	// attempt, not from its place in the queue. Zero is DefaultTimeout.
	Timeout time.Duration
	// LimitName says where Timeout comes from, for the error text: TIMEOUT_MS
	// or, when empty, aurora_ml_inference_timeout.
	LimitName string
	// Session counts besides the Runner's own Counters; may be nil.
	Session *Counters
}

// Answer is what a call gave.
type Answer struct {
	// Response is the provider's answer. Equal calls share its Body, which is
	// therefore not to be modified.
	Response model.Response
	// Substituted is true when the model map let another model answer than
	// the SQL names.
	Substituted bool
	// Attempts counts the requests sent for this answer, at least 1.
	Attempts int
}

// Call makes one call and returns its answer. A failure is a *model.Error; when
// ctx ended first, it is ctx's error, wrapped.
func (r *Runner) Call(ctx context.Context, call Call) (Answer, error) {
	if err := checkBody(call.Request); err != nil {
		return Answer{}, err
	}
	route, err := r.models.Route(call.Request)
	if err != nil {
		return Answer{}, err
	}
	slot := r.slots.join(route)
	defer slot.leave()
	if err := slot.acquire(ctx); err != nil {
		return Answer{}, interrupted(ctx, call)
	}
	limit := startLimit(ctx, r, call) // waiting for the first slot is not on the clock
	defer limit.stop()
	for attempt := 1; ; attempt++ {
		tally{r.counters, call.Session}.attempt(attempt)
		response, err := invoke(limit.ctx, route)
		slot.release()
		if err == nil {
			tally{r.counters, call.Session}.answered()
			return route.answer(response, attempt), nil
		}
		if err := limit.pause(ctx, attempt, err); err != nil {
			return Answer{}, err
		}
		if err := slot.acquire(limit.ctx); err != nil {
			return Answer{}, limit.ended(ctx, attempt)
		}
	}
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
	var known *model.Error
	if err == nil || errors.As(err, &known) || ctx.Err() != nil {
		return response, err
	}
	return response, &model.Error{
		Kind: model.Internal, Service: route.Request.Service, Err: err,
		Message: fmt.Sprintf("provider %s failed on model %q in a way it does not explain; the server's log has the cause",
			route.Provider.Name(), route.Request.Model),
	}
}

// answer is the route's answer; what the provider did not name about itself is
// what the route says.
func (route Route) answer(response model.Response, attempts int) Answer {
	if response.Provider == "" {
		response.Provider = route.Provider.Name()
	}
	if response.Model == "" {
		response.Model = route.Request.Model
	}
	return Answer{Response: response, Substituted: route.Substituted, Attempts: attempts}
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
			route.Provider.Name(), route.Request.Model),
		Err: fmt.Errorf("panic of a %T: %w at\n%s", value, cause, debug.Stack()),
	}
}

// interrupted is ctx's error with the call it ended.
func interrupted(ctx context.Context, call Call) error {
	return fmt.Errorf("call %s model %q: %w", call.Request.Service, call.Request.Model, ctx.Err())
}
