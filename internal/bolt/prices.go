package bolt

import (
	"context"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// pricesBucket has the prices that were set, by the model they are for, as JSON.
var pricesBucket = []byte("prices")

// Price implements ledger.Pricing.
func (s *Store) Price(provider, model string) (ledger.Price, bool) {
	return s.prices.Load().Price(provider, model)
}

// Prices returns the prices that were set and those that count where none was.
func (s *Store) Prices() (set, defaults []ledger.Price) { return s.prices.Load().Prices() }

// SetPrice sets the price of the models that its pattern stands for. It counts for
// the attempts that begin from now on.
func (s *Store) SetPrice(p ledger.Price) error {
	value, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.changePrices(func(b *bbolt.Bucket) error { return b.Put([]byte(p.Model), value) })
}

// DropPrice forgets a price that was set, by its pattern. It reports whether
// there was one.
func (s *Store) DropPrice(pattern string) (bool, error) {
	found := false
	err := s.changePrices(func(b *bbolt.Bucket) error {
		found = b.Get([]byte(pattern)) != nil
		return b.Delete([]byte(pattern))
	})
	return found, err
}

func (s *Store) changePrices(change func(*bbolt.Bucket) error) error {
	err := s.commit(context.Background(), func(tx *bbolt.Tx) error { return change(tx.Bucket(pricesBucket)) })
	if err != nil {
		return err
	}
	return s.db.View(s.loadPrices)
}

// loadPrices reads the prices that were set.
func (s *Store) loadPrices(tx *bbolt.Tx) error {
	set, err := readPrices(tx)
	list := ledger.NewPriceList(set, s.extra)
	s.prices.Store(&list)
	return err
}

// readPrices returns the prices that were set. The file may be one of before there
// were any.
func readPrices(tx *bbolt.Tx) (set []ledger.Price, err error) {
	bucket := tx.Bucket(pricesBucket)
	if bucket == nil {
		return nil, nil
	}
	err = bucket.ForEach(func(_, value []byte) error {
		var p ledger.Price
		if err := json.Unmarshal(value, &p); err != nil {
			return err
		}
		set = append(set, p)
		return nil
	})
	return set, err
}
