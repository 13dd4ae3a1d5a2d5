package infer

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

func TestCallRetriesWithGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := failing(3, throttled())
		var counters Counters
		start := time.Now()
		a, err := runnerOver(t, p, Options{Counters: &counters}).Call(t.Context(), ask(`{}`))
		if err != nil || string(a.Response.Body) != "ok" || a.Attempts != 4 {
			t.Fatalf("got %+v, %v", a, err)
		}
		if waited := time.Since(start); waited != 700*time.Millisecond {
			t.Errorf("waited %v, want 100+200+400 ms", waited)
		}
		got := counters.Snapshot()
		if want := (Counts{ActualRequest: 4, ActualResponse: 1, RetryRequest: 3}); got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
		if a.Response.Provider != "bedrock" || a.Response.Model != "m" {
			t.Errorf("answer does not say who gave it: %+v", a.Response)
		}
	})
}

func TestPausesAreBounded(t *testing.T) {
	var most []time.Duration
	l := &limit{runner: &Runner{jitter: func(m time.Duration) time.Duration { most = append(most, m); return m }}}
	for attempt := 1; attempt <= 200; attempt++ {
		l.backoff(attempt, throttled())
	}
	if most[0] != firstPause || most[5] != 3200*time.Millisecond || most[6] != longestPause || most[199] != longestPause {
		t.Errorf("bounds %v … %v", most[:8], most[199])
	}
}

func TestCallDoesNotRetryWhatCannotPass(t *testing.T) {
	for _, kind := range []model.Kind{model.Denied, model.Invalid, model.Quota, model.ModelTimeout, model.NotFound, model.Internal} {
		refused := &model.Error{Kind: kind, Service: model.Bedrock, Message: "no"}
		p := failing(1, refused)
		_, err := runnerOver(t, p, Options{}).Call(t.Context(), ask(`{}`))
		if !errors.Is(err, refused) || p.calls() != 1 {
			t.Errorf("%v: %d calls, error %v", kind, p.calls(), err)
		}
	}
}

func TestCallHonoursRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := throttled()
		slow.RetryAfter = 7 * time.Second
		p := failing(1, slow)
		start := time.Now()
		if _, err := runnerOver(t, p, Options{}).Call(t.Context(), ask(`{}`)); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != 7*time.Second+firstPause {
			t.Errorf("waited %v", waited)
		}

		p = failing(9, slow)
		start = time.Now()
		call := ask(`{}`)
		call.Timeout, call.LimitName = 5*time.Second, "TIMEOUT_MS"
		_, err := runnerOver(t, p, Options{}).Call(t.Context(), call)
		want := "Bedrock API returned error: ThrottlingException: Too many requests; not tried again after 1 attempt " +
			"because the wait would pass the limit of 5000 ms (TIMEOUT_MS)"
		if err == nil || err.Error() != want || model.KindOf(err) != model.Throttled {
			t.Errorf("error %v, want %s", err, want)
		}
		if time.Since(start) != 0 || p.calls() != 1 {
			t.Errorf("waited %v over %d calls for nothing", time.Since(start), p.calls())
		}
	})
}

func TestLimitEndsTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := runnerOver(t, silent(), Options{}).Call(t.Context(), ask(`{}`))
		want := `Bedrock model "m" did not answer within 30000 ms (aurora_ml_inference_timeout, 1 attempt); raise aurora_ml_inference_timeout to wait longer`
		if err == nil || err.Error() != want || model.KindOf(err) != model.Timeout {
			t.Errorf("error %v\nwant  %s", err, want)
		}
		if took := time.Since(start); took != DefaultTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestLimitNamesTheLastFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := silent()
		wait := p.answer
		p.answer = func(ctx context.Context, attempt int, req model.Request) (model.Response, error) {
			if attempt == 1 {
				return model.Response{}, throttled()
			}
			return wait(ctx, attempt, req)
		}
		_, err := runnerOver(t, p, Options{}).Call(t.Context(), ask(`{}`))
		if model.KindOf(err) != model.Timeout || !strings.Contains(err.Error(), "2 attempts); the last failure: Bedrock API returned error: ThrottlingException") {
			t.Errorf("error %v", err)
		}
	})
}

func TestCallersEndIsNotATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := runnerOver(t, silent(), Options{}).Call(ctx, ask(`{}`))
		if !errors.Is(err, context.Canceled) || isServiceError(err) {
			t.Errorf("error %v", err)
		}
		// during a pause
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err = runnerOver(t, failing(9, throttled()), Options{}).Call(ctx, ask(`{}`))
		if !errors.Is(err, context.Canceled) || isServiceError(err) {
			t.Errorf("in a pause: error %v", err)
		}
	})
}

func TestConcurrencyIsCappedPerModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int64
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			n := under.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second) // the bubble's time: passes at once
			under.Add(-1)
			return model.Response{Body: req.Body}, nil
		}}
		r := runnerOver(t, p, Options{Concurrency: 4})
		start := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				call := ask(`{}`)
				call.Timeout = 1500 * time.Millisecond // below the time in the queue
				if _, err := r.Call(t.Context(), call); err != nil {
					t.Error(err)
				}
			})
		}
		other := ask(`{}`)
		other.Request.Model = "other"
		all.Go(func() {
			if _, err := r.Call(t.Context(), other); err != nil || time.Since(start) != time.Second {
				t.Errorf("another model waited: %v, %v", time.Since(start), err)
			}
		})
		all.Wait()
		if most.Load() != 5 || time.Since(start) != 5*time.Second {
			t.Errorf("%d at once in %v, want 4 of one model and 1 of another in 5 s", most.Load(), time.Since(start))
		}
		time.Sleep(2 * idleTime) // the bubble's time
		r.lanes.sweep()
		if len(r.lanes.open) != 0 {
			t.Errorf("%d lanes left behind", len(r.lanes.open))
		}
	})
}

func TestSlotIsFreeDuringAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := failing(1, throttled())
		r := runnerOver(t, p, Options{Concurrency: 1, Jitter: func(time.Duration) time.Duration { return time.Second }})
		var all sync.WaitGroup
		all.Go(func() { _, _ = r.Call(t.Context(), ask(`{}`)) })
		synctest.Wait() // the first call now waits to try again
		start := time.Now()
		if _, err := r.Call(t.Context(), ask(`{"b":1}`)); err != nil || time.Since(start) > shortRest {
			t.Errorf("waited %v for a slot that nobody used: %v", time.Since(start), err)
		}
		all.Wait()
	})
}

func TestQueuedCallIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := silent()
		r := runnerOver(t, p, Options{Concurrency: 1})
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, err := r.Call(ctx, ask(`{}`)); !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		all.Wait()
		if p.calls() != 1 {
			t.Errorf("%d calls, want 1: the second never had a slot", p.calls())
		}
	})
}

func TestDefectsOfProvidersBecomeErrors(t *testing.T) {
	p := echo("bedrock")
	p.answer = func(_ context.Context, _ int, req model.Request) (model.Response, error) {
		return model.Response{Body: req.Body[len(req.Body)+1:]}, nil
	}
	_, err := runnerOver(t, p, Options{}).Call(t.Context(), ask(`{"k":"private"}`))
	if model.KindOf(err) != model.Internal || !isServiceError(err) || strings.Contains(err.Error(), "private") {
		t.Errorf("panic gave %v", err)
	}
	p.answer = func(context.Context, int, model.Request) (model.Response, error) { panic("private") }
	_, err = runnerOver(t, p, Options{}).Call(t.Context(), ask(`{}`))
	if cause := errors.Unwrap(err); cause == nil || strings.Contains(cause.Error(), "(string private") {
		t.Errorf("cause %v", cause)
	}
	odd := errors.New("odd")
	_, err = runnerOver(t, failing(1, odd), Options{}).Call(t.Context(), ask(`{}`))
	if model.KindOf(err) != model.Internal || !errors.Is(err, odd) || strings.Contains(err.Error(), "odd") {
		t.Errorf("unexplained failure gave %v", err)
	}
}
