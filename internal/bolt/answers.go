package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// A key of the index is what was asked of whom by which function, hashed, then
// the attempt's id and the request's place in it. So the newest answer comes last.
const (
	askedSize  = sha256.Size
	answerSize = askedSize + 8 + 4
)

// found is the value of the index: an answer without its body.
type found struct {
	Statement uint64      `json:"statement"`
	At        time.Time   `json:"at"`
	Model     string      `json:"model"`
	RequestID string      `json:"request_id,omitempty"`
	Usage     model.Usage `json:"usage"`
	Stop      model.Stop  `json:"stop,omitempty"`
	// Sum is of the question and the body of the answer: the file has no checksums
	// of its own, and a damaged one must not answer another question.
	Sum []byte `json:"sum"`
}

// sumSize is the length of a checksum, in bytes.
const sumSize = 16

// sumOf is the checksum of an answer to what was asked.
func sumOf(asked, body []byte) []byte {
	h := sha256.New()
	h.Write(asked)
	h.Write(body)
	return h.Sum(nil)[:sumSize]
}

// askedOf is the first part of the key.
func askedOf(key model.Key, provider, function string) []byte {
	h := sha256.New()
	h.Write(key[:])
	for _, text := range []string{provider, function} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
		h.Write([]byte(text))
	}
	return h.Sum(nil)
}

func answerKey(a *ledger.Attempt, place int) []byte {
	key := askedOf(a.Requests[place].Key, a.Provider, a.Function)
	return binary.BigEndian.AppendUint32(append(key, number(a.ID)...), uint32(place))
}

// answersOf are the index's entries for an attempt.
func answersOf(a *ledger.Attempt) ([]pair, error) {
	var list []pair
	for i, r := range a.Requests {
		if !r.Answered {
			continue
		}
		key := answerKey(a, i)
		value, err := json.Marshal(found{a.Statement, a.Ended, a.Answered, a.RequestID, r.Usage, r.Stop, sumOf(key[:askedSize], r.Answer)})
		if err != nil {
			return nil, fmt.Errorf("encode an answer: %w", err)
		}
		list = append(list, pair{key, value})
	}
	return list, nil
}

// Find implements ledger.Recorder.
func (s *Store) Find(q ledger.Question) (response model.Response, ok bool, err error) {
	if !s.bodies || !s.promising(q) {
		return response, false, nil
	}
	var left []byte
	s.finding.RLock()
	err = s.db.View(func(tx *bbolt.Tx) error {
		response, left, ok, err = s.newest(tx, q)
		return err
	})
	s.finding.RUnlock() // before anything waits for the writer
	if err != nil {
		return model.Response{}, false, fmt.Errorf("look up an answer: %w", err)
	}
	if ok && !q.Uncounted {
		if left != nil && q.Origin.Statement != 0 {
			s.used(left, q.Origin.Statement)
		}
		s.reused(q)
	}
	return response, ok, nil
}

// Reject implements ledger.Recorder. The attempt and its bodies stay.
func (s *Store) Reject(q ledger.Question) error {
	return s.commit(context.Background(), func(tx *bbolt.Tx) error {
		var keys [][]byte
		l := s.lookup(tx, q)
		for key, f := range l.answers {
			if serves, _ := l.allows(key, f); serves || f.Statement == q.Origin.Statement {
				keys = append(keys, bytes.Clone(key))
			}
		}
		for _, key := range keys {
			if err := forgetAnswer(tx, key); err != nil {
				return err
			}
		}
		return l.err
	})
}

// forgetAnswer takes an answer out of the index.
func forgetAnswer(tx *bbolt.Tx, key []byte) error {
	if err := tx.Bucket(usesBucket).Delete(key); err != nil {
		return err
	}
	return tx.Bucket(answersBucket).Delete(key)
}

// answers yields the answers to the question from the last to the first, each with
// its key.
func (l *lookup) answers(yield func(key []byte, f found) bool) {
	cursor := l.tx.Bucket(answersBucket).Cursor()
	end := append(bytes.Clone(l.asked), bytes.Repeat([]byte{0xff}, answerSize-askedSize)...)
	for key, value := lastBefore(cursor, end); bytes.HasPrefix(key, l.asked); key, value = cursor.Prev() {
		var f found
		if l.err = json.Unmarshal(value, &f); l.err != nil || !yield(key, f) {
			return
		}
	}
}

// newest looks for the newest answer that a question may have. left is its key where
// that is because it was left by a statement that was not completed.
func (s *Store) newest(tx *bbolt.Tx, q ledger.Question) (response model.Response, left []byte, ok bool, err error) {
	l := s.lookup(tx, q)
	for key, f := range l.answers {
		serves, isLeft := l.allows(key, f)
		if !serves {
			continue
		}
		body, err := s.body(tx, append(bytes.Clone(key[askedSize:]), answerBody))
		if errors.Is(err, errSealed) || err == nil && !bytes.Equal(f.Sum, sumOf(l.asked, body)) {
			continue
		}
		if isLeft {
			left = bytes.Clone(key)
		}
		return model.Response{
			Body: body, Provider: q.Provider, Model: f.Model, RequestID: f.RequestID, Usage: f.Usage, Stop: f.Stop,
		}, left, err == nil, err
	}
	return response, nil, false, l.err
}

// body returns a body, nil for none. It is a copy.
func (s *Store) body(tx *bbolt.Tx, key []byte) ([]byte, error) {
	value := tx.Bucket(bodiesBucket).Get(key)
	if value == nil {
		return nil, errSealed
	}
	return s.seal.open(value)
}
