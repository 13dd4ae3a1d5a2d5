package bolt

import (
	"encoding/binary"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// BeginStatement records a statement before its first call and sets its ID. It
// is durable with the statement's first attempt. st is the Store's from then on. over,
// which may be nil, reports whether the statement was killed or its client is gone,
// so that its answers serve its repetition though it has not ended yet; it is called
// by others and must not wait.
func (s *Store) BeginStatement(st *ledger.Statement, over func() bool) error {
	if err := s.hide(st); err != nil {
		return err
	}
	s.mu.Lock()
	s.lastStatement++
	st.ID, st.State = s.lastStatement, ledger.Begun
	s.running[st.ID] = st
	s.noteRunning(st, over)
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
	st.Usage.Reused += how.Replayed
	if how.State != ledger.Open {
		st.Order = s.order(st)
	}
	s.noteState(st)
	used = st.Usage // all its attempts have ended
	s.mu.Unlock()
	s.later(func(tx *bbolt.Tx) error {
		s.endsWritten = append(s.endsWritten, id)
		s.mu.Lock()
		value, err := json.Marshal(st)
		s.mu.Unlock()
		if err != nil {
			return err
		}
		return tx.Bucket(statementsBucket).Put(number(id), value)
	})
	return used
}

// Settle says what became of a transaction, whose statements ended as Open: they
// are done, or rolled back. Of each, ID, User and Digest are used.
func (s *Store) Settle(list []ledger.Statement, state ledger.State) {
	var records []pair
	s.mu.Lock()
	for _, one := range list {
		known := s.standings[who{one.User, one.Digest}]
		if known == nil || known.open[one.ID] == nil {
			continue
		}
		st := known.open[one.ID]
		st.State, st.Order = state, s.order(st)
		s.noteState(st)
		value, err := json.Marshal(st)
		if err != nil {
			s.log.Error("encode a statement", "error", err)
			continue
		}
		records = append(records, pair{number(st.ID), value})
	}
	s.mu.Unlock()
	s.later(func(tx *bbolt.Tx) error { return putAll(tx.Bucket(statementsBucket), records) })
}

// loadStatements ends the statements that were running and finds those that may
// be resumed.
func (s *Store) loadStatements(tx *bbolt.Tx) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	bucket := tx.Bucket(statementsBucket)
	s.lastStatement = lastNumber(bucket)
	var cut []*ledger.Statement
	err := bucket.ForEach(func(key, value []byte) error {
		st := &ledger.Statement{ID: binary.BigEndian.Uint64(key)}
		if err := json.Unmarshal(value, st); err != nil {
			s.log.Error("a statement of the ledger is damaged; its answers are not used by its repetition", "id", st.ID, "error", err)
			return nil
		}
		s.lastOrder = max(s.lastOrder, st.Order)
		if st.State == ledger.Begun || st.State == ledger.Open {
			cut = append(cut, st)
		} else {
			s.noteState(st)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, st := range cut {
		if st.State == ledger.Open {
			st.State = ledger.RolledBack
		} else {
			st.State, st.Ended = ledger.CutOff, s.now()
		}
		st.Order = s.order(st)
		s.noteState(st)
		if err := putStatement(bucket, st); err != nil {
			return err
		}
	}
	return nil
}

func putStatement(bucket *bbolt.Bucket, st *ledger.Statement) error {
	value, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return bucket.Put(number(st.ID), value)
}

// addUsage adds what a statement used that was cut off.
func addUsage(tx *bbolt.Tx, statement uint64, u ledger.Usage) error {
	bucket := tx.Bucket(statementsBucket)
	value := bucket.Get(number(statement))
	if value == nil {
		return nil
	}
	st := &ledger.Statement{ID: statement}
	if err := json.Unmarshal(value, st); err != nil {
		return nil //nolint:nilerr // loadStatements tells of it
	}
	st.Usage.Add(u)
	return putStatement(bucket, st)
}
