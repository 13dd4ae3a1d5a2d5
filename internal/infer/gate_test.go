package infer

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

// wants is being throttled by a service that says for how long.
func wants(wait time.Duration) *model.Error {
	e := throttled()
	e.RetryAfter, e.RequestID = wait, "r-1"
	return e
}

// within is a call with a limit of its own.
func within(limit time.Duration, body string) Call {
	call := ask(body)
	call.Timeout, call.LimitName = limit, "aurora_ml_inference_timeout"
	return call
}

// What wants to be left alone for longer than a call has is left alone: the call goes
// on to its fallback at once, and without one fails at once, in the service's words.
func TestALongPauseIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := refuse("first", wants(time.Hour)), echo("second")
		r := withFallbacks(t, Options{}, first, second)
		start := time.Now()
		for i := range 20 {
			if a, err := r.Call(t.Context(), within(3*time.Second, fmt.Sprint(i))); err != nil || a.Response.Provider != "second" {
				t.Errorf("%d: %+v, %v", i, a, err)
			}
		}
		if first.calls() != 1 || time.Since(start) != 0 {
			t.Errorf("%d calls in %v", first.calls(), time.Since(start))
		}
		if h := r.Health(r.models.List()[0]); !h.Failing || !h.Throttled || !strings.Contains(h.LastError, "ThrottlingException: Too many requests") {
			t.Errorf("its health is %+v", h)
		}

		alone := runnerOver(t, refuse("bedrock", wants(time.Hour)), Options{})
		if _, err := alone.Call(t.Context(), within(3*time.Second, `{}`)); model.KindOf(err) != model.Throttled {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		start = time.Now()
		_, err := alone.Call(t.Context(), within(3*time.Second, `{}`))
		want := "Bedrock API returned error: ThrottlingException: Too many requests; not asked now, because that is to be left alone " +
			"for another 3598000 ms, which would pass the limit of 3000 ms (aurora_ml_inference_timeout)"
		if err == nil || err.Error() != want || model.KindOf(err) != model.Throttled || model.RetryAfter(err) != 3598*time.Second {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
	})
}

// Once a minute somebody finds out whether a service meant the hour that it asked for.
func TestALongPauseIsTriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := failing(1, wants(time.Hour))
		r := runnerOver(t, p, Options{})
		for i := range 3 {
			_, err := r.Call(t.Context(), within(3*time.Second, `{}`))
			if (err == nil) != (i == 2) {
				t.Errorf("%d: %v", i, err)
			}
			time.Sleep(longestHold / 2)
		}
		if p.calls() != 2 {
			t.Errorf("%d calls", p.calls())
		}
	})
}

// A pause that a call can make counts in its limit, whether it has begun or not.
func TestAPauseCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := silent().answer
		p := &scripted{name: "bedrock", answer: func(ctx context.Context, attempt int, req model.Request) (model.Response, error) {
			if attempt == 1 {
				return model.Response{}, wants(2 * time.Second)
			}
			return silent(ctx, attempt, req)
		}}
		r := runnerOver(t, p, Options{})
		if _, err := r.Call(t.Context(), within(time.Second, `{}`)); model.KindOf(err) != model.Throttled {
			t.Error(err)
		}
		start := time.Now()
		_, err := r.Call(t.Context(), within(3*time.Second, `{}`))
		if model.KindOf(err) != model.Timeout || time.Since(start) != 3*time.Second || p.calls() != 2 {
			t.Errorf("after %v and %d calls: %v", time.Since(start), p.calls(), err)
		}
	})
}

// A fallback has what the pause has left of the limit, and the first no more than its
// share of the time to wait.
func TestAPauseCountsForTheFallbackToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		next := []time.Duration{time.Second, 10 * time.Second}
		first := &scripted{name: "first", answer: func(context.Context, int, model.Request) (model.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			wait := next[0]
			next = next[1:]
			return model.Response{}, wants(wait)
		}}
		quiet := silent()
		quiet.name = "quiet"
		r := withFallbacks(t, Options{}, first, quiet)
		short := within(100*time.Millisecond, `{"n":1}`)
		if _, err := r.Call(t.Context(), short); err == nil {
			t.Error("answered")
		}
		start := time.Now()
		if _, err := r.Call(t.Context(), within(4*time.Second, `{"n":2}`)); err == nil {
			t.Error("answered")
		}
		if took := time.Since(start); took != 4*time.Second || first.calls() != 2 {
			t.Errorf("it took %v, with %d calls", took, first.calls())
		}
	})
}

