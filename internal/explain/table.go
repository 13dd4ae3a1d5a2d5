package explain

import (
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// table is the tabular form.
func (s *Statement) table() []sql.Row { return s.root.table() }

// table is the rows of a query: of each SELECT those of its tables, then those
// of the queries in it.
func (q *query) table() []sql.Row {
	var rows []sql.Row
	for _, b := range q.members {
		for _, a := range b.tables {
			rows = append(rows, a.row(b))
		}
		for _, inner := range b.inner {
			rows = append(rows, inner.table()...)
		}
	}
	if q.hasResult() {
		rows = append(rows, q.resultRow())
	}
	return rows
}

// resultRow is the row of a set operation's own table.
func (q *query) resultRow() sql.Row {
	extra := "Using temporary"
	if q.sorted {
		extra += "; Using filesort"
	}
	return sql.Row{nil, q.operation + " RESULT", q.resultName(), nil, fullScan, nil, nil, nil, nil, nil, nil, extra}
}

func (a *access) row(b *block) sql.Row {
	row := sql.Row{
		uint64(b.id), a.selectType(b), text(a.label()), nil, text(a.how), text(strings.Join(a.possible, ",")),
		nil, nil, nil, nil, a.filtered(), text(a.extra(b)),
	}
	if a.message != "" && a.message != deletingAllRows {
		row[2], row[4] = nil, nil
	}
	if a.rows != nil {
		row[9] = *a.rows
	}
	if use := a.index; use != nil && a.message == "" {
		row[6] = use.index.ID()
		if length, known := use.keyLength(a.table); known {
			row[7] = strconv.Itoa(length)
		}
		row[8] = text(strings.Join(use.refs, ","))
	}
	return row
}

// text is a value of text, NULL for none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (a *access) selectType(b *block) string {
	switch {
	case a.written != "":
		return a.written
	case a.kind != "":
		return a.kind
	}
	return b.kind
}

// filtered is the share of rows that the conditions leave, in percent. Where
// there are none, all stay. Where there are some it is NULL: the engine's costing
// takes fixed shares for most conditions and does not keep them in the plan, and
// a figure from nowhere would be taken for an estimate.
func (a *access) filtered() any {
	if len(a.conditions) == 0 && a.message == "" && a.written == "" {
		return 100.0
	}
	return nil
}
