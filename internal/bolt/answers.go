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
	if !s.bodies || !q.Possible() {
		return response, false, nil
	}
	err = s.db.View(func(tx *bbolt.Tx) error {
		response, ok, err = s.newest(tx, q)
		return err
	})
	if err != nil {
		return model.Response{}, false, fmt.Errorf("look up an answer: %w", err)
	}
	if ok && !q.Uncounted {
		s.reused(q)
	}
	return response, ok, nil
}

// Reject implements ledger.Recorder. The attempt and its bodies stay.
func (s *Store) Reject(q ledger.Question) error {
	asked := askedOf(q.Key, q.Provider, q.Origin.Function)
	return s.commit(context.Background(), func(tx *bbolt.Tx) error {
		var keys [][]byte
		cursor := tx.Bucket(answersBucket).Cursor()
		for key, value := cursor.Seek(asked); bytes.HasPrefix(key, asked); key, value = cursor.Next() {
			var f found
			if err := json.Unmarshal(value, &f); err != nil {
				return err
			}
			if f.Statement == q.Origin.Statement || q.Allows(f.Statement, f.At) {
				keys = append(keys, bytes.Clone(key))
			}
		}
		for _, key := range keys {
			if err := tx.Bucket(answersBucket).Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}

// newest goes through the answers to a question from the last to the first.
func (s *Store) newest(tx *bbolt.Tx, q ledger.Question) (response model.Response, ok bool, err error) {
	asked := askedOf(q.Key, q.Provider, q.Origin.Function)
	cursor := tx.Bucket(answersBucket).Cursor()
	for key, value := lastBefore(cursor, append(bytes.Clone(asked), bytes.Repeat([]byte{0xff}, answerSize-askedSize)...)); bytes.HasPrefix(key, asked); key, value = cursor.Prev() {
		var f found
		if err := json.Unmarshal(value, &f); err != nil {
			return response, false, err
		}
		if !q.Allows(f.Statement, f.At) {
			continue
		}
		body, err := s.body(tx, append(bytes.Clone(key[askedSize:]), answerBody))
		if errors.Is(err, errSealed) || err == nil && !bytes.Equal(f.Sum, sumOf(asked, body)) {
			continue
		}
		return model.Response{
			Body: body, Provider: q.Provider, Model: f.Model, RequestID: f.RequestID, Usage: f.Usage, Stop: f.Stop,
		}, err == nil, err
	}
	return response, false, nil
}

// body returns a body, nil for none. It is a copy.
func (s *Store) body(tx *bbolt.Tx, key []byte) ([]byte, error) {
	value := tx.Bucket(bodiesBucket).Get(key)
	if value == nil {
		return nil, errSealed
	}
	return s.seal.open(value)
}
