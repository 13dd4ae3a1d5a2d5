package engine

import "airglow/internal/ledger"

// A statement that ended well is not done before its transaction is: one that is
// rolled back may be run again, and is not to pay again.

// unsettledState is how a statement has ended, as far as its transaction tells.
func (s *statement) unsettledState() ledger.State {
	switch {
	case s.hasRolledBack():
		return ledger.RolledBack
	case s.inTransaction():
		return ledger.Open
	}
	return ledger.Done
}

func (s *statement) hasRolledBack() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rolledBack
}

// inTransaction reports whether a transaction goes on after the statement.
func (s *statement) inTransaction() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client != nil && !s.rolledBack && !commitsAlone(s.client)
}

// settle tells the ledger what became of the statements of a transaction, if it has
// ended with this one, and of this one, which made calls unless ended is nil.
func (e *Engine) settle(s *statement, ended *entry) {
	if e.ledger == nil || ended == nil && !s.session.hasUnsettled() {
		return // as after nearly every statement
	}
	session := e.sessions.find(s.conn)
	if session == nil {
		return
	}
	open, rolledBack := s.inTransaction(), s.hasRolledBack()
	session.mu.Lock()
	if ended != nil && open {
		session.unsettled = append(session.unsettled, ledger.Statement{
			ID: ended.origin.Statement, User: ended.origin.User, Digest: ended.digest,
		})
	}
	var list []ledger.Statement
	if !open {
		list, session.unsettled = session.unsettled, nil
	}
	session.mu.Unlock()
	state := ledger.Done
	if rolledBack {
		state = ledger.RolledBack
	}
	if len(list) > 0 {
		e.ledger.Settle(list, state)
	}
}

// hasUnsettled reports whether a statement of the transaction under way made calls.
func (s *session) hasUnsettled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.unsettled) > 0
}

// leaveOpen says that the transaction of a connection that is gone, or reset, was
// rolled back.
func (e *Engine) leaveOpen(conn uint32) {
	session := e.sessions.find(conn)
	if session == nil || e.ledger == nil {
		return
	}
	session.mu.Lock()
	list := session.unsettled
	session.unsettled = nil
	session.mu.Unlock()
	if len(list) > 0 {
		e.ledger.Settle(list, ledger.RolledBack)
	}
}
