package bolt

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// Begin implements ledger.Recorder.
func (s *Store) Begin(ctx context.Context, a *ledger.Attempt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	s.lastAttempt++
	a.ID = s.lastAttempt
	s.mu.Unlock()
	a.State = ledger.Begun
	value, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode an attempt: %w", err)
	}
	err = s.enqueue(ctx, write{
		do: func(tx *bbolt.Tx) error { return tx.Bucket(openAttempts).Put(number(a.ID), value) }, begins: true,
	})
	if ctx.Err() != nil && err != nil { // it is not sent; this is made after it, so in its turn
		s.leave(write{do: func(tx *bbolt.Tx) error { return tx.Bucket(openAttempts).Delete(number(a.ID)) }, begins: true})
	}
	if err != nil {
		return fmt.Errorf("record that a call begins: %w", err)
	}
	return nil
}

// End implements ledger.Recorder.
func (s *Store) End(_ context.Context, a *ledger.Attempt) error {
	value, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode an attempt: %w", err)
	}
	bodies, err := s.sealed(a)
	if err != nil {
		return err
	}
	answers, err := answersOf(a)
	if err != nil {
		return err
	}
	err = s.commit(context.Background(), func(tx *bbolt.Tx) error {
		if err := s.end(tx, a, value); err != nil {
			return err
		}
		if err := putAll(tx.Bucket(bodiesBucket), bodies); err != nil {
			return err
		}
		return putAll(tx.Bucket(answersBucket), answers)
	})
	if err != nil {
		return errors.Join(fmt.Errorf("record how a call ended: %w", err), s.endWithout(*a))
	}
	return nil
}

// end writes that an attempt has ended, without its bodies.
func (s *Store) end(tx *bbolt.Tx, a *ledger.Attempt, value []byte) error {
	s.use(ledger.ScopeOf(a), a.Statement, ledger.UsageOf(a))
	if err := charge(tx, a); err != nil {
		return err
	}
	if err := tx.Bucket(openAttempts).Delete(number(a.ID)); err != nil {
		return err
	}
	return tx.Bucket(attemptsBucket).Put(number(a.ID), value)
}

// notKept is the code of an attempt whose answer the file did not take.
const notKept = "NotRecorded"

// endWithout has written, with what the file takes next, that an attempt ended whose
// answer it did not take: it was billed, and is under way no more.
func (s *Store) endWithout(a ledger.Attempt) error {
	a.State, a.Code = ledger.Unknown, notKept
	value, err := json.Marshal(&a)
	if err != nil {
		return err
	}
	s.later(func(tx *bbolt.Tx) error { return s.end(tx, &a, value) })
	return nil
}

// pair is what is put into a bucket.
type pair struct{ key, value []byte }

func putAll(b *bbolt.Bucket, pairs []pair) error {
	for _, p := range pairs {
		if err := b.Put(p.key, p.value); err != nil {
			return err
		}
	}
	return nil
}

// The kinds of bodies, as their keys end.
const (
	requestBody = 'q'
	answerBody  = 'a'
)

// bodyKey is the key of a body of the place-th request of an attempt.
func bodyKey(id uint64, place int, kind byte) []byte {
	return append(binary.BigEndian.AppendUint32(number(id), uint32(place)), kind)
}

// sealed are the bodies of an attempt as they are written; none where none are
// kept.
func (s *Store) sealed(a *ledger.Attempt) ([]pair, error) {
	if !s.bodies {
		return nil, nil
	}
	var list []pair
	for i, r := range a.Requests {
		for kind, body := range map[byte][]byte{requestBody: r.Body, answerBody: r.Answer} {
			if body == nil {
				continue
			}
			value, err := s.seal.close(body)
			if err != nil {
				return nil, err
			}
			list = append(list, pair{bodyKey(a.ID, i, kind), value})
		}
	}
	return list, nil
}

// recoverAttempts ends the attempts that were under way.
func (s *Store) recoverAttempts(tx *bbolt.Tx) error {
	open, ended := tx.Bucket(openAttempts), tx.Bucket(attemptsBucket)
	s.lastAttempt = max(lastNumber(open), lastNumber(ended))
	var left []*ledger.Attempt
	err := open.ForEach(func(key, value []byte) error {
		a := &ledger.Attempt{ID: binary.BigEndian.Uint64(key)}
		if err := json.Unmarshal(value, a); err != nil {
			s.log.Error("the record of a call that was under way is damaged; it may have been billed and counts nowhere", "id", a.ID, "error", err)
			return nil
		}
		left = append(left, a)
		return nil
	})
	if err != nil {
		return err
	}
	for _, a := range left {
		a.State, a.Ended = ledger.Unknown, s.now()
		s.use(ledger.ScopeOf(a), 0, ledger.UsageOf(a))
		if err := addUsage(tx, a.Statement, ledger.UsageOf(a)); err != nil {
			return err
		}
		if err := charge(tx, a); err != nil { // the most that it can have cost, as it began with
			return err
		}
		value, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if err := ended.Put(number(a.ID), value); err != nil {
			return err
		}
		if err := open.Delete(number(a.ID)); err != nil {
			return err
		}
	}
	return nil
}
