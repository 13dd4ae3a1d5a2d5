package infer

import (
	"context"
	"sync"
	"testing"
	"time"

	"airglow/internal/model"
)

// handClock moves only by hand.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[time.Time][]func()
	// set, when there is one, receives the length of each timer.
	set chan time.Duration
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) AfterFunc(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set != nil {
		c.set <- d
	}
	at := c.now.Add(d)
	c.timers[at] = append(c.timers[at], f)
	return func() bool { return false }
}

// jump moves the time and fires what is due in it.
func (c *handClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for at, due := range c.timers {
		if !at.After(c.now) {
			for _, f := range due {
				go f()
			}
			delete(c.timers, at)
		}
	}
}

// The runner takes its time from the clock that it is given, and from no other.
func TestRunnerUsesItsClock(t *testing.T) {
	clock := &handClock{timers: map[time.Time][]func(){}}
	p := silent()
	started := make(chan struct{})
	wait := p.answer
	p.answer = func(ctx context.Context, attempt int, req model.Request) (model.Response, error) {
		close(started)
		return wait(ctx, attempt, req)
	}
	failed := make(chan error)
	go func() {
		_, err := runnerOver(t, p, Options{Clock: clock}).Call(t.Context(), ask(`{}`))
		failed <- err
	}()
	<-started
	clock.jump(DefaultTimeout)
	if err := <-failed; model.KindOf(err) != model.Timeout {
		t.Errorf("error %v", err)
	}
}
