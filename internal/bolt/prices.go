package bolt

import (
	"encoding/json"
	"slices"
	"strings"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// pricesBucket has the prices that were set, by the model they are for, as JSON.
var pricesBucket = []byte("prices")

// priceList are the prices that count: those that were set, then the defaults, of
// each the longest pattern first.
type priceList struct{ set, defaults []ledger.Price }

// free are the providers whose models cost nothing.
var free = []string{"builtin"}

// Price implements ledger.Pricing.
func (s *Store) Price(provider, model string) (ledger.Price, bool) {
	list := s.prices.Load()
	covers := func(p ledger.Price) bool { return p.Covers(model) }
	if i := slices.IndexFunc(list.set, covers); i >= 0 {
		return list.set[i], true
	}
	if slices.Contains(free, provider) {
		return ledger.Price{Model: model}, true
	}
	if i := slices.IndexFunc(list.defaults, covers); i >= 0 {
		return list.defaults[i], true
	}
	return ledger.Price{}, false
}

// Prices returns the prices that were set and those that count where none was.
func (s *Store) Prices() (set, defaults []ledger.Price) {
	list := s.prices.Load()
	return slices.Clone(list.set), slices.Clone(list.defaults)
}

// SetPrice sets the price of the models that its pattern stands for. It counts for
// the calls that end from now on.
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
	err := s.commit(func(tx *bbolt.Tx) error { return change(tx.Bucket(pricesBucket)) })
	if err != nil {
		return err
	}
	return s.db.View(s.loadPrices)
}

// loadPrices reads the prices that were set.
func (s *Store) loadPrices(tx *bbolt.Tx) error {
	list := priceList{defaults: append(slices.Clone(s.extra), ledger.DefaultPrices()...)}
	err := tx.Bucket(pricesBucket).ForEach(func(_, value []byte) error {
		var p ledger.Price
		list.set = append(list.set, p)
		return json.Unmarshal(value, &list.set[len(list.set)-1])
	})
	for _, prices := range [][]ledger.Price{list.set, list.defaults} {
		slices.SortStableFunc(prices, func(a, b ledger.Price) int {
			if d := len(b.Model) - len(a.Model); d != 0 {
				return d
			}
			return strings.Compare(a.Model, b.Model)
		})
	}
	s.prices.Store(&list)
	return err
}
