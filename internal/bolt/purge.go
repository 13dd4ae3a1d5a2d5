package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// Limits are what Purge leaves. The zero value leaves everything.
type Limits struct {
	// Before is the time before which attempts and statements are forgotten; zero
	// is none.
	Before time.Time
	// MostBytes is how much of the file may be in use; zero bounds nothing. The
	// oldest is forgotten first.
	MostBytes int64
}

// Purged says what Purge forgot.
type Purged struct{ Attempts, Statements int }

// purgePage is how many records one transaction forgets, so that calls do not
// wait long for theirs.
const purgePage = 500

// Purge forgets attempts with their bodies and answers, and statements. What is
// under way stays, and so do the sums of usage. The file keeps its size: the room
// is used again.
func (s *Store) Purge(l Limits) (Purged, error) {
	var sum Purged
	for {
		n, err := s.purgeSome(attemptsBucket, l, s.forgetAttempt)
		sum.Attempts += n
		if err != nil {
			return sum, err
		}
		if n == 0 {
			break
		}
	}
	l.MostBytes = 0 // statements take little
	for {
		n, err := s.purgeSome(statementsBucket, l, s.forgetStatement)
		sum.Statements += n
		if err != nil || n == 0 {
			return sum, err
		}
	}
}

// forget takes out what hangs on a record if it ended before a time. freed is how many
// bytes that were.
type forget func(tx *bbolt.Tx, key, value []byte, before time.Time) (fate fate, freed int64, err error)

// fate is what became of a record.
type fate int

const (
	stays fate = iota
	gone
	// begunAfter: it began after that time, and so did those that follow. Nothing
	// reads on to them: the calls that wait for the transaction would wait for it.
	begunAfter
)

// mostFactor is how many times its bytes a small record takes of the file, at most:
// pages are half empty, and it stands in indexes.
const mostFactor = 4

// purgeSome forgets up to a page of a bucket's oldest records. Where a size is to be
// met, it forgets no more than surely are too much: what they took of the file is known
// when that is done.
func (s *Store) purgeSome(bucket []byte, l Limits, forget forget) (n int, err error) {
	err = s.commit(context.Background(), func(tx *bbolt.Tx) error {
		n = 0
		before, tooMuch := l.Before, int64(0)
		if l.MostBytes > 0 {
			tooMuch = s.inUse(tx) - l.MostBytes
		}
		cursor := tx.Bucket(bucket).Cursor()
		var keys [][]byte
		for key, value := cursor.First(); key != nil && len(keys) < purgePage; key, value = cursor.Next() {
			before := before
			if tooMuch > 0 {
				before = s.now().Add(time.Hour) // everything that has ended
			}
			if before.IsZero() {
				break
			}
			fate, freed, err := forget(tx, key, value, before)
			if err != nil {
				return err
			}
			if fate == begunAfter {
				break
			}
			if fate == gone {
				keys = append(keys, bytes.Clone(key))
				tooMuch -= mostFactor * (freed + int64(len(value)))
			}
		}
		for _, key := range keys {
			if err := tx.Bucket(bucket).Delete(key); err != nil {
				return err
			}
		}
		n = len(keys)
		return nil
	})
	return n, err
}

// inUse is how many bytes of the file are not free, about: what the transaction
// itself frees is still counted.
func (s *Store) inUse(tx *bbolt.Tx) int64 {
	stats := s.db.Stats()
	used := tx.Size() - int64(stats.FreePageN+stats.PendingPageN)*int64(s.db.Info().PageSize)
	if s.reserved {
		used -= roomBytes
	}
	return used
}

// forgetAttempt takes out what hangs on an attempt. A record that cannot be read has
// nothing that is known of it; its bodies are found by its id.
func (s *Store) forgetAttempt(tx *bbolt.Tx, key, value []byte, before time.Time) (fate, int64, error) {
	a := &ledger.Attempt{ID: binary.BigEndian.Uint64(key)}
	if err := json.Unmarshal(value, a); err != nil {
		freed, err := forgetBodies(tx, a.ID)
		return gone, freed, err
	}
	if !a.Begun.Before(before) {
		return begunAfter, 0, nil
	}
	if !a.Ended.Before(before) {
		return stays, 0, nil
	}
	for i := range a.Requests {
		if err := forgetAnswer(tx, answerKey(a, i)); err != nil {
			return stays, 0, err
		}
	}
	freed, err := forgetBodies(tx, a.ID)
	return gone, freed, err
}

// forgetBodies takes out the bodies of an attempt, and returns how many bytes they were.
func forgetBodies(tx *bbolt.Tx, id uint64) (freed int64, err error) {
	prefix, bodies := number(id), tx.Bucket(bodiesBucket)
	var keys [][]byte
	cursor := bodies.Cursor()
	for key, value := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, value = cursor.Next() {
		keys = append(keys, bytes.Clone(key))
		freed += int64(len(value))
	}
	for _, key := range keys {
		if err := bodies.Delete(key); err != nil {
			return freed, err
		}
	}
	return freed, nil
}

// forgetStatement takes a statement out of those that may be resumed.
func (s *Store) forgetStatement(_ *bbolt.Tx, key, value []byte, before time.Time) (fate, int64, error) {
	st := ledger.Statement{ID: binary.BigEndian.Uint64(key)}
	if err := json.Unmarshal(value, &st); err != nil {
		return gone, 0, nil // what cannot be read is nobody's
	}
	if !st.Begun.Before(before) {
		return begunAfter, 0, nil
	}
	if st.State == ledger.Begun || !st.Ended.Before(before) {
		return stays, 0, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.standings[who{st.User, st.Digest}]; known != nil {
		delete(known.unfinished, st.ID)
		s.tidy(who{st.User, st.Digest})
	}
	return gone, 0, nil
}
