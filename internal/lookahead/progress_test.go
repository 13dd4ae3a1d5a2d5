package lookahead

import (
	"errors"
	"io"
	"math"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
)

func known(n uint64) func() (uint64, bool) { return func() (uint64, bool) { return n, true } }

// TestProgress: the rows of one node at a time are counted, and how many there
// will be is said of the first alone.
func TestProgress(t *testing.T) {
	var p Progress
	if r := p.Read(); r != (Reading{}) {
		t.Errorf("before the first node: %+v", r)
	}
	first := p.follow(sql.RowsToRowIter(sql.Row{1}, sql.Row{2}), known(2))
	second := p.follow(sql.RowsToRowIter(sql.Row{1}), known(1)) // at the same time
	next(t, second)
	next(t, first)
	if r := p.Read(); r != (Reading{Rows: 1, Total: 2, Known: true, Begun: true, Running: true}) {
		t.Errorf("after a row: %+v", r)
	}
	next(t, first)
	if _, err := first.Next(nil); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	third := p.follow(sql.RowsToRowIter(sql.Row{1}), known(1))
	if err := first.Close(nil); err != nil { // it has ended before, and ends no other
		t.Fatal(err)
	}
	next(t, third)
	if r := p.Read(); r != (Reading{Rows: 3, Begun: true, Running: true}) {
		t.Errorf("after another node: %+v", r)
	}
	if err := third.Close(nil); err != nil {
		t.Fatal(err)
	}
	if r := p.Read(); r.Running {
		t.Errorf("when all are closed: %+v", r)
	}
}

// TestProgressOfManyRows: there is no number at which the count goes wrong.
func TestProgressOfManyRows(t *testing.T) {
	for _, before := range []uint64{9_999, math.MaxInt32, math.MaxUint32, math.MaxInt64} {
		var p Progress
		p.rows.Store(before)
		next(t, p.follow(sql.RowsToRowIter(sql.Row{1}), known(before+1)))
		if r := p.Read(); r.Rows != before+1 || r.Total != before+1 {
			t.Errorf("one more than %d is %d of %d", before, r.Rows, r.Total)
		}
	}
}

func next(t *testing.T, rows sql.RowIter) {
	t.Helper()
	if _, err := rows.Next(nil); err != nil {
		t.Fatal(err)
	}
}
