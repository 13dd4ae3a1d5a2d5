package ledgersql

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"airglow/internal/engine/own"
	"airglow/internal/ledger"
	"airglow/internal/mysqlerr"
)

// priceType is dollars for a million tokens.
const priceType = "decimal(14,6)"

var priceColumns = []own.Column{
	{Name: "model", Type: modelType}, {Name: "input", Type: priceType}, {Name: "output", Type: priceType},
	{Name: "cache_read", Type: priceType}, {Name: "cache_write", Type: priceType}, {Name: "source", Type: "varchar(255)"},
}

// priceRows are the rows of airglow.prices: those that were set, then the
// defaults that count.
func (s SQL) priceRows(context.Context, own.Caller) ([][]any, error) {
	return priceRows(s.store.Prices()), nil
}

func priceRows(set, defaults []ledger.Price) [][]any {
	var rows [][]any
	add := func(p ledger.Price, source string) {
		rows = append(rows, []any{p.Model, dollars(p.Input), dollars(p.Output), dollars(p.CacheRead), dollars(p.CacheWrite), source})
	}
	for _, p := range set {
		add(p, "airglow.set_price")
	}
	for _, p := range defaults {
		add(p, ledger.PricesSource+", "+ledger.PricesDate)
	}
	return rows
}

func dollars(d float64) string { return strconv.FormatFloat(d, 'f', 6, 64) }

// setPrice runs CALL airglow.set_price(model, input, output [, cache_read,
// cache_write]), in dollars for a million tokens.
func (s SQL) setPrice(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if err := needsSuper(caller); err != nil {
		return nil, err
	}
	p := ledger.Price{}
	if args[0] != nil {
		p.Model = strings.TrimSpace(*args[0])
	}
	if p.Model == "" {
		return nil, badArgument("set_price", "model", args[0], "write a model's id, in which * and ? stand for any characters")
	}
	to := []*float64{&p.Input, &p.Output, &p.CacheRead, &p.CacheWrite}
	for i, arg := range args[1:] {
		name := [...]string{"input", "output", "cache_read", "cache_write"}[i]
		if arg == nil {
			return nil, badArgument("set_price", name, arg, "write dollars for a million tokens, 0 for none")
		}
		d, err := strconv.ParseFloat(*arg, 64)
		if err != nil || d < 0 || d > 1e7 || math.IsNaN(d) {
			return nil, badArgument("set_price", name, arg, "write dollars for a million tokens, from 0 to 10000000")
		}
		// airglow.prices shows six digits: a price that is more exact would not be what it says.
		if micros := d * 1e6; math.Abs(micros-math.Round(micros)) > 1e-3 {
			return nil, badArgument("set_price", name, arg, "write dollars for a million tokens, with six digits after the point at most")
		}
		*to[i] = d
	}
	return nil, s.store.SetPrice(p)
}

// dropPrice runs CALL airglow.drop_price(model).
func (s SQL) dropPrice(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if err := needsSuper(caller); err != nil {
		return nil, err
	}
	pattern := ""
	if args[0] != nil {
		pattern = *args[0]
	}
	found, err := s.store.DropPrice(pattern)
	if err == nil && !found {
		err = badArgument("drop_price", "model", args[0], "SELECT model FROM airglow.prices WHERE source = 'airglow.set_price' lists those that were set")
	}
	return nil, err
}

// badArgument is MySQL's error for a value that a function cannot take.
func badArgument(function, name string, arg *string, help string) error {
	value := "NULL"
	if arg != nil {
		value = "'" + *arg + "'"
	}
	return mysqlerr.New(1411, fmt.Sprintf("Incorrect %s value: %s for function %s; %s", name, value, function, help))
}

// wholeNumber reads an argument that is a whole number, at least so much.
func wholeNumber(function, name string, arg *string, least int64) (int64, error) {
	help := fmt.Sprintf("write a whole number, %d or more", least)
	if arg == nil {
		return 0, badArgument(function, name, arg, help)
	}
	text := strings.TrimSpace(*arg)
	if whole, fraction, found := strings.Cut(text, "."); found && strings.Trim(fraction, "0") == "" {
		text = whole // a DECIMAL, such as a sum with a column of airglow.budgets
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least {
		return 0, badArgument(function, name, arg, help)
	}
	return n, nil
}
