package infer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

// second answers every request after a second, and counts by the second in which
// they began.
type second struct {
	scripted
	start time.Time
	began map[int]int
}

func newSecond() *second {
	p := &second{start: time.Now(), began: map[int]int{}}
	p.name = "bedrock"
	p.answer = func(ctx context.Context, _ int, req model.Request) (model.Response, error) {
		p.mu.Lock()
		p.began[int(time.Since(p.start)/time.Second)]++
		p.mu.Unlock()
		select {
		case <-time.After(time.Second):
			return model.Response{Body: req.Body}, nil
		case <-ctx.Done():
			return model.Response{}, ctx.Err()
		}
	}
	return p
}

// asks asks a statement for n different requests and waits for all answers.
func asks(t *testing.T, s *Statement, n int) {
	t.Helper()
	var pending []Pending
	for i := range n {
		pending = append(pending, s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, i)), nil))
	}
	for _, p := range pending {
		<-p.Done()
		if _, err := p.Result(); err != nil {
			t.Error(err)
		}
	}
}

func TestWindowDoublesWhileAnswersCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSecond()
		s := runnerOver(t, &p.scripted, Options{}).Statement(nil)
		defer s.Close()
		asks(t, s, 8+16+32+64+64)
		if fmt.Sprint(p.began) != "map[0:8 1:16 2:32 3:64 4:64]" { // 64 is the statement's share
			t.Errorf("began %v", p.began)
		}
	})
}

func TestWindowGrowsToItsRulesLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSecond()
		r := runnerOver(t, &p.scripted, Options{})
		r.models.rules = []Rule{{Pattern: "m", Provider: "bedrock", Limits: Limits{Concurrency: 20}}}
		var all sync.WaitGroup
		for range 3 {
			s := r.Statement(nil)
			defer s.Close()
			all.Go(func() { asks(t, s, 30) })
		}
		all.Wait()
		if fmt.Sprint(p.began) != "map[0:8 1:16 2:20 3:20 4:20 5:6]" {
			t.Errorf("began %v", p.began)
		}
	})
}

func TestWindowHalvesOnceForARound(t *testing.T) {
	w := newWindow(0)
	for range 56 {
		w.learn(outcome{answered: true}, 0, w.size())
	}
	if w.size() != 64 {
		t.Fatalf("%d after 56 answers", w.size())
	}
	for running := 64; running > 40; running-- {
		w.learn(outcome{throttled: true}, 0, running)
	}
	if w.size() != 32 || w.good != 40 {
		t.Errorf("%d after a round of refusals, %v were good", w.size(), w.good)
	}
	w.learn(outcome{answered: true}, 0, 40) // of the round before
	w.learn(outcome{throttled: true}, 0, 30)
	for range 8 {
		w.learn(outcome{answered: true}, 1, w.size())
	}
	if w.size() != 40 {
		t.Errorf("%d after answers, which is not what was good", w.size())
	}
	for range 7 * 40 {
		w.learn(outcome{answered: true}, 1, w.size())
	}
	if w.size() != 40 {
		t.Errorf("%d after 7 rounds of answers", w.size())
	}
	for range 20 * 50 {
		w.learn(outcome{answered: true}, 1, w.size())
	}
	if w.size() < 60 {
		t.Errorf("%d after 27 rounds of answers", w.size())
	}
	w.learn(outcome{throttled: true}, 1, 10)
	if w.size() != 10 {
		t.Errorf("%d after 10 were used", w.size())
	}
	w.learn(outcome{throttled: true}, 2, 2)
	w.learn(outcome{throttled: true}, 3, 1)
	if w.size() != firstWindow {
		t.Errorf("%d after refusals to a few", w.size())
	}
	w.measure(40 * time.Millisecond)
	for w.width >= 1 {
		w.learn(outcome{throttled: true}, w.epoch, w.size())
	}
	if before := w.interval(); w.size() != 1 || before < 40*time.Millisecond {
		t.Errorf("%d with %v between", w.size(), before)
	}
	for range 20 {
		w.learn(outcome{throttled: true}, w.epoch, 1)
	}
	if w.interval() != longestPause {
		t.Errorf("%v at the end", w.interval())
	}
}

