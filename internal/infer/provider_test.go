package infer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"airglow/internal/model"
)

// scripted is a provider that follows a script and keeps what it was sent.
type scripted struct {
	name   string
	answer func(ctx context.Context, attempt int, req model.Request) (model.Response, error)

	mu   sync.Mutex
	sent []model.Request
}

func (p *scripted) Name() string { return p.name }

func (p *scripted) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	p.mu.Lock()
	p.sent = append(p.sent, req)
	n := len(p.sent)
	p.mu.Unlock()
	return p.answer(ctx, n, req)
}

func (p *scripted) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sent)
}

// echo answers with the request's body.
func echo(name string) *scripted {
	return &scripted{name: name, answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
		return model.Response{Body: req.Body, Provider: name, Model: req.Model}, nil
	}}
}

// failing fails each of its first n attempts with err, then answers "ok".
func failing(n int, err error) *scripted {
	return &scripted{name: "bedrock", answer: func(_ context.Context, attempt int, _ model.Request) (model.Response, error) {
		if attempt <= n {
			return model.Response{}, err
		}
		return model.Response{Body: []byte("ok")}, nil
	}}
}

// silent answers nothing until its context ends.
func silent() *scripted {
	return &scripted{name: "bedrock", answer: func(ctx context.Context, _ int, _ model.Request) (model.Response, error) {
		<-ctx.Done()
		return model.Response{}, fmt.Errorf("send: %w", ctx.Err())
	}}
}

// runnerOver returns a runner that sends every Bedrock request to p and waits
// the most that its jitter allows.
func runnerOver(t *testing.T, p model.Provider, o Options) *Runner {
	t.Helper()
	routes, err := NewMap(nil, map[string]model.Provider{p.Name(): p},
		map[model.Service]string{model.Bedrock: p.Name(), model.SageMaker: p.Name(), model.Comprehend: p.Name()})
	if err != nil {
		t.Fatal(err)
	}
	o.Map = routes
	if o.Jitter == nil {
		o.Jitter = func(most time.Duration) time.Duration { return most }
	}
	return New(o)
}

func ask(body string) Call {
	return Call{Request: model.Request{Service: model.Bedrock, Model: "m", Body: []byte(body)}}
}

func throttled() *model.Error {
	return &model.Error{Kind: model.Throttled, Service: model.Bedrock, Code: "ThrottlingException", Message: "Too many requests"}
}
