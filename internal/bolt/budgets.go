package bolt

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

var (
	// budgetsBucket has a ledger.Budget for each ledger.BudgetKey, both as JSON.
	budgetsBucket = []byte("budgets")
	// chargesBucket has a ledger.Charge as JSON for each ledger.Payer: the hour, and
	// user, database and roles with a zero byte between. What is purged of the
	// attempts stays in these sums.
	chargesBucket = []byte("charges")
)

// chargesAge is how long charges are kept: the longest period and some.
const chargesAge = 40 * 24 * time.Hour

// payerSeparator is in no name.
const payerSeparator = "\x00"

func payerKey(p ledger.Payer) []byte {
	key := binary.BigEndian.AppendUint64(nil, uint64(p.Hour))
	return append(key, strings.Join([]string{p.User, p.Database, p.Roles}, payerSeparator)...)
}

func payerOf(key []byte) (ledger.Payer, error) {
	if len(key) < 8 {
		return ledger.Payer{}, fmt.Errorf("a charge's key has %d bytes", len(key))
	}
	names := strings.Split(string(key[8:]), payerSeparator)
	if len(names) != 3 {
		return ledger.Payer{}, fmt.Errorf("a charge's key has %d names", len(names))
	}
	return ledger.Payer{Hour: int64(binary.BigEndian.Uint64(key)), User: names[0], Database: names[1], Roles: names[2]}, nil
}

// charge adds what an attempt counts for to what its payer has spent, and forgets
// a charge that is too old to matter.
func charge(tx *bbolt.Tx, a *ledger.Attempt) error {
	if a.Charge.IsZero() {
		return nil
	}
	payer := ledger.PayerOf(a.Origin, a.Begun)
	bucket, key := tx.Bucket(chargesBucket), payerKey(payer)
	var sum ledger.Charge
	if value := bucket.Get(key); value != nil {
		if err := json.Unmarshal(value, &sum); err != nil {
			return err
		}
	}
	value, err := json.Marshal(sum.Plus(a.Charge))
	if err != nil {
		return err
	}
	if err := bucket.Put(key, value); err != nil {
		return err
	}
	oldest, _ := bucket.Cursor().First()
	if old, err := payerOf(oldest); err != nil || payer.Began().Sub(old.Began()) < chargesAge {
		return err
	}
	return bucket.Delete(oldest)
}

// Charges returns what was spent in the hours that began at a time or after.
func (s *Store) Charges(since time.Time) (map[ledger.Payer]ledger.Charge, error) {
	sums := map[ledger.Payer]ledger.Charge{}
	err := s.db.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(chargesBucket).Cursor()
		from := payerKey(ledger.Payer{Hour: since.Unix() / 3600})[:8]
		for key, value := cursor.Seek(from); key != nil; key, value = cursor.Next() {
			payer, err := payerOf(key)
			if err != nil {
				return err
			}
			var sum ledger.Charge
			if err := json.Unmarshal(value, &sum); err != nil {
				return err
			}
			sums[payer] = sum
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what was spent: %w", err)
	}
	return sums, nil
}

// Budgets returns the budgets that were set.
func (s *Store) Budgets() ([]ledger.Budget, error) {
	var list []ledger.Budget
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		list, err = readBudgets(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the budgets: %w", err)
	}
	return list, nil
}

// readBudgets returns the budgets that were set. The file may be one of before there
// were any.
func readBudgets(tx *bbolt.Tx) (list []ledger.Budget, err error) {
	bucket := tx.Bucket(budgetsBucket)
	if bucket == nil {
		return nil, nil
	}
	err = bucket.ForEach(func(_, value []byte) error {
		var b ledger.Budget
		if err := json.Unmarshal(value, &b); err != nil {
			return err
		}
		list = append(list, b)
		return nil
	})
	return list, err
}

// SetBudget keeps a budget, in the place of one with the same key.
func (s *Store) SetBudget(b ledger.Budget) error {
	key, err := json.Marshal(b.BudgetKey)
	if err != nil {
		return err
	}
	value, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return s.commit(context.Background(), func(tx *bbolt.Tx) error { return tx.Bucket(budgetsBucket).Put(key, value) })
}

// DropBudget forgets a budget, if there is one.
func (s *Store) DropBudget(k ledger.BudgetKey) error {
	key, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return s.commit(context.Background(), func(tx *bbolt.Tx) error { return tx.Bucket(budgetsBucket).Delete(key) })
}