// A call that never comes back does not keep others behind it for what the
// service said long ago.
func TestThrottlingIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runnerOver(t, silent(), Options{})
		routes, err := r.routes(ask(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		visit := r.lanes.join(routes[0], ask(`{}`))
		visit.lane.window = window{width: 1, most: 100, steady: true, throttled: time.Now()}
		visit.leave()
		s := r.Statement(nil)
		defer s.Close()
		for i := range 20 {
			s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, i)), nil)
		}
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{0, 1}, {calmTime - time.Second, 1}, {time.Second, firstWindow}} {
			time.Sleep(c.after)
			synctest.Wait()
			if s.InFlight() != c.want {
				t.Errorf("%d in flight after another %v, want %d", s.InFlight(), c.after, c.want)
			}
		}
	})
}

// A single call of another session is the next to go, not the thousand-and-first.
func TestStatementsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSecond()
		r := runnerOver(t, &p.scripted, Options{})
		many, one := r.Statement(nil), r.Statement(nil)
		defer many.Close()
		defer one.Close()
		var all sync.WaitGroup
		all.Go(func() { asks(t, many, 1000) })
		synctest.Wait()
		time.Sleep(time.Second / 2)
		start := time.Now()
		if _, err := one.Call(t.Context(), ask(`{}`)); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("took %v: the rest of a round and its own second", took)
		}
		all.Wait()
	})
}

// The pause that one call was told is kept by all, and no other model waits.
func TestRetryAfterClosesTheLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := throttled()
		slow.RetryAfter = 3 * time.Second
		p := failing(1, slow)
		r := runnerOver(t, p, Options{})
		s := r.Statement(nil)
		defer s.Close()
		start := time.Now()
		s.Ask(t.Context(), ask(`{"n":1}`), nil)
		synctest.Wait()
		other := ask(`{}`)
		other.Request.Model = "other"
		if _, err := r.Call(t.Context(), other); err != nil || time.Since(start) != 0 {
			t.Errorf("another model: %v after %v", err, time.Since(start))
		}
		if _, err := r.Call(t.Context(), ask(`{"n":2}`)); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("a call that came in the pause: %v after %v", err, time.Since(start))
		}
	})
}

// A call that has begun counts towards its statement's share while it waits to
// try again, so that the time of few calls runs.
func TestShareBoundsTheCallsThatHaveBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := &model.Error{Kind: model.Unavailable, Service: model.Bedrock, Message: "down"}
		p := failing(3, down)
		s := runnerOver(t, p, Options{}).Statement(nil)
		defer s.Close()
		var pending []Pending
		for i := range 10 {
			call := ask(fmt.Sprintf(`{"n":%d}`, i))
			call.MaxConcurrency = 3
			pending = append(pending, s.Ask(t.Context(), call, nil))
		}
		synctest.Wait()
		if p.calls() != 3 {
			t.Errorf("%d calls have begun", p.calls())
		}
		for _, p := range pending {
			<-p.Done()
			if _, err := p.Result(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWaitingEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := silent()
		r := runnerOver(t, silent, Options{})
		s := r.Statement(nil)
		ctx, cancel := context.WithCancel(t.Context())
		var pending []Pending
		for i := range 1000 {
			pending = append(pending, s.Ask(ctx, ask(fmt.Sprintf(`{"n":%d}`, i)), nil))
		}
		synctest.Wait()
		if s.InFlight() != firstWindow || s.Asked() != 1000 {
			t.Errorf("%d in flight, %d asked", s.InFlight(), s.Asked())
		}
		start := time.Now()
		cancel()
		for _, p := range pending {
			<-p.Done()
			if _, err := p.Result(); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		s.Close()
		if s.InFlight() != 0 || s.Asked() != 0 {
			t.Errorf("%d in flight, %d asked", s.InFlight(), s.Asked())
		}
		if silent.calls() != firstWindow {
			t.Errorf("%d calls were started", silent.calls())
		}
		for _, l := range r.lanes.open {
			if time.Since(start) != 0 || l.running != 0 || l.queue.waiting != 0 || len(l.queue.shares) != 0 || l.queue.ready() {
				t.Errorf("after %v: %+v", time.Since(start), l)
			}
		}
	})
}

