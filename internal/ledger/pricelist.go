package ledger

import (
	"slices"
	"strings"
)

// free are the providers whose models cost nothing.
var free = []string{"builtin"}

// PriceList are the prices that count. Of several that fit a model, one that was set
// goes before a default, and the longest pattern before a shorter. It does not change.
type PriceList struct{ set, defaults []Price }

var _ Pricing = PriceList{}

// NewPriceList returns the list of prices that were set, and of others beside
// DefaultPrices.
func NewPriceList(set, more []Price) PriceList {
	list := PriceList{slices.Clone(set), append(slices.Clone(more), DefaultPrices()...)}
	for _, prices := range [][]Price{list.set, list.defaults} {
		slices.SortStableFunc(prices, func(a, b Price) int {
			if d := len(b.Model) - len(a.Model); d != 0 {
				return d
			}
			return strings.Compare(a.Model, b.Model)
		})
	}
	return list
}

// Price implements Pricing.
func (l PriceList) Price(provider, model string) (Price, bool) {
	covers := func(p Price) bool { return p.Covers(model) }
	if i := slices.IndexFunc(l.set, covers); i >= 0 {
		return l.set[i], true
	}
	if slices.Contains(free, provider) {
		return Price{Model: model}, true
	}
	if i := slices.IndexFunc(l.defaults, covers); i >= 0 {
		return l.defaults[i], true
	}
	return Price{}, false
}

// Prices returns those that were set and the others, in the order in which they count.
func (l PriceList) Prices() (set, defaults []Price) {
	return slices.Clone(l.set), slices.Clone(l.defaults)
}
