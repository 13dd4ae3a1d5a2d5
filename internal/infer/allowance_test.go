package infer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

// gauge counts what is under way, and the most that was at a time.
type gauge struct {
	mu        sync.Mutex
	now, most int
}

func (g *gauge) up() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now++
	g.most = max(g.most, g.now)
}

func (g *gauge) down() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now--
}

// The calls of a statement are bounded together, however many models they have,
// and no model's calls wait while there is room.
func TestAllowanceIsOfAllModels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under gauge
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			under.up()
			defer under.down()
			time.Sleep(time.Second)
			return model.Response{Body: req.Body}, nil
		}}
		s := runnerOver(t, p, Options{}).Statement(nil)
		defer s.Close()
		start := time.Now()
		var pending []Pending
		for i := range 60 {
			call := ask(fmt.Sprintf(`{"n":%d}`, i))
			call.Request.Model, call.MaxConcurrency = fmt.Sprintf("m%d", i%3), 4
			pending = append(pending, s.Ask(t.Context(), call, nil))
		}
		for _, p := range pending {
			<-p.Done()
			if _, err := p.Result(); err != nil {
				t.Error(err)
			}
		}
		if under.most != 4 {
			t.Errorf("%d calls were under way at once", under.most)
		}
		if took := time.Since(start); took != 15*time.Second {
			t.Errorf("60 calls of a second, 4 at once, took %v", took)
		}
	})
}

// The parts of a batch that was divided are bounded like calls.
func TestAllowanceBoundsThePartsOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under gauge
		p := newLines()
		p.item = func(attempt int, row string) error {
			if attempt == 1 {
				return &model.Error{Kind: model.BadAnswer, Service: model.SageMaker, Message: "which row is it?"}
			}
			under.up()
			defer under.down()
			time.Sleep(time.Second)
			return nil
		}
		s := runnerOfLines(t, p, Options{}).Statement(nil)
		defer s.Close()
		var pending []Pending
		for i := range 30 {
			call := Call{MaxConcurrency: 3, Request: model.Request{Service: model.SageMaker, Model: "e", Body: fmt.Append(nil, i)}}
			pending = append(pending, s.Ask(t.Context(), call, nil))
		}
		s.Flush()
		for _, p := range pending {
			<-p.Done()
			if _, err := p.Result(); err != nil {
				t.Error(err)
			}
		}
		if under.most != 3 {
			t.Errorf("%d parts were under way at once", under.most)
		}
	})
}