// service50 is a service that lets 50 calls a second through, 5 at once, and says
// when to come again.
func service50(says bool) *scripted {
	var mu sync.Mutex
	next := time.Now()
	return &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
		time.Sleep(5 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		next = latest(next, now.Add(-100*time.Millisecond))
		if wait := next.Sub(now); wait > 0 {
			slow := throttled()
			if says {
				slow.RetryAfter = wait
			}
			return model.Response{}, slow
		}
		next = next.Add(20 * time.Millisecond)
		return model.Response{Body: req.Body}, nil
	}}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Throttling costs neither errors nor much of what the service allows.
func TestThrottledThroughput(t *testing.T) {
	for name, c := range map[string]struct {
		says  bool
		quota int
		least float64
	}{
		"a quota of our own": {true, 3000, 0.95}, "Retry-After": {true, 0, 0.9}, "no word": {false, 0, 0.8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := service50(c.says)
				r := runnerOver(t, p, Options{Jitter: func(most time.Duration) time.Duration { return most / 2 }})
				r.models.rules = []Rule{{Pattern: "*", Provider: "bedrock", Limits: Limits{CallsPerMinute: c.quota}}}
				s := r.Statement(nil)
				defer s.Close()
				start := time.Now()
				asks(t, s, 1000)
				took := time.Since(start)
				if used := 20 * time.Second.Seconds() / took.Seconds(); used < c.least {
					t.Errorf("%.0f %% of the quota: %v, %d calls", 100*used, took, p.calls())
				}
				t.Logf("%v, %d calls", took, p.calls())
			})
		})
	}
}

func TestCallsPerMinuteAreSmooth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var began []time.Time
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			began = append(began, time.Now())
			return model.Response{Body: req.Body}, nil
		}}
		r := runnerOver(t, p, Options{})
		r.models.rules = []Rule{{Pattern: "*", Provider: "bedrock", Limits: Limits{CallsPerMinute: 600}}}
		for range 2 { // after a rest no burst either
			s := r.Statement(nil)
			asks(t, s, 50)
			s.Close()
			time.Sleep(10 * time.Second)
		}
		for i := 10; i < len(began); i++ {
			if began[i].Sub(began[i-10]) < time.Second {
				t.Errorf("11 calls in %v", began[i].Sub(began[i-10]))
			}
		}
	})
}

func TestTokensPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			return model.Response{Body: req.Body, Usage: model.Usage{Known: true, InputTokens: 40, OutputTokens: 60}}, nil
		}}
		r := runnerOver(t, p, Options{})
		r.models.rules = []Rule{{Pattern: "*", Provider: "bedrock", Limits: Limits{TokensPerMinute: 6000}}}
		s := r.Statement(nil)
		defer s.Close()
		start := time.Now()
		asks(t, s, 31) // 100 tokens each, 100 a second
		if took := time.Since(start); took < 28*time.Second || took > 31*time.Second {
			t.Errorf("3,100 tokens in %v", took)
		}
	})
}

