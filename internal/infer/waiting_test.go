package infer

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A statement says what its calls wait for.
func TestWhatCallsWaitFor(t *testing.T) {
	slow := throttled()
	slow.RetryAfter = 10 * time.Second
	for name, c := range map[string]struct {
		p      *scripted
		limits Limits
		want   Waiting
		flying int
	}{
		"turn":    {silent(), Limits{}, Waiting{Turn: 12}, 8},
		"quota":   {silent(), Limits{CallsPerMinute: 1}, Waiting{Quota: 19}, 1},
		"service": {refuse("bedrock", slow), Limits{Concurrency: 3}, Waiting{Service: 20}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := runnerOver(t, c.p, Options{})
			r.models.rules = []Rule{{Pattern: "*", Provider: "bedrock", Limits: c.limits}}
			s := r.Statement(nil)
			for i := range 20 {
				s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, i)), nil)
			}
			synctest.Wait()
			if s.Waiting() != c.want || s.InFlight() != c.flying {
				t.Errorf("%s: %+v, %d in flight", name, s.Waiting(), s.InFlight())
			}
			s.Close()
			if (s.Waiting() != Waiting{}) {
				t.Errorf("%s: %+v in the end", name, s.Waiting())
			}
		})
	}
}
