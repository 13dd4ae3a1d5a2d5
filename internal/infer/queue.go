package infer

import "container/list"

// DefaultShare is how many calls of one statement may have begun and not ended
// at one model when the Call says nothing. It is the default of
// airglow_max_concurrency.
const DefaultShare = 64

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
	visits int
	// begun counts the visits whose calls have begun. Their time runs while
	// they wait to try again, so most bounds them and not only attempts.
	begun int
	most  int
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
}

func newQueue() queue { return queue{shares: map[any]*share{}, turns: list.New()} }

// join returns the share of a call's statement; a call without one is its own.
func (q *queue) join(call Call) *share {
	var key any = call.statement
	if call.statement == nil {
		key = new(share)
	}
	s := q.shares[key]
	if s == nil {
		s = &share{key: key}
		q.shares[key] = s
	}
	s.visits++
	s.most = call.MaxConcurrency
	if s.most <= 0 {
		s.most = DefaultShare
	}
	return s
}

// end says that a visit's call has ended, in case it had begun.
func (q *queue) end(v *visit) {
	if v.started {
		v.started = false
		v.share.begun--
		q.seat(v.share)
	}
}

// leave ends a visit.
func (q *queue) leave(v *visit) {
	q.end(v)
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
	return s.again.Len() > 0 || s.fresh.Len() > 0 && s.begun < s.most
}

func (q *queue) ready() bool { return q.turns.Len() > 0 }

// pop takes the next in turn, when there is one.
func (q *queue) pop() *waiter {
	s := q.turns.Remove(q.turns.Front()).(*share)
	s.turn = nil
	from := &s.again
	if from.Len() == 0 {
		from = &s.fresh
		s.begun++
	}
	w := from.Remove(from.Front()).(*waiter)
	q.waiting--
	q.seat(s)
	return w
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
