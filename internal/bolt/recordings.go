package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// recordingsBucket has a bucket for each recording, and that the lines of its
// file, kept as bodies are, by what was asked.
var recordingsBucket = []byte("recordings")

var _ ledger.Recordings = (*Store)(nil)

// ErrNoBodies is the error of keeping an answer where no bodies are kept.
var ErrNoBodies = errors.New("the server is configured to keep no requests and answers (ledger.bodies = \"hash\"); set it to \"full\" to record")

// recordedKey is the key of an answer in its recording.
func recordedKey(function string, request model.Request) []byte {
	return askedOf(request.Key(), "", function)
}

// Keeps implements ledger.Recordings.
func (s *Store) Keeps() error {
	if !s.bodies {
		return ErrNoBodies
	}
	return nil
}

// Keep implements ledger.Recordings.
func (s *Store) Keep(recording string, r ledger.Recorded) error {
	return s.KeepAll(recording, []ledger.Recorded{r})
}

// KeepAll puts answers into a recording, all or none.
func (s *Store) KeepAll(recording string, list []ledger.Recorded) error {
	if err := s.Keeps(); err != nil {
		return err
	}
	pairs := make([]pair, len(list))
	for i, r := range list {
		line, err := ledger.EncodeLine(r)
		if err != nil {
			return err
		}
		key := recordedKey(r.Function, r.Request)
		if line, err = s.seal.close(append(sumOf(key, line), line...)); err != nil {
			return err
		}
		pairs[i] = pair{key, line}
	}
	return s.commit(context.Background(), func(tx *bbolt.Tx) error {
		b, err := tx.Bucket(recordingsBucket).CreateBucketIfNotExists([]byte(recording))
		if err != nil {
			return err
		}
		return putAll(b, pairs)
	})
}

// Recall implements ledger.Recordings.
func (s *Store) Recall(recording, function string, request model.Request) (r ledger.Recorded, ok bool, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(recordingsBucket).Bucket([]byte(recording))
		if b == nil {
			return nil
		}
		key := recordedKey(function, request)
		value := b.Get(key)
		if value == nil {
			return nil
		}
		r, err = s.openLine(key, value)
		ok = err == nil
		return err
	})
	return r, ok, err
}

// openLine reads an answer that is kept under a key: its checksum and its line.
func (s *Store) openLine(key, value []byte) (ledger.Recorded, error) {
	kept, err := s.seal.open(value)
	if err != nil {
		return ledger.Recorded{}, err
	}
	if len(kept) < sumSize || !bytes.Equal(kept[:sumSize], sumOf(key, kept[sumSize:])) {
		return ledger.Recorded{}, errDamaged
	}
	return ledger.DecodeLine(kept[sumSize:])
}

// Recorded yields the answers of a recording, in no order that means anything.
// There are none in one that does not exist.
func (s *Store) Recorded(recording string) iter.Seq2[ledger.Recorded, error] {
	return func(yield func(ledger.Recorded, error) bool) {
		for after := []byte(nil); ; {
			list, last, err := s.recordedPage(recording, after)
			if err != nil {
				yield(ledger.Recorded{}, fmt.Errorf("read recording %q: %w", recording, err))
				return
			}
			for _, r := range list {
				if !yield(r, nil) {
					return
				}
			}
			if len(list) < page {
				return
			}
			after = last
		}
	}
}

// recordedPage reads the answers after a key, or the first ones.
func (s *Store) recordedPage(recording string, after []byte) (list []ledger.Recorded, last []byte, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(recordingsBucket).Bucket([]byte(recording))
		if b == nil {
			return nil
		}
		cursor := b.Cursor()
		key, value := cursor.Seek(after)
		if after != nil && bytes.Equal(key, after) {
			key, value = cursor.Next()
		}
		for ; key != nil && len(list) < page; key, value = cursor.Next() {
			r, err := s.openLine(key, value)
			if err != nil {
				return err
			}
			list, last = append(list, r), bytes.Clone(key)
		}
		return nil
	})
	return list, last, err
}

// Recording is a recording as a whole.
type Recording struct {
	Name string
	// Answers and Bytes are how many answers it has and what they take.
	Answers, Bytes int64
	// First and Last are when the oldest and the newest were answered.
	First, Last time.Time
}

// Recordings returns the recordings by their names.
func (s *Store) Recordings() ([]Recording, error) {
	var names []string
	err := s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(recordingsBucket).ForEachBucket(func(name []byte) error {
			names = append(names, string(name))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the recordings: %w", err)
	}
	list := make([]Recording, len(names))
	for i, name := range names {
		list[i].Name = name
		for r, err := range s.Recorded(name) {
			if err != nil {
				return nil, err
			}
			list[i].add(r)
		}
	}
	return list, nil
}

func (l *Recording) add(r ledger.Recorded) {
	l.Answers++
	l.Bytes += int64(len(r.Request.Body) + len(r.Response.Body))
	if l.First.IsZero() || r.At.Before(l.First) {
		l.First = r.At
	}
	if r.At.After(l.Last) {
		l.Last = r.At
	}
}

// DropRecording forgets a recording. It reports whether there was one.
func (s *Store) DropRecording(name string) (found bool, err error) {
	err = s.commit(context.Background(), func(tx *bbolt.Tx) error {
		b := tx.Bucket(recordingsBucket)
		if found = b.Bucket([]byte(name)) != nil; !found {
			return nil
		}
		return b.DeleteBucket([]byte(name))
	})
	return found, err
}
