package lookahead

import (
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
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

// plainRows are the rows of a child as they come, numbered.
type plainRows struct {
	sql.RowIter
	numbers *Numbers
	n       int64
}

// Next implements sql.RowIter.
func (p *plainRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := p.RowIter.Next(ctx)
	if err == nil {
		p.n++
		p.numbers.note(row, p.n)
	}
	return row, err
}
