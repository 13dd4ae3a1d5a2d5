package lookahead

import (
	"sync/atomic"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// Progress is how far a statement has come with the rows that its model calls
// are made on. Of nodes that run at the same time it counts one, the nearest to
// the table; those after it are counted on. Any goroutine may read it. The zero
// value is ready.
type Progress struct {
	begun, running atomic.Bool
	rows           atomic.Uint64
	// total is the number of rows that there will be, plus one; 0 when it is
	// not known.
	total atomic.Uint64
}

// Reading is Progress at one moment.
type Reading struct {
	// Rows is how many rows went up.
	Rows uint64
	// Total is how many there will be; only where Known is true.
	Total uint64
	Known bool
	// Begun is true once there was a node to count, Running until its last row
	// went up.
	Begun, Running bool
}

// Read returns how far the statement has come.
func (p *Progress) Read() Reading {
	total := p.total.Load()
	return Reading{
		Rows: p.rows.Load(), Total: max(total, 1) - 1, Known: total > 0,
		Begun: p.begun.Load(), Running: p.running.Load(),
	}
}

// follow counts the rows of a node, unless another's are being counted. expected
// is how many there will be, if that is known.
func (p *Progress) follow(rows sql.RowIter, expected func() (uint64, bool)) sql.RowIter {
	if p == nil || !p.running.CompareAndSwap(false, true) {
		return rows
	}
	total, known := uint64(0), false
	if !p.begun.Swap(true) {
		total, known = expected()
	}
	if known {
		p.total.Store(total + 1)
	} else {
		p.total.Store(0)
	}
	return &followed{RowIter: rows, progress: p}
}

// followed counts the rows that it passes on.
type followed struct {
	sql.RowIter
	progress *Progress
	ended    bool
}

// Next implements sql.RowIter.
func (f *followed) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := f.RowIter.Next(ctx)
	if err != nil {
		f.end()
		return row, err
	}
	f.progress.rows.Add(1)
	return row, nil
}

// Close implements sql.RowIter.
func (f *followed) Close(ctx *sql.Context) error {
	f.end()
	return f.RowIter.Close(ctx)
}

func (f *followed) end() {
	if !f.ended {
		f.ended = true
		f.progress.running.Store(false)
	}
}

// rowsOf is how many rows a node gives, where that is the exact number of rows
// of a table.
func rowsOf(ctx *sql.Context, n sql.Node) (uint64, bool) {
	switch n := n.(type) {
	case *plan.TableAlias:
		return rowsOf(ctx, n.Child)
	case *plan.Project:
		return rowsOf(ctx, n.Child)
	case *plan.Sort:
		return rowsOf(ctx, n.Child)
	case *plan.UpdateSource:
		return rowsOf(ctx, n.Child)
	case *Node:
		return rowsOf(ctx, n.Child)
	case *plan.ResolvedTable:
		if plan.IsDualTable(n.Table) {
			return 1, true
		}
		counted, ok := sql.GetUnderlyingTable(n.UnderlyingTable()).(sql.StatisticsTable)
		if !ok {
			return 0, false
		}
		count, exact, err := counted.RowCount(ctx)
		return count, exact && err == nil
	}
	return 0, false
}