// Whatever happens to calls of many statements at several models, nothing is left
// behind, no bound is passed, and the counters are what the services saw.
func TestLanesUnderRandomFaults(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) { randomFaults(t, rand.New(rand.NewPCG(seed, 1))) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func randomFaults(t *testing.T, random *rand.Rand) {
	var mu sync.Mutex // guards random and under
	draw := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	under := map[string]int{}
	const most = 12
	p := &scripted{name: "bedrock", answer: func(ctx context.Context, _ int, req model.Request) (model.Response, error) {
		var who struct{ Statement, Share int }
		if err := json.Unmarshal(req.Body, &who); err != nil {
			t.Error(err)
		}
		statement := fmt.Sprint(who.Statement)
		mu.Lock()
		if under[req.Model]++; under[req.Model] > most {
			t.Errorf("%d calls at once", under[req.Model])
		}
		if under[statement]++; who.Share > 0 && under[statement] > who.Share {
			t.Errorf("%d calls of a statement at once that may have %d", under[statement], who.Share)
		}
		mu.Unlock()
		defer func() { mu.Lock(); under[req.Model]--; under[statement]--; mu.Unlock() }()
		select {
		case <-time.After(time.Duration(draw(300)) * time.Millisecond):
		case <-ctx.Done():
			return model.Response{}, ctx.Err()
		}
		slow := throttled()
		switch draw(8) {
		case 0:
			slow.RetryAfter = time.Duration(draw(3000)) * time.Millisecond
			return model.Response{}, slow
		case 1:
			return model.Response{}, slow
		case 2:
			return model.Response{}, &model.Error{Kind: model.Unavailable, Message: "down"}
		case 3:
			return model.Response{}, &model.Error{Kind: model.ModelFailed, Message: "no"}
		}
		return model.Response{Body: req.Body, Usage: model.Usage{Known: true, InputTokens: 5}}, nil
	}}
	var counters Counters
	r := runnerOver(t, p, Options{Counters: &counters, Concurrency: most})
	r.models.rules = []Rule{{Pattern: "quota", Provider: "bedrock", Limits: Limits{Concurrency: most, CallsPerMinute: 6000, TokensPerMinute: 20000}}}
	var all sync.WaitGroup
	for statement := range 6 {
		n, share, kill := draw(60), draw(20), time.Duration(draw(20_000))*time.Millisecond
		all.Go(func() {
			s := r.Statement(nil)
			ctx, cancel := context.WithTimeout(t.Context(), kill)
			defer cancel()
			var pending []Pending
			for i := range n {
				call := ask(fmt.Sprintf(`{"n":%d,"statement":%d,"share":%d}`, i, statement, share))
				call.Request.Model, call.MaxConcurrency = []string{"m", "quota"}[draw(2)], share
				call.Timeout = time.Duration(1+draw(40)) * time.Second
				pending = append(pending, s.Ask(ctx, call, nil))
			}
			for _, p := range pending[:len(pending)/2] {
				<-p.Done()
			}
			s.Close()
			for _, p := range pending {
				if _, err := p.Result(); !p.Known() || err != nil && !isServiceError(err) && !cancelled(err) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for name, l := range r.lanes.open {
		l.mu.Lock() // a timer may be left
		defer l.mu.Unlock()
		if l.users != 0 || l.running != 0 || l.queue.waiting != 0 || len(l.queue.shares) != 0 || l.queue.ready() || l.window.size() > most {
			t.Errorf("%v: %+v", name, l)
		}
	}
	if counters.Snapshot().ActualRequest != int64(p.calls()) {
		t.Errorf("%d were sent; counted %+v", p.calls(), counters.Snapshot())
	}
}

// A service that answers late does not keep a statement of another model.
func TestOtherModelsDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Bool
		p := silent()
		r := runnerOver(t, p, Options{})
		s := r.Statement(nil)
		for i := range 1000 {
			s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, i)), nil)
		}
		synctest.Wait()
		r.models.providers["bedrock"] = echo("bedrock")
		go func() {
			other := ask(`{}`)
			other.Request.Model = "other"
			_, err := r.Call(t.Context(), other)
			done.Store(err == nil)
		}()
		synctest.Wait()
		if !done.Load() {
			t.Error("another model waits")
		}
		s.Close()
	})
}
