package testkit

import (
	"context"
	"sync"

	"airglow/internal/model"
)

// providerName is what the model map of a kit calls its provider.
const providerName = "scripted"

// Provider answers as its test says. Until Answer is called it echoes the
// request's body.
type Provider struct {
	mu       sync.Mutex
	answer   func(context.Context, model.Request) (model.Response, error)
	requests []model.Request
	now      int
	most     int
}

// Answer has f answer from now on, and with nil the echo again. It is called
// from many goroutines.
func (p *Provider) Answer(f func(model.Request) (model.Response, error)) {
	if f == nil {
		p.AnswerContext(nil)
		return
	}
	p.AnswerContext(func(_ context.Context, req model.Request) (model.Response, error) { return f(req) })
}

// AnswerContext is Answer for tests about cancellation.
func (p *Provider) AnswerContext(f func(context.Context, model.Request) (model.Response, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

// Name returns "scripted".
func (p *Provider) Name() string { return providerName }

// Invoke notes the request and answers it.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	p.mu.Lock()
	p.requests = append(p.requests, req)
	p.now++
	p.most = max(p.most, p.now)
	answer := p.answer
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.now--
		p.mu.Unlock()
	}()
	if answer == nil {
		return model.Response{Body: append([]byte(nil), req.Body...), Provider: providerName, Model: req.TargetModel()}, nil
	}
	response, err := answer(ctx, req)
	if err == nil && response.Provider == "" {
		response.Provider, response.Model = providerName, req.TargetModel()
	}
	return response, err
}

// Calls returns how many requests there were since the last Reset.
func (p *Provider) Calls() int { return len(p.Requests()) }

// Requests returns the requests since the last Reset, in the order in which
// they came.
func (p *Provider) Requests() []model.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]model.Request(nil), p.requests...)
}

// MostAtOnce returns the largest number of requests under way at a time since
// the last Reset.
func (p *Provider) MostAtOnce() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.most
}

// Reset forgets the requests so far.
func (p *Provider) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests, p.most = nil, p.now
}
