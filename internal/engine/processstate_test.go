package engine

import (
	"testing"
	"time"

	"airglow/internal/ledger"
	"airglow/internal/lookahead"
)

func TestSpending(t *testing.T) {
	half := lookahead.Reading{Rows: 500, Total: 1000, Known: true, Begun: true, Running: true}
	unknown := lookahead.Reading{Rows: 500, Begun: true, Running: true}
	first := lookahead.Reading{Total: 1000, Known: true, Begun: true, Running: true}
	ended := lookahead.Reading{Rows: 1000, Total: 1000, Known: true, Begun: true}
	paid := ledger.Usage{Calls: 500, Cost: ledger.Dollars(0.18)}
	for _, c := range []struct {
		name string
		r    lookahead.Reading
		u    ledger.Usage
		want string
	}{
		{"half", half, paid, ", $0.18 of about $0.36, 21 s left"},
		{"no total", unknown, paid, ", $0.18"},
		{"no row yet", first, paid, ", $0.18"},
		{"at the end", ended, paid, ", $0.18"},
		{"free", half, ledger.Usage{Calls: 500}, ", 21 s left"},
		{"a price is not known", half, ledger.Usage{Calls: 500, Cost: ledger.Dollars(0.1), Unpriced: 3}, ", 21 s left"},
		{"nothing at all", unknown, ledger.Usage{}, ""},
	} {
		if got := spending(c.r, c.u, 21*time.Second); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
