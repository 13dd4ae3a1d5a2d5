package infer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// watcher notes what it is told.
type watcher struct {
	mu     sync.Mutex
	seen   []Observation
	reused []string
}

func (w *watcher) Attempted(o Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, o)
}

func (w *watcher) Reused(provider, model string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reused = append(w.reused, provider+" "+model)
}

func TestEachAttemptIsObserved(t *testing.T) {
	w, b := &watcher{}, &book{answers: map[model.Key]model.Response{}}
	p := &scripted{name: "bedrock", answer: func(_ context.Context, attempt int, _ model.Request) (model.Response, error) {
		if attempt == 1 {
			return model.Response{}, throttled()
		}
		return model.Response{Usage: model.Usage{Known: true, InputTokens: 1_000_000}}, nil
	}}
	r := runnerOver(t, p, Options{Ledger: b, Prices: flat{}, Observer: w})
	c := ask(`{}`)
	c.Policy.Reuse = ledger.ReuseAlways
	for range 2 {
		if _, err := r.Call(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.seen) != 2 || fmt.Sprint(w.seen[0].Failures) != "[throttled]" || w.seen[1].Answers != 1 || w.seen[1].Number != 2 ||
		*w.seen[1].Cost != ledger.Dollar || w.seen[1].Usage.InputTokens != 1_000_000 || w.seen[1].Model != c.Request.Model {
		t.Errorf("%+v", w.seen)
	}
	if fmt.Sprint(w.reused) != "[bedrock "+c.Request.Model+"]" {
		t.Errorf("%v", w.reused)
	}
}

// What a call costs is known without a ledger.
func TestCostsAreObservedWithoutALedger(t *testing.T) {
	w := &watcher{}
	p := &scripted{name: "bedrock", answer: func(context.Context, int, model.Request) (model.Response, error) {
		return model.Response{Usage: model.Usage{Known: true, InputTokens: 1_000_000}}, nil
	}}
	r := runnerOver(t, p, Options{Prices: ledger.NewPriceList([]ledger.Price{{Model: "*", Input: 2}}, nil), Observer: w})
	if _, err := r.Call(t.Context(), ask(`{}`)); err != nil || len(w.seen) != 1 || *w.seen[0].Cost != 2*ledger.Dollar {
		t.Errorf("%+v, %v", w.seen, err)
	}
}

func TestACancelledAttemptIsObserved(t *testing.T) {
	w := &watcher{}
	ctx, cancel := context.WithCancel(t.Context())
	var r *Runner
	p := &scripted{name: "bedrock", answer: func(ctx context.Context, _ int, _ model.Request) (model.Response, error) {
		if loads := r.Loads(); len(loads) != 1 || loads[0].InFlight != 1 || loads[0].Waiting != 0 || loads[0].Provider != "bedrock" {
			t.Errorf("%+v", loads)
		}
		cancel()
		<-ctx.Done()
		return model.Response{}, ctx.Err()
	}}
	r = runnerOver(t, p, Options{Observer: w})
	if _, err := r.Call(ctx, ask(`{}`)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(w.seen) != 1 || fmt.Sprint(w.seen[0].Failures) != "[cancelled]" {
		t.Errorf("%+v", w.seen)
	}
}
