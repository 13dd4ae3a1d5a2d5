package lookahead

import (
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// numbered is how many rows Numbers remembers: more than lie between a node and
// an evaluation in another goroutine (the engine's grouping has 512).
const numbered = 1024

// Numbers remembers which row of its node each of the last rows was, so that a
// warning can name it. The zero value is ready, and small: nearly all statements
// number no rows.
type Numbers struct {
	mu   sync.Mutex
	rows []numberedRow // numbered of them, with the first row
	next int
}

type numberedRow struct {
	first *any
	n     int64
}

// note remembers a row that goes up.
func (n *Numbers) note(row sql.Row, number int64) {
	if n == nil || len(row) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.rows == nil {
		n.rows = make([]numberedRow, numbered)
	}
	n.rows[n.next] = numberedRow{&row[0], number}
	n.next = (n.next + 1) % numbered
}

// Number returns the number of a row, from 1; 0 when it is not known.
func (n *Numbers) Number(row sql.Row) int64 {
	if n == nil || len(row) == 0 {
		return 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.rows {
		// The latest first: the memory of a row may be used again.
		at := (n.next - 1 - i + 2*numbered) % numbered
		if n.rows[at].first == &row[0] {
			return n.rows[at].n
		}
	}
	return 0
}

// numbering gives rows their numbers as they go up.
type numbering struct {
	numbers *Numbers
	// outer is the number of the row that these are read for, in a subquery; theirs
	// is the same then.
	outer int64
	// passed is true where the rows may have numbers from further down, which they
	// keep.
	passed bool
	// pairs is true for those of an outer join, which have the number of their left
	// row.
	pairs bool
	n     int64
}

// numbering is that of the rows that a node reads for a row.
func (s Settings) numbering(child sql.Node, row sql.Row, repeated bool) numbering {
	_, pairs := child.(*pairing)
	n := numbering{numbers: s.Numbers, passed: passesNumbered(child), pairs: pairs}
	if repeated {
		n.outer = s.Numbers.Number(row)
	}
	return n
}

// passesNumbered reports whether a node gives rows as another of ours gave them.
func passesNumbered(n sql.Node) bool {
	switch n.(type) {
	case *Node, *numberer:
		return true
	case *plan.Filter, *plan.Having, *plan.Sort, *plan.Limit, *plan.Offset, *plan.Distinct:
		return passesNumbered(n.Children()[0])
	}
	return false
}

// give gives the next row its number.
func (n *numbering) give(row sql.Row) int64 {
	number := n.n + 1
	if !n.pairs || isEnd(row) {
		n.n++
	}
	if n.outer > 0 {
		number = n.outer
	} else if n.passed {
		if known := n.numbers.Number(row); known > 0 {
			return known
		}
	}
	n.numbers.note(row, number)
	return number
}

// plainRows are the rows of a child as they come, numbered.
type plainRows struct {
	sql.RowIter
	numbering
	// join, if any, is told which row went up.
	join *leftAt
}

// Next implements sql.RowIter.
func (p *plainRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := p.RowIter.Next(ctx)
	if err == nil {
		if number := p.give(row); p.join != nil {
			p.join.number = number
		}
	}
	return row, err
}
