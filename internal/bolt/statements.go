package bolt

import (
	"encoding/binary"
	"encoding/json"
	"maps"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// who is a user's statements of one digest.
type who struct{ user, digest string }

// BeginStatement records a statement before its first call and sets its ID. It
// is durable with the statement's first attempt. st is the Store's until
// EndStatement.
func (s *Store) BeginStatement(st *ledger.Statement) error {
	s.mu.Lock()
	s.lastStatement++
	st.ID, st.State = s.lastStatement, ledger.Begun
	s.running[st.ID] = st
	value, err := json.Marshal(st)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	s.later(func(tx *bbolt.Tx) error { return tx.Bucket(statementsBucket).Put(number(st.ID), value) })
	return nil
}

// EndStatement records how a statement ended, and returns what it used. It takes
// effect at once and is durable soon: a crash before that makes it one that was
// cut off.
func (s *Store) EndStatement(id uint64, how ledger.Ending) (used ledger.Usage) {
	s.mu.Lock()
	st := s.running[id]
	if st == nil {
		s.mu.Unlock()
		return used
	}
	st.State, st.Ended = how.State, s.now()
	st.Rows, st.Error, st.RowErrors = how.Rows, how.Error, how.RowErrors
	s.mayResume(st)
	used = st.Usage // all its attempts have ended
	s.mu.Unlock()
	s.later(func(tx *bbolt.Tx) error {
		s.mu.Lock()
		delete(s.running, id)
		value, err := json.Marshal(st)
		s.mu.Unlock()
		if err != nil {
			return err
		}
		return tx.Bucket(statementsBucket).Put(number(id), value)
	})
	return used
}

// Resumes returns the statements whose answers a statement of the same user and
// digest may resume; nil for none.
func (s *Store) Resumes(user, digest string) *ledger.Resumes {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resumable[who{user, digest}]
}

// Settle says what became of a transaction, whose statements ended as Open: they
// are done, or rolled back. Of each, ID, User and Digest are used.
func (s *Store) Settle(list []ledger.Statement, state ledger.State) {
	s.mu.Lock()
	for _, st := range list {
		st.State = state
		s.mayResume(&st)
	}
	s.mu.Unlock()
	s.later(func(tx *bbolt.Tx) error {
		for _, st := range list {
			if err := settle(tx.Bucket(statementsBucket), st.ID, state); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle changes the state of a statement, unless it was forgotten.
func settle(statements *bbolt.Bucket, id uint64, state ledger.State) error {
	value := statements.Get(number(id))
	if value == nil {
		return nil
	}
	var st ledger.Statement
	if err := json.Unmarshal(value, &st); err != nil {
		return err
	}
	st.State = state
	value, err := json.Marshal(&st)
	if err != nil {
		return err
	}
	return statements.Put(number(id), value)
}

// mayResume adds a statement that did not end well to those that may be
// resumed; one that did ends what those before it left. The caller holds mu.
func (s *Store) mayResume(st *ledger.Statement) {
	key := who{st.User, st.Digest}
	switch st.State {
	case ledger.Done:
		delete(s.resumable, key)
		return
	case ledger.Open:
		return // until its transaction ends
	}
	ids := map[uint64]bool{st.ID: true}
	if before := s.resumable[key]; before != nil {
		maps.Copy(ids, before.IDs)
	}
	s.resumable[key] = &ledger.Resumes{IDs: ids}
}

// loadStatements ends the statements that were running and finds those that may
// be resumed.
func (s *Store) loadStatements(tx *bbolt.Tx) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	bucket := tx.Bucket(statementsBucket)
	s.lastStatement = lastNumber(bucket)
	cut := map[uint64][]byte{}
	err := bucket.ForEach(func(key, value []byte) error {
		st := &ledger.Statement{ID: binary.BigEndian.Uint64(key)}
		if err := json.Unmarshal(value, st); err != nil {
			return err
		}
		switch st.State {
		case ledger.Begun:
			st.State, st.Ended = ledger.CutOff, s.now()
		case ledger.Open:
			st.State = ledger.RolledBack
		default:
			s.mayResume(st)
			return nil
		}
		var err error
		if cut[st.ID], err = json.Marshal(st); err != nil {
			return err
		}
		s.mayResume(st)
		return nil
	})
	for id, value := range cut {
		if err == nil {
			err = bucket.Put(number(id), value)
		}
	}
	return err
}
