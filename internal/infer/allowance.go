package infer

import "sync"

// DefaultShare is how many calls of one statement may have begun and not ended
// when the Call says nothing. It is the default of airglow_max_concurrency.
const DefaultShare = 64

// allowance is how much of a statement may go on at once, at all models
// together. Lanes take from it when they let an attempt in and give back when it
// has ended. Its lock is taken last: the lane's own is held then.
type allowance struct {
	mu   sync.Mutex
	most int
	// begun counts the calls that have begun. Their time runs while they wait to
	// try again, so that most bounds them and not only attempts.
	begun int
	// running counts the attempts under way. The parts of a batch that was divided
	// go on as calls that have begun, and only this bounds them.
	running int
	// held are the shares of the statement whose turn is held back by the
	// allowance, and nothing else, with their lanes.
	held map[*share]*lane
}

// bound says how much is allowed from now on; zero is DefaultShare.
func (a *allowance) bound(most int) {
	if most <= 0 {
		most = DefaultShare
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.most = most
}

// lets reports whether an attempt may begin; fresh is true for the first of its
// call. Otherwise the share is held until something ends.
func (a *allowance) lets(s *share, fresh bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.letsLocked(s, fresh)
}

func (a *allowance) letsLocked(s *share, fresh bool) bool {
	if a.running < a.most && (!fresh || a.begun < a.most) {
		return true
	}
	if a.held == nil {
		a.held = map[*share]*lane{}
	}
	a.held[s] = s.lane
	return false
}

// take begins an attempt, unless another lane was faster.
func (a *allowance) take(s *share, fresh bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.letsLocked(s, fresh) {
		return false
	}
	a.running++
	if fresh {
		a.begun++
	}
	return true
}

// goesOn takes a call that has begun, as part of another, into account.
func (a *allowance) goesOn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun++
}

// give says how many calls and attempts have ended. The shares that it returns
// are to be looked at again, without any lock.
func (a *allowance) give(calls, attempts int) map[*share]*lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun -= calls
	a.running -= attempts
	held := a.held
	a.held = nil
	return held
}

// resume lets the lanes look at the shares again that were held.
func resume(held map[*share]*lane) {
	for s, l := range held {
		l.resume(s)
	}
}

func (l *lane) resume(s *share) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue.seat(s)
	l.admit(l.clock.Now())
}
