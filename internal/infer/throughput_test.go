package infer

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

// limited is a service with a limit of its own: so many calls a second, of which it
// takes some at once, or so many at once, or both. A call above is refused at once.
type limited struct {
	perSecond, deep float64
	atOnce          int
	takes           time.Duration
	says            time.Duration // its Retry-After

	mu      sync.Mutex
	tokens  float64
	last    time.Time
	running int
	refused int
}

// provider is the service as a runner sees it.
func (s *limited) provider() *scripted {
	return &scripted{name: "bedrock", answer: func(ctx context.Context, _ int, req model.Request) (model.Response, error) {
		time.Sleep(s.takes / 10) // the way there
		if !s.admits() {
			refusal := throttled()
			refusal.RetryAfter = s.says
			return model.Response{}, refusal
		}
		select {
		case <-time.After(s.takes - s.takes/10):
		case <-ctx.Done():
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running--
		return model.Response{Body: req.Body}, ctx.Err()
	}}
}

func (s *limited) admits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.tokens = min(s.deep, s.tokens+now.Sub(s.last).Seconds()*s.perSecond)
	s.last = now
	if s.perSecond > 0 && s.tokens < 1-1e-9 || s.atOnce > 0 && s.running >= s.atOnce {
		s.refused++
		return false
	}
	s.tokens--
	s.running++
	return true
}

// least is how long n calls take at best, of which 64 may be under way.
func (s *limited) least(n int) time.Duration {
	atOnce := 64
	if s.atOnce > 0 {
		atOnce = min(atOnce, s.atOnce)
	}
	least := time.Duration(n) * s.takes / time.Duration(atOnce)
	if s.perSecond > 0 {
		least = max(least, time.Duration(float64(n)/s.perSecond*float64(time.Second)))
	}
	return least
}

// What a service bears is used, whatever it counts, whether or not it says when to
// come again, and few calls are refused. Those refused last come when they were told
// to, which is the end of the statement.
func TestThroughputOfLimitedServices(t *testing.T) {
	const ms = time.Millisecond
	for name, s := range map[string]*limited{
		"100 a second":                    {perSecond: 100, deep: 21, takes: ms},
		"100 a second, says 1 s":          {perSecond: 100, deep: 21, takes: ms, says: time.Second},
		"100 a second, slow":              {perSecond: 100, deep: 21, takes: 200 * ms},
		"100 a second, slow, says 1 s":    {perSecond: 100, deep: 21, takes: 200 * ms, says: time.Second},
		"100 a second, shallow":           {perSecond: 100, deep: 1.5, takes: 5 * ms},
		"100 a second, shallow, says 1 s": {perSecond: 100, deep: 1.5, takes: 5 * ms, says: time.Second},
		"10 at once":                      {atOnce: 10, takes: 50 * ms},
		"10 at once, says 1 s":            {atOnce: 10, takes: 50 * ms, says: time.Second},
		"20 at once":                      {atOnce: 20, takes: 50 * ms},
		"20 at once, says 1 s":            {atOnce: 20, takes: 50 * ms, says: time.Second},
		"3 at once, says 1 s":             {atOnce: 3, takes: 50 * ms, says: time.Second},
		"50 at once, says 2 s":            {atOnce: 50, takes: 100 * ms, says: 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(1, 2))
				var mu sync.Mutex
				r := runnerOver(t, s.provider(), Options{Jitter: func(most time.Duration) time.Duration {
					mu.Lock()
					defer mu.Unlock()
					return time.Duration(random.Int64N(int64(most)))
				}})
				s.last = time.Now()
				statement := r.Statement(nil)
				defer statement.Close()
				start := time.Now()
				const n = 2000
				asks(t, statement, n)
				took := time.Since(start)
				used := s.least(n).Seconds() / (took - s.says).Seconds()
				t.Logf("%.0f %%: %v for %v, %d refused", 100*used, took, s.least(n), s.refused)
				if used < 0.9 {
					t.Errorf("%.0f %% of what the service bears: %v, %d refused", 100*used, took, s.refused)
				}
				if s.refused > n/4 {
					t.Errorf("%d were refused", s.refused)
				}
			})
		})
	}
}

// What was learnt of a service that throttles does not keep the next statements back
// for long when it no longer does.
func TestThroughputAfterThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &limited{atOnce: 20, takes: 100 * time.Millisecond, says: time.Second}
		r := runnerOver(t, s.provider(), Options{})
		for i, most := range []time.Duration{8 * time.Second, 4 * time.Second, 2 * time.Second} {
			statement := r.Statement(nil)
			start := time.Now()
			asks(t, statement, 1000)
			statement.Close()
			t.Log(time.Since(start))
			if took := time.Since(start); took > most {
				t.Errorf("statement %d took %v", i, took)
			}
			s.mu.Lock()
			s.atOnce = 0
			s.mu.Unlock()
		}
	})
}
