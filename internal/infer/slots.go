package infer

import (
	"context"
	"sync"
)

// slots caps the calls under way at each model of each provider. One model's
// queue never holds up another's.
type slots struct {
	cap int

	mu     sync.Mutex // never held while waiting for a slot
	queues map[queueName]*queue
}

type queueName struct{ provider, model string }

// queue is the slots of one model; it lives while a call uses it.
type queue struct {
	users int // guarded by slots.mu
	taken chan struct{}
}

// slot is one call's access to its model's queue. A call leaves it when done,
// and holds it only between acquire and release.
type slot struct {
	slots *slots
	name  queueName
	*queue
}

func newSlots(limit int) *slots {
	return &slots{cap: limit, queues: map[queueName]*queue{}}
}

func (s *slots) join(route Route) slot {
	name := queueName{provider: route.Provider.Name(), model: route.Request.Model}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[name]
	if q == nil {
		q = &queue{taken: make(chan struct{}, s.cap)}
		s.queues[name] = q
	}
	q.users++
	return slot{slots: s, name: name, queue: q}
}

// acquire waits for a free slot or for ctx's end.
func (s slot) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.taken <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slot) release() { <-s.taken }

// leave drops the queue with its last user, so that model names that come and
// go leave nothing behind.
func (s slot) leave() {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	s.users--
	if s.users == 0 {
		delete(s.slots.queues, s.name)
	}
}
