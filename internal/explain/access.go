package explain

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// The ways to get at rows, EXPLAIN's column type.
const (
	fullScan   = "ALL"
	indexScan  = "index"
	rangeScan  = "range"
	refLookup  = "ref"
	eqLookup   = "eq_ref"
	constant   = "const"
	fulltextAt = "fulltext"
)

// access is one table of a SELECT and how its rows are got at.
type access struct {
	// name is the alias or the name of the table; empty where no table is read.
	name string
	// kind is the select_type of a table that the statement changes; empty for
	// others, which have their SELECT's. written is that of INSERT and of a
	// DELETE that empties the table.
	kind, written string
	how           string
	table         sql.Table
	index         *indexUse
	possible      []string
	// rows is how many are read for each row of the tables before; nil when
	// that is not known.
	rows *uint64
	// conditions are checked on what is read.
	conditions []sql.Expression
	// inner are the queries in them.
	inner []*query
	// columns are those that are read, where that is known.
	columns []string
	// message stands for what is done instead of reading a table.
	message string
	// derived is the query whose rows are read.
	derived *query
	// function is the table function that makes the rows.
	function  string
	recursive bool
	// calls are the model calls that are made on its rows, or on those of a
	// join that it is the last of, ahead of their evaluation.
	calls []sql.Expression
	// strategy is how the rows are joined to those of the tables before.
	strategy strategy
}

// strategy is how a table is joined to those before it.
type strategy struct {
	// hash says that its rows are kept in memory by their keys; merge that both
	// sides are read in the order of an index.
	hash, merge bool
	// heap says that its rows are kept in memory by a range; sorted that they
	// are sorted for that.
	heap, sorted bool
	// firstMatch is the table before for whose row the first match is enough;
	// antiJoin says that a match leaves that row out.
	firstMatch string
	antiJoin   bool
}

// alias is the table's name in conditions, in lower case.
func (a *access) alias() string {
	if a.written != "" {
		return "" // its columns are not read
	}
	return strings.ToLower(a.name)
}

// label is the name that EXPLAIN shows.
func (a *access) label() string {
	switch {
	case a.derived == nil:
		return a.name
	case a.derived.role == joinedRole:
		return fmt.Sprintf("<subquery%d>", a.derived.id())
	}
	return fmt.Sprintf("<derived%d>", a.derived.id())
}

// leaf reads a node that gets at rows by itself, and reports whether n is one.
func (r *reader) leaf(n sql.Node, b *block) bool {
	a := &access{how: fullScan}
	switch n := n.(type) {
	case *plan.SubqueryAlias:
		r.derive(a, n, b)
	case *plan.TableAlias, *plan.ResolvedTable, *plan.DeferredFilteredTable, *plan.IndexedTableAccess:
		if isDual(n) {
			return true // finish says that no table is used
		}
		r.describeTable(a, n)
		a.noteKeys(b)
	case *plan.EmptyTable:
		a = &access{message: impossibleWhere}
	case *plan.TableCountLookup:
		a = &access{message: optimizedAway}
	case *plan.RecursiveTable:
		a.name, a.recursive = n.Name(), true
	case *plan.JSONTable:
		a.name, a.function = n.Name(), "json_table"
		r.inner(b, projectionRole, n.Expressions()...)
	case *plan.ValueDerivedTable:
		a.name = n.Name()
		count := uint64(len(n.ExpressionTuples))
		a.rows = &count
	case sql.TableFunction:
		a.name, a.function = n.Name(), n.Name()
	default:
		named, ok := n.(sql.Nameable)
		if !ok || len(n.Children()) > 0 {
			return false
		}
		a.name = named.Name()
	}
	r.statement.leaves[n] = a
	b.tables = append(b.tables, a)
	return true
}

func (r *reader) derive(a *access, n *plan.SubqueryAlias, b *block) {
	q := r.query(n.Child, derivedRole)
	q.dependent, q.volatile = n.IsLateral && !n.Correlated.Empty(), n.Volatile
	q.name()
	r.statement.numbers[n] = q
	a.name, a.derived = n.Name(), q
	b.inner = append(b.inner, q)
}

// isDual reports whether a node is the table of a SELECT without FROM.
func isDual(n sql.Node) bool {
	table, ok := n.(*plan.ResolvedTable)
	return ok && plan.IsDualTable(table.Table)
}

// describeTable fills what a table's own node tells.
func (r *reader) describeTable(a *access, n sql.Node) {
	if named, ok := n.(sql.Nameable); ok && a.name == "" {
		a.name = named.Name()
	}
	switch n := n.(type) {
	case *plan.IndexedTableAccess:
		a.table = n.UnderlyingTable()
		a.columns, _ = columnsRead(n.Table)
		r.describeIndex(a, n)
	case *plan.ResolvedTable:
		a.table = n.UnderlyingTable()
		a.columns, _ = columnsRead(a.table)
		a.rows = rowCount(r.ctx, a.table)
	case *plan.DeferredFilteredTable:
		r.describeTable(a, n.ResolvedTable)
	default:
		if children := n.Children(); len(children) == 1 {
			r.describeTable(a, children[0])
		}
	}
}

// tableNames are the names, in lower case, of the tables that an expression reads.
func tableNames(e sql.Expression) []string {
	var names []string
	sql.Inspect(e, func(e sql.Expression) bool {
		if field, ok := e.(*expression.GetField); ok {
			names = append(names, strings.ToLower(field.Table()))
		}
		return true
	})
	return names
}

// isTrue reports whether a condition is a constant that holds: the engine puts
// one where a join has none.
func isTrue(e sql.Expression) bool {
	literal, ok := e.(*expression.Literal)
	if !ok {
		return false
	}
	value, ok := literal.Value().(bool)
	return ok && value
}
