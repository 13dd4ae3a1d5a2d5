package bolt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// page is how many records one transaction reads. A transaction that reads for
// as long as a client takes its rows would keep the file from growing.
const page = 500

// Attempts yields the attempts, the newest first: those under way, then those
// that ended. Bodies are left out; see Bodies.
func (s *Store) Attempts() iter.Seq2[*ledger.Attempt, error] {
	read := func(key, value []byte) (*ledger.Attempt, error) {
		a := &ledger.Attempt{ID: binary.BigEndian.Uint64(key)}
		return a, json.Unmarshal(value, a)
	}
	return func(yield func(*ledger.Attempt, error) bool) {
		for _, bucket := range [][]byte{openAttempts, attemptsBucket} {
			for a, err := range backwards(s, bucket, read) {
				if !yield(a, err) {
					return
				}
			}
		}
	}
}

// Statements yields the statements, the newest first.
func (s *Store) Statements() iter.Seq2[*ledger.Statement, error] {
	return backwards(s, statementsBucket, func(key, value []byte) (*ledger.Statement, error) {
		st := &ledger.Statement{ID: binary.BigEndian.Uint64(key)}
		if err := json.Unmarshal(value, st); err != nil {
			return st, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if running := s.running[st.ID]; running != nil { // with what it has used so far
			now := *running
			st = &now
		}
		s.show(st)
		return st, nil
	})
}

// backwards yields a bucket's records from the last to the first.
func backwards[T any](s *Store, bucket []byte, read func(key, value []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := s.Sync(); err != nil {
			yield(none, err)
			return
		}
		for before := []byte(nil); ; {
			records, last, err := readPage(s, bucket, before, read)
			if err != nil {
				yield(none, fmt.Errorf("read the ledger: %w", err))
				return
			}
			for _, record := range records {
				if !yield(record, nil) {
					return
				}
			}
			if len(records) < page {
				return
			}
			before = last
		}
	}
}

// readPage reads the records before a key, or the last ones.
func readPage[T any](s *Store, bucket, before []byte, read func(key, value []byte) (T, error)) (records []T, last []byte, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		for key, value := lastBefore(cursor, before); key != nil && len(records) < page; key, value = cursor.Prev() {
			record, err := read(key, value)
			if err != nil {
				return err
			}
			records, last = append(records, record), slices.Clone(key)
		}
		return nil
	})
	return records, last, err
}

// lastBefore moves a cursor to the last record before a key, or to the last of all
// when before is nil.
func lastBefore(c *bbolt.Cursor, before []byte) (key, value []byte) {
	if before != nil {
		if key, _ = c.Seek(before); key != nil {
			return c.Prev()
		}
	}
	return c.Last()
}

// Attempt returns an attempt by its id, with the bodies that are kept; nil when there
// is none.
func (s *Store) Attempt(id uint64) (*ledger.Attempt, error) {
	var a *ledger.Attempt
	err := s.db.View(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{openAttempts, attemptsBucket} {
			if value := tx.Bucket(bucket).Get(number(id)); value != nil {
				a = &ledger.Attempt{ID: id}
				return json.Unmarshal(value, a)
			}
		}
		return nil
	})
	if err != nil || a == nil {
		return nil, err
	}
	return a, s.Bodies(a)
}

// Bodies sets the bodies of an attempt's requests, as far as they are kept and
// can be read.
func (s *Store) Bodies(a *ledger.Attempt) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		for i := range a.Requests {
			r := &a.Requests[i]
			r.Body, _ = s.body(tx, bodyKey(a.ID, i, requestBody)) // one that cannot be read is not there
			r.Answer, _ = s.body(tx, bodyKey(a.ID, i, answerBody))
		}
		return nil
	})
}

// Usage returns all that was used, by scope.
func (s *Store) Usage() (map[ledger.Scope]ledger.Usage, error) {
	if err := s.Sync(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[ledger.Scope]ledger.Usage, len(s.sums))
	for scope, sum := range maps.All(s.sums) {
		all[scope] = *sum
	}
	return all, nil
}
