package bolt

import (
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// use adds to the sums, which the transaction under way then writes, and to a
// statement's own. Only the writer, and Open, call it.
func (s *Store) use(scope ledger.Scope, statement uint64, u ledger.Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := s.sums[scope]
	if sum == nil {
		sum = &ledger.Usage{}
		s.sums[scope] = sum
	}
	sum.Add(u)
	s.dirty[scope] = true
	if st := s.running[statement]; st != nil {
		s.change(st)
		st.Usage.Add(u)
	}
}

// change notes that the transaction under way changes what a statement used. The
// caller holds mu.
func (s *Store) change(st *ledger.Statement) {
	if _, noted := s.changed[st]; !noted {
		s.changed[st] = st.Usage
	}
}

// reused counts an answer that is used again. It is written with what comes next:
// a crash may forget it.
func (s *Store) reused(q ledger.Question) {
	o := q.Origin
	scope := ledger.Scope{
		Day: ledger.DayOf(s.now()), User: o.User, Database: o.Database, Function: o.Function, Provider: q.Provider, Model: q.Target,
	}
	s.mu.Lock()
	if st := s.running[o.Statement]; st != nil {
		st.Usage.Reused++
	}
	s.mu.Unlock()
	s.later(func(*bbolt.Tx) error {
		s.use(scope, 0, ledger.Usage{Reused: 1})
		s.mu.Lock()
		defer s.mu.Unlock()
		if st := s.running[o.Statement]; st != nil {
			s.change(st)
		}
		return nil
	})
}

// writeUsage writes the sums that have changed, and the statements under way: a crash
// leaves what they have used so far.
func (s *Store) writeUsage(tx *bbolt.Tx) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for scope := range s.dirty {
		key, err := json.Marshal(scope)
		if err != nil {
			return err
		}
		value, err := json.Marshal(s.sums[scope])
		if err != nil {
			return err
		}
		if err := tx.Bucket(usageBucket).Put(key, value); err != nil {
			return err
		}
	}
	for st := range s.changed {
		if err := putStatement(tx.Bucket(statementsBucket), st); err != nil {
			return err
		}
	}
	return nil
}

// usageWritten is told how a transaction ended. After a failure the sums are
// those of the file again, and the statements have used what they had before.
func (s *Store) usageWritten(failure error) {
	s.forgetWritten(failure)
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.dirty)
	defer clear(s.changed)
	if failure == nil {
		return
	}
	for st, before := range s.changed {
		before.Reused = st.Usage.Reused // which others count
		st.Usage = before
	}
	err := s.db.View(s.readUsage)
	if err != nil {
		s.log.Error("the ledger's sums cannot be read back", "error", err)
	}
}

func (s *Store) loadUsage(tx *bbolt.Tx) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readUsage(tx)
}

// readUsage replaces the sums by the file's. The caller holds mu.
func (s *Store) readUsage(tx *bbolt.Tx) error {
	clear(s.sums)
	return tx.Bucket(usageBucket).ForEach(func(key, value []byte) error {
		var scope ledger.Scope
		sum := &ledger.Usage{}
		if err := json.Unmarshal(key, &scope); err != nil {
			return err
		}
		if err := json.Unmarshal(value, sum); err != nil {
			return err
		}
		s.sums[scope] = sum
		return nil
	})
}
