package infer

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"airglow/internal/model"
)

// Source is who gives the pieces of an answer: a provider, and its model that was
// asked.
type Source struct{ Provider, Model string }

// Stream makes one call as Call does, and hands the pieces of its answer to emit
// as they come, from one goroutine. It tries again, and falls back, only while emit
// has been given nothing: half an answer cannot be taken back. The time limit is that of the
// whole answer.
//
// A provider that gives no pieces emits nothing; its whole answer is in the
// Answer, as every answer is. An error of emit ends the call and is returned,
// wrapped.
func (r *Runner) Stream(ctx context.Context, call Call, emit func(from Source, piece []byte) error) (Answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &stream{emit: emit, stop: cancel}
	call.stream = s
	answer, err := r.Call(ctx, call)
	if s.failed != nil {
		return Answer{}, fmt.Errorf("hand on a piece of the answer of %s model %q: %w", call.Request.Service, call.Request.Model, s.failed)
	}
	return answer, err
}

// stream is the way of the pieces from a provider to emit.
type stream struct {
	emit func(Source, []byte) error
	// stop ends the call.
	stop func()
	// begun is true once emit was given something.
	begun atomic.Bool
	// failed is what emit failed with.
	failed error
}

// invoke makes one attempt.
func (s *stream) invoke(ctx context.Context, route Route) (response model.Response, err error) {
	provider, ok := route.Provider.(model.StreamProvider)
	if !ok {
		return invoke(ctx, route)
	}
	defer func() {
		if p := recover(); p != nil {
			err = panicked(route, p)
		}
		if err != nil && s.begun.Load() {
			err = brokenOff{err}
		}
	}()
	from := Source{route.Provider.Name(), route.Request.TargetModel()}
	response, err = provider.InvokeStream(ctx, route.Request, func(piece []byte) error { return s.piece(from, piece) })
	return response, explained(ctx, route, err)
}

// piece hands on a piece.
func (s *stream) piece(from Source, piece []byte) error {
	if s.failed != nil {
		return s.failed
	}
	s.begun.Store(true)
	if s.failed = s.emit(from, piece); s.failed != nil {
		s.stop()
	}
	return s.failed
}

// brokenOff is the error of an attempt that has given a part of its answer.
type brokenOff struct{ error }

// Unwrap returns what broke it off.
func (b brokenOff) Unwrap() error { return b.error }

// Retryable implements what model.Retryable asks for.
func (b brokenOff) Retryable() bool { return false }

// CountTokens returns how many tokens a request's input has, as whoever answers
// the model counts it; exact is false where that is an estimate. It takes nobody's
// turn and is no request. An error is a *model.Error, of kind Unsupported where
// the provider cannot count, or ctx's, wrapped.
func (r *Runner) CountTokens(ctx context.Context, call Call) (tokens int64, exact bool, err error) {
	routes, err := r.routes(call)
	if err != nil {
		return 0, false, err
	}
	route := r.health.first(routes)
	if err := route.check(); err != nil {
		return 0, false, err
	}
	call = call.within(routes)
	counter, ok := route.Provider.(model.TokenCounter)
	if !ok {
		return 0, false, &model.Error{Kind: model.Unsupported, Service: call.Request.Service,
			Message: fmt.Sprintf("the provider %s, which answers for model %q, cannot count tokens", route.Provider.Name(), call.Request.Model)}
	}
	limit := startLimit(ctx, r, call, 0)
	defer limit.stop()
	defer func() {
		if p := recover(); p != nil {
			err = panicked(route, p)
		}
	}()
	tokens, exact, err = counter.CountTokens(limit.ctx, route.Request)
	if errors.Is(err, context.Canceled) && limit.ctx.Err() != nil {
		return 0, false, limit.ended(1)
	}
	return tokens, exact, explained(limit.ctx, route, err)
}
