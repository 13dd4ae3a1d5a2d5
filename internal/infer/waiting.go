package infer

import "time"

// Waiting counts the calls of a statement that wait, by what for.
type Waiting struct {
	// Turn is those that others of the statement or of other sessions are before.
	Turn int
	// Quota is those that the model map's calls or tokens a minute hold back.
	Quota int
	// Service is those that the service has refused or asked to wait.
	Service int
}

// Waiting returns the statement's calls that have been asked for and are not with a
// provider. Those that travel together are one.
func (s *Statement) Waiting() Waiting {
	w := s.runner.lanes.waiting(s)
	w.Service += int(s.pausing.Load())
	return w
}

func (s *lanes) waiting(of *Statement) (w Waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.open {
		l.waiting(of, s.clock.Now(), &w)
	}
	return w
}

// waiting adds those of a statement that wait for this lane.
func (l *lane) waiting(of *Statement, now time.Time, to *Waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	share := l.queue.shares[of]
	if share == nil {
		return
	}
	count := share.again.Len() + share.fresh.Len()
	switch {
	case l.gate.closed(now):
		to.Service += count
	case l.calls.wait(now) > 0 || l.tokens.wait(now) > 0:
		to.Quota += count
	case l.learnt.wait(now) > 0:
		to.Service += count
	default:
		to.Turn += count
	}
}

// pauses counts a call of the statement in or out that waits to be tried again.
func (c Call) pauses(change int64) {
	if c.statement != nil {
		c.statement.pausing.Add(change)
	}
}
