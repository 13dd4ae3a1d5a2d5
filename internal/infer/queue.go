package infer

import (
	"container/list"
	"iter"
)

// queue is who waits for a lane. Statements take turns, so that a single call
// never waits behind a thousand of another statement. Its lane's lock guards
// it.
type queue struct {
	waiting int
	shares  map[any]*share
	// turns lists the shares that have a waiter who may go, next first.
	turns *list.List
}

// share is one statement's part of a lane.
type share struct {
	key    any
	lane   *lane
	visits int
	// allowance is the statement's, of all its shares.
	allowance *allowance
	// again holds calls that have begun, fresh ones that have not.
	again, fresh list.List
	// turn is the share's place in queue.turns, nil if it has none.
	turn *list.Element
}

// waiter is one attempt that waits. It has no visit any more once admitted.
type waiter struct {
	visit    *visit
	place    *list.Element
	admitted chan struct{}
	// refused is why it was sent away in place of being admitted; nil if it was not.
	refused error
}

func newQueue() queue { return queue{shares: map[any]*share{}, turns: list.New()} }

// join returns the share of a call's statement in a lane; a call without a
// statement is its own.
func (l *lane) join(call Call) *share {
	var key any = call.statement
	allowed := &allowance{}
	if call.statement == nil {
		key = new(share)
	} else {
		allowed = &call.statement.allowance
	}
	s := l.queue.shares[key]
	if s == nil {
		s = &share{key: key, lane: l, allowance: allowed}
		l.queue.shares[key] = s
	}
	s.visits++
	s.allowance.bound(call.MaxConcurrency)
	return s
}

// leave ends a visit.
func (q *queue) leave(v *visit) {
	s := v.share
	if s.visits--; s.visits == 0 {
		delete(q.shares, s.key)
	}
}

func (q *queue) push(w *waiter) {
	s := w.visit.share
	if w.visit.started {
		w.place = s.again.PushBack(w)
	} else {
		w.place = s.fresh.PushBack(w)
	}
	q.waiting++
	q.seat(s)
}

// seat gives a share its turn, or takes it away, by whether anyone of it may go.
func (q *queue) seat(s *share) {
	switch able := s.able(); {
	case able && s.turn == nil:
		s.turn = q.turns.PushBack(s)
	case !able && s.turn != nil:
		q.turns.Remove(s.turn)
		s.turn = nil
	}
}

func (s *share) able() bool {
	if s.again.Len() > 0 {
		return s.allowance.lets(s, false)
	}
	return s.fresh.Len() > 0 && s.allowance.lets(s, true)
}

func (q *queue) ready() bool { return q.turns.Len() > 0 }

// pop takes the next in turn, when there is one; nil when it may not go after
// all.
func (q *queue) pop() *waiter {
	s := q.turns.Remove(q.turns.Front()).(*share)
	s.turn = nil
	from, fresh := &s.again, false
	if from.Len() == 0 {
		from, fresh = &s.fresh, true
	}
	if !s.allowance.take(s, fresh) {
		return nil
	}
	w := from.Remove(from.Front()).(*waiter)
	q.waiting--
	q.seat(s)
	return w
}

// all are those who wait.
func (q *queue) all() iter.Seq[*waiter] {
	return func(yield func(*waiter) bool) {
		for _, s := range q.shares {
			for _, line := range []*list.List{&s.again, &s.fresh} {
				for e, next := line.Front(), (*list.Element)(nil); e != nil; e = next {
					next = e.Next() // the caller may remove e
					if !yield(e.Value.(*waiter)) {
						return
					}
				}
			}
		}
	}
}

// remove takes out a waiter who gives up.
func (q *queue) remove(w *waiter) {
	s := w.visit.share
	if w.visit.started {
		s.again.Remove(w.place)
	} else {
		s.fresh.Remove(w.place)
	}
	q.waiting--
	q.seat(s)
}