// A gate that closes while calls wait for their turn sends those away at once who have
// less time than it asks for, and keeps the others, in batches too.
func TestClosingSendsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		open := false
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			if !open {
				return model.Response{}, wants(10 * time.Second)
			}
			return model.Response{Body: req.Body}, nil
		}}
		r := runnerOver(t, p, Options{Concurrency: 1})
		s := r.Statement(nil)
		defer s.Close()
		start := time.Now()
		var pending []Pending
		for i, limit := range []time.Duration{15, 5, 30, 30} {
			pending = append(pending, s.Ask(t.Context(), within(limit*time.Second, fmt.Sprint(i)), nil))
		}
		<-pending[1].Done()
		if _, err := pending[1].Result(); model.KindOf(err) != model.Throttled || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		mu.Lock()
		open = true
		mu.Unlock()
		for _, i := range []int{0, 2, 3} {
			<-pending[i].Done()
			if _, err := pending[i].Result(); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

func TestABatchLeavesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, second := newLines(), echo("second")
		p.fault = func(int, []string) error { return wants(time.Hour) }
		r := withFallbacks(t, Options{}, p, second)
		start := time.Now()
		s := r.Statement(nil)
		defer s.Close()
		if failed := rows(t, s, 1, 30); failed != nil || second.calls() != 30 || time.Since(start) != 0 {
			t.Errorf("%v, %d calls in %v", failed, second.calls(), time.Since(start))
		}
		before := len(p.requests())
		if failed := rows(t, s, 31, 60); failed != nil || len(p.requests()) != before || time.Since(start) != 0 {
			t.Errorf("%v, %d requests in %v", failed, len(p.requests())-before, time.Since(start))
		}
	})
}

// Whatever waits behind calls that are answered is not sent away, however long that
// takes and however often the service asks for a moment's pause.
func TestWaitingBehindTheAnsweredDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := service50(true)
		s := runnerOver(t, p, Options{Jitter: func(most time.Duration) time.Duration { return most / 2 }}).Statement(nil)
		defer s.Close()
		start := time.Now()
		var pending []Pending
		for i := range 1000 {
			pending = append(pending, s.Ask(t.Context(), within(5*time.Second, fmt.Sprint(i)), nil))
		}
		for i, p := range pending {
			<-p.Done()
			if _, err := p.Result(); err != nil {
				t.Fatalf("%d: %v", i, err)
			}
		}
		if time.Since(start) < 19*time.Second {
			t.Errorf("it took %v", time.Since(start))
		}
	})
}

// RetryFor bounds the waiting for what may pass, and not an attempt that takes long.
func TestRetriesAreBoundedByThemselves(t *testing.T) {
	for name, failure := range map[string]*model.Error{"throttled": throttled(), "down": kind(model.Unavailable), "loading": kind(model.NotReady)} {
		synctest.Test(t, func(t *testing.T) {
			call := within(5*time.Minute, `{}`)
			call.RetryFor, call.RetryName = 5*time.Second, "endpoint.retry-for"
			start := time.Now()
			_, err := runnerOver(t, refuse("bedrock", failure), Options{}).Call(t.Context(), call)
			if model.KindOf(err) != failure.Kind || !strings.Contains(err.Error(), failure.Message+"; not tried again after") ||
				!strings.Contains(err.Error(), "the limit of 5000 ms (endpoint.retry-for)") || time.Since(start) > 5*time.Second || time.Since(start) < 4*time.Second {
				t.Errorf("%s: after %v: %v", name, time.Since(start), err)
			}
			slow := &scripted{name: "bedrock", answer: func(context.Context, int, model.Request) (model.Response, error) {
				time.Sleep(4 * time.Minute)
				return model.Response{Body: []byte("ok")}, nil
			}}
			if _, err := runnerOver(t, slow, Options{}).Call(t.Context(), call); err != nil {
				t.Error(err)
			}
			start = time.Now()
			second := failing(3, failure)
			second.name = "second"
			_, err = withFallbacks(t, Options{}, refuse("first", failure), second).Call(t.Context(), call)
			if err != nil || time.Since(start) > 5*time.Second {
				t.Errorf("%s: after %v: %v", name, time.Since(start), err)
			}
		})
	}
}
