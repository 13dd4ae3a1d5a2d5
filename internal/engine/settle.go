package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/transaction"
	"airglow/internal/ledger"
)

// A statement that ended well is not done before its transaction is: one that is
// rolled back may be run again, and is not to pay again.

// unsettled is a statement whose transaction goes on.
type unsettled struct {
	ledger.Statement
	transaction sql.Transaction
}

// unsettledState is how a statement has ended, as far as its transaction tells.
func (s *statement) unsettledState() ledger.State {
	switch {
	case s.hasRolledBack():
		return ledger.RolledBack
	case s.transaction() != nil:
		return ledger.Open
	}
	return ledger.Done
}

func (s *statement) hasRolledBack() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rolledBack
}

func (s *statement) noteRollback() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rolledBack = true
}

// transaction is the one that goes on after the statement, nil for none.
func (s *statement) transaction() sql.Transaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil || s.rolledBack || transaction.CommitsAlone(s.client) {
		return nil
	}
	return s.client.GetTransaction()
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
	state := ledger.Done
	if s.hasRolledBack() {
		state = ledger.RolledBack
	}
	now := s.transaction()
	session.mu.Lock()
	list := session.settled(now)
	if ended != nil && now != nil {
		session.unsettled = append(session.unsettled, unsettled{ledger.Statement{
			ID: ended.origin.Statement, User: ended.origin.User, Digest: ended.origin.Digest,
		}, now})
	}
	session.mu.Unlock()
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

// settled takes out the statements whose transaction is not the one that goes on.
// The caller holds mu.
func (s *session) settled(now sql.Transaction) (list []ledger.Statement) {
	var left []unsettled
	for _, u := range s.unsettled {
		if now != nil && u.transaction == now {
			left = append(left, u)
		} else {
			list = append(list, u.Statement)
		}
	}
	s.unsettled = left
	return list
}

// leaveOpen says that the transaction of a connection that is gone, or reset, was
// rolled back.
func (e *Engine) leaveOpen(conn uint32) {
	session := e.sessions.find(conn)
	if session == nil || e.ledger == nil {
		return
	}
	session.mu.Lock()
	list := session.settled(nil)
	session.mu.Unlock()
	if len(list) > 0 {
		e.ledger.Settle(list, ledger.RolledBack)
	}
}
