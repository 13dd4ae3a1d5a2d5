package bolt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// page is how many records one transaction reads. A transaction that reads for
// as long as a client takes its rows would keep the file from growing.
const page = 500

// IDs are ids, from First to Last with both, the highest first unless Ascending.
type IDs struct {
	First, Last uint64
	Ascending   bool
}

// allIDs are all, the newest first.
var allIDs = IDs{Last: math.MaxUint64}

// Unreadable is the error of a single record that cannot be read. Others follow it.
type Unreadable struct {
	// Kind is "invocation" or "statement".
	Kind string
	ID   uint64
	Err  error
}

// Error implements error.
func (u *Unreadable) Error() string {
	return fmt.Sprintf("%s %d of the ledger cannot be read: %v", u.Kind, u.ID, u.Err)
}

// Unwrap returns Err.
func (u *Unreadable) Unwrap() error { return u.Err }

// Attempts yields the attempts, the newest first, with an Unreadable for each that
// cannot be read. Bodies are left out; see Bodies.
func (s *Store) Attempts() iter.Seq2[*ledger.Attempt, error] { return s.AttemptsOf(allIDs) }

// AttemptsOf is Attempts for some ids.
func (s *Store) AttemptsOf(ids IDs) iter.Seq2[*ledger.Attempt, error] {
	read := func(id uint64, value []byte) (*ledger.Attempt, error) {
		a := &ledger.Attempt{ID: id}
		return a, json.Unmarshal(value, a)
	}
	return func(yield func(*ledger.Attempt, error) bool) {
		var open []record[*ledger.Attempt] // few: those under way
		for r, err := range records(s, openAttempts, ids, read) {
			if err != nil {
				yield(nil, err)
				return
			}
			open = append(open, r)
		}
		give := func(r record[*ledger.Attempt]) bool { return r.give("invocation", yield) }
		for r, err := range records(s, attemptsBucket, ids, read) {
			if err != nil {
				yield(nil, err)
				return
			}
			for len(open) > 0 && (open[0].id < r.id == ids.Ascending || open[0].id == r.id) {
				if open[0].id != r.id && !give(open[0]) { // the same has ended meanwhile
					return
				}
				open = open[1:]
			}
			if !give(r) {
				return
			}
		}
		for _, r := range open {
			if !give(r) {
				return
			}
		}
	}
}

// Statements yields the statements, the newest first, with an Unreadable for each that
// cannot be read.
func (s *Store) Statements() iter.Seq2[*ledger.Statement, error] { return s.StatementsOf(allIDs) }

// StatementsOf is Statements for some ids.
func (s *Store) StatementsOf(ids IDs) iter.Seq2[*ledger.Statement, error] {
	read := func(id uint64, value []byte) (*ledger.Statement, error) {
		st := &ledger.Statement{ID: id}
		if err := json.Unmarshal(value, st); err != nil {
			return st, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if running := s.running[id]; running != nil { // with what it has used so far
			now := *running
			st = &now
		}
		s.show(st)
		return st, nil
	}
	return func(yield func(*ledger.Statement, error) bool) {
		for r, err := range records(s, statementsBucket, ids, read) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !r.give("statement", yield) {
				return
			}
		}
	}
}

// record is one of a bucket, or why it cannot be read.
type record[T any] struct {
	id    uint64
	value T
	err   error
}

func (r record[T]) give(kind string, yield func(T, error) bool) bool {
	if r.err != nil {
		var none T
		return yield(none, &Unreadable{kind, r.id, r.err})
	}
	return yield(r.value, nil)
}

// records yields a bucket's records, as they are when everything before is written.
func records[T any](s *Store, bucket []byte, ids IDs, read func(id uint64, value []byte) (T, error)) iter.Seq2[record[T], error] {
	return func(yield func(record[T], error) bool) {
		if err := s.Sync(); err != nil {
			yield(record[T]{}, err)
			return
		}
		for {
			list, err := readPage(s, bucket, ids, read)
			if err != nil {
				yield(record[T]{}, fmt.Errorf("read the ledger: %w", err))
				return
			}
			for _, r := range list {
				if !yield(r, nil) {
					return
				}
			}
			if len(list) < page || !ids.after(list[len(list)-1].id) {
				return
			}
		}
	}
}

// after leaves the ids after one; false when there are none.
func (ids *IDs) after(id uint64) bool {
	if ids.Ascending {
		ids.First = id + 1
		return id < ids.Last
	}
	ids.Last = id - 1
	return id > ids.First
}

// readPage reads the first records of ids. What cannot be decoded has its error in it.
func readPage[T any](s *Store, bucket []byte, ids IDs, read func(id uint64, value []byte) (T, error)) (list []record[T], err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		var key, value []byte
		next := cursor.Prev
		switch {
		case ids.Ascending:
			key, value = cursor.Seek(number(ids.First))
			next = cursor.Next
		case ids.Last == math.MaxUint64:
			key, value = cursor.Last()
		default:
			key, value = lastBefore(cursor, number(ids.Last+1))
		}
		for ; key != nil && len(list) < page; key, value = next() {
			id := binary.BigEndian.Uint64(key)
			if id < ids.First || id > ids.Last {
				break
			}
			r := record[T]{id: id}
			r.value, r.err = read(id, value)
			list = append(list, r)
		}
		return nil
	})
	return list, err
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
