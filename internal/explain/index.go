package explain

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// indexUse is how an index is used.
type indexUse struct {
	index sql.Index
	// parts are how many of its columns, from the first on, find the rows; 0
	// where all of it is read.
	parts int
	// refs are what those are compared with, where it is by equality.
	refs []string
	// covering says that the row is read from the index alone.
	covering bool
	// backward says that it is read from its end.
	backward bool
	// text is the condition that finds the rows.
	text string
}

// describeIndex fills what a node that reads through an index tells.
func (r *reader) describeIndex(a *access, n *plan.IndexedTableAccess) {
	lookup := plan.GetIndexLookup(n)
	a.index = &indexUse{index: n.Index(), covering: covers(n), backward: lookup.IsReverse}
	if lookup.IsEmpty() {
		r.describeLookup(a, n)
		return
	}
	a.describeRanges(r.ctx, lookup)
	switch a.how {
	case constant:
		one := uint64(1)
		a.rows = &one
	case indexScan:
		a.rows = rowCount(r.ctx, a.table)
	case refLookup, rangeScan:
		a.rows = countEntries(r.ctx, n)
	}
}

// describeLookup is an index that is asked once for each row of the tables before.
func (r *reader) describeLookup(a *access, n *plan.IndexedTableAccess) {
	keys := n.Expressions()
	a.how, a.index.parts = refLookup, len(keys)
	if n.IsStrictLookup() {
		a.how = eqLookup
		one := uint64(1)
		a.rows = &one
	}
	var text []string
	columns := indexColumns(n.Index())
	for i, key := range keys {
		a.index.refs = append(a.index.refs, reference(key))
		text = append(text, columns[i]+"="+key.String())
	}
	a.index.text = strings.Join(text, ", ")
}

// describeRanges is an index that is asked for ranges known beforehand.
func (a *access) describeRanges(ctx *sql.Context, lookup sql.IndexLookup) {
	ranges, ok := lookup.Ranges.(sql.MySQLRangeCollection)
	switch {
	case lookup.Index.IsFullText():
		a.how = fulltextAt
		return
	case !ok || lookup.Index.IsVector():
		a.how = indexScan
		return
	}
	equal := len(ranges) == 1
	null := false
	for _, columns := range ranges {
		for i, column := range columns {
			switch kindOf(ctx, column) {
			case everything:
				continue
			case nothing:
				a.message, a.how = impossibleWhere, ""
				return
			case bounded:
				equal = false
			case isNull:
				null = true
			}
			equal = equal && a.index.parts >= i
			a.index.parts = max(a.index.parts, i+1)
		}
	}
	a.index.text = rangeText(lookup.Index, ranges)
	a.how = rangeType(a.index, equal, null)
	if equal {
		for range a.index.parts {
			a.index.refs = append(a.index.refs, "const")
		}
	}
}

func rangeType(use *indexUse, equal, null bool) string {
	switch {
	case use.parts == 0:
		use.text = ""
		return indexScan
	case !equal:
		return rangeScan
	case use.index.IsUnique() && !null && use.parts == len(use.index.Expressions()):
		return constant
	}
	return refLookup
}

// extent is how much of a column's values a range has.
type extent int

const (
	everything extent = iota
	bounded
	exactly
	isNull
	nothing
)

func kindOf(ctx *sql.Context, r sql.MySQLRangeColumnExpr) extent {
	switch r.Type() {
	case sql.RangeType_All:
		return everything
	case sql.RangeType_Empty:
		return nothing
	case sql.RangeType_EqualNull:
		return isNull
	case sql.RangeType_ClosedClosed:
		low, high := sql.GetMySQLRangeCutKey(r.LowerBound), sql.GetMySQLRangeCutKey(r.UpperBound)
		if order, err := r.Typ.Compare(ctx, low, high); err == nil && order == 0 {
			return exactly
		}
	}
	return bounded
}

// rangeText is the condition that ranges stand for.
func rangeText(index sql.Index, ranges sql.MySQLRangeCollection) string {
	names := indexColumns(index)
	var all []string
	for _, columns := range ranges {
		var one []string
		for i, column := range columns {
			if i < len(names) && column.Type() != sql.RangeType_All {
				one = append(one, columnText(names[i], column))
			}
		}
		all = append(all, strings.Join(one, " AND "))
	}
	return strings.Join(all, " OR ")
}

// reference is what a key is compared with, in EXPLAIN's column ref.
func reference(key sql.Expression) string {
	field, ok := key.(*expression.GetField)
	switch {
	case ok && field.Database() != "":
		return field.Database() + "." + field.Table() + "." + field.Name()
	case ok:
		return field.Table() + "." + field.Name()
	case len(tableNames(key)) == 0:
		return "const"
	}
	return "func"
}

// indexColumns are the names of an index's columns.
func indexColumns(index sql.Index) []string {
	columns := append([]string{}, index.Expressions()...)
	for i, column := range columns {
		columns[i] = column[strings.LastIndex(column, ".")+1:]
	}
	return columns
}

// noteKeys notes the columns that a used index finds rows by: they are gone
// from the plan's conditions, and other indexes may begin with them as well.
func (a *access) noteKeys(b *block) {
	if a.index == nil {
		return
	}
	for _, column := range indexColumns(a.index.index)[:a.index.parts] {
		b.candidate(a.name, column)
	}
}
