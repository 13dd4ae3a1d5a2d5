package ledger

import (
	"fmt"
	"math"

	"airglow/internal/model"
)

// Money is an amount in US dollars, in units of 10^-12: a token at $0.0375 for a
// million of them costs 37,500 of these, and nine million dollars still fit.
type Money int64

// Dollar is one US dollar.
const Dollar Money = 1e12

// Dollars returns the amount of a number of dollars, rounded.
func Dollars(d float64) Money { return Money(math.Round(d * float64(Dollar))) }

// Dollars returns the amount in dollars.
func (m Money) Dollars() float64 { return float64(m) / float64(Dollar) }

// String returns the amount for people: "$0.44", and with as many digits as two
// that count when it is smaller than a cent.
func (m Money) String() string {
	d := m.Dollars()
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	digits := 2
	if d > 0 && d < 0.01 {
		digits = min(12, 1-int(math.Floor(math.Log10(d))))
	}
	return fmt.Sprintf("%s$%.*f", sign, digits, d)
}

// Decimal returns the amount as SQL's DECIMAL(20,12) writes it.
func (m Money) Decimal() string {
	sign := ""
	u := uint64(m)
	if m < 0 {
		sign, u = "-", -u
	}
	return fmt.Sprintf("%s%d.%012d", sign, u/uint64(Dollar), u%uint64(Dollar))
}

// Price is what a model costs, in US dollars for a million tokens.
type Price struct {
	// Model is the id that it is for, of a foundation model without region prefix
	// or version suffix as the table's author chose; * and ? are wildcards.
	Model string
	Input, Output,
	// CacheRead and CacheWrite are for input that the service had in its cache of
	// prompts, or put there.
	CacheRead, CacheWrite float64
}

// Cost is what a usage costs at a price. A usage that is not known has no cost.
func (p Price) Cost(u model.Usage) *Money {
	if !u.Known {
		return nil
	}
	const million = 1e6
	sum := float64(u.InputTokens)*p.Input + float64(u.OutputTokens)*p.Output +
		float64(u.CacheReadTokens)*p.CacheRead + float64(u.CacheWriteTokens)*p.CacheWrite
	cost := Dollars(sum / million)
	return &cost
}

// Pricing finds prices.
type Pricing interface {
	// Price returns the price of a provider's model; ok is false where it is not
	// known. Models that cost nothing have a price of zero.
	Price(provider, model string) (p Price, ok bool)
}
