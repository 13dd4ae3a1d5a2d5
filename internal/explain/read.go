package explain

import (
	"context"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/lookahead"
)

// Read reads an analysed plan. atOnce is Options.AtOnce.
func Read(ctx *sql.Context, root sql.Node, atOnce int) *Statement {
	s := &Statement{plan: root, atOnce: atOnce, leaves: map[sql.Node]*access{}, numbers: map[sql.Node]*query{}}
	r := &reader{ctx: ctx, statement: s}
	s.root = r.query(root, statementRole)
	return s
}

// reader walks a plan once. Numbers of SELECTs are given in the order in which
// it meets them, which is nearly MySQL's, the order of the text.
type reader struct {
	ctx       *sql.Context
	statement *Statement
	last      int
	// targets are the names of the tables that the statement changes.
	targets map[string]string
}

// query reads a whole query.
func (r *reader) query(n sql.Node, role role) *query {
	q := &query{role: role}
	r.members(q, n)
	q.name()
	return q
}

// members reads the SELECTs of a query, those of nested set operations as well.
func (r *reader) members(q *query, n sql.Node) {
	switch n := carried(n).(type) {
	case *plan.SetOp:
		r.setOperation(q, n)
		return
	case *plan.RecursiveCte:
		r.setOperation(q, n.Union())
		return
	case *plan.InsertInto:
		if isSetOperation(n.Source) { // the table stands with the first SELECT
			r.members(q, n.Source)
			first := q.members[0]
			first.tables = slices.Insert(first.tables, 0, r.inserted(n))
			return
		}
	}
	if inner, ok := onlyPasses(n); ok && isSetOperation(inner) {
		r.members(q, inner)
		return
	}
	r.last++
	b := &block{id: r.last}
	q.members = append(q.members, b)
	r.node(n, b)
	r.finish(b)
}

func (r *reader) setOperation(q *query, n *plan.SetOp) {
	r.members(q, n.Left())
	right := len(q.members)
	r.members(q, n.Right())
	q.operation = operationName(n)
	q.members[right].operation = q.operation
	q.distinct = q.distinct || n.Distinct || n.SetOpType != plan.UnionType
	q.sorted = q.sorted || len(n.SortFields) > 0
}

func operationName(n *plan.SetOp) string {
	switch n.SetOpType {
	case plan.IntersectType:
		return "INTERSECT"
	case plan.ExceptType:
		return "EXCEPT"
	}
	return "UNION"
}

// isSetOperation reports whether a set operation is below nodes that pass rows on.
func isSetOperation(n sql.Node) bool {
	switch n := carried(n).(type) {
	case *plan.SetOp, *plan.RecursiveCte:
		return true
	default:
		inner, ok := onlyPasses(n)
		return ok && isSetOperation(inner)
	}
}

// onlyPasses returns what is below a node that neither reads tables nor
// computes, as far as EXPLAIN shows it.
func onlyPasses(n sql.Node) (sql.Node, bool) {
	switch n := carried(n).(type) {
	case *plan.Project:
		return n.Child, len(subqueries(n.Projections...)) == 0
	case *plan.Limit:
		return n.Child, true
	case *plan.Offset:
		return n.Child, true
	case *plan.CachedResults:
		return n.Child, true
	case *plan.TriggerExecutor:
		return n.Left(), true
	case *lookahead.Node:
		return n.Child, true
	}
	return nil, false
}

// node reads a node of a SELECT.
func (r *reader) node(n sql.Node, b *block) {
	n = carried(n)
	if r.leaf(n, b) || r.change(n, b) {
		return
	}
	from := len(b.tables)
	switch n := n.(type) {
	case *plan.Filter:
		r.node(n.Child, b)
		if isQuery(n.Child) { // what HAVING has become
			r.inner(b, conditionRole, n.Expression)
			return
		}
		r.condition(n.Expression, b, b.tables[from:])
		return
	case *plan.JoinNode:
		r.join(n, b)
		return
	case *plan.Limit:
		r.node(n.Child, b)
		b.stopAfter(n, from)
		return
	case *plan.Project:
		r.inner(b, projectionRole, n.Projections...)
		r.node(n.Child, b)
		return
	case *plan.Having:
		r.node(n.Child, b)
		r.inner(b, conditionRole, n.Cond)
		return
	case *plan.TriggerExecutor: // its right side is the trigger's body
		r.node(n.Left(), b)
		return
	case *plan.SetOp:
		r.nested(n, b)
		return
	case *lookahead.Node:
		r.ahead(n, b)
		return
	case *lookahead.OuterJoin:
		r.node(n.Child, b)
		r.condition(n.Conditions(), b, b.tables[from:])
		return
	}
	b.note(n)
	if n, ok := n.(sql.Expressioner); ok {
		r.inner(b, projectionRole, n.Expressions()...)
	}
	for _, child := range n.Children() {
		r.node(child, b)
	}
}

// stopAfter notes that a table is read only until LIMIT has its rows: where
// each row read is a row given, the limit is how many are read.
func (b *block) stopAfter(n *plan.Limit, from int) {
	literal, ok := n.Limit.(*expression.Literal)
	if !ok || n.CalcFoundRows || len(b.tables) != from+1 || b.temporary() || b.sorted {
		return
	}
	a := b.tables[from]
	limit, _, err := types.Uint64.Convert(context.Background(), literal.Value())
	if most, ok := limit.(uint64); ok && err == nil && readsOnly(n.Child) && a.rows != nil && *a.rows > most {
		a.rows = &most
	}
}

// readsOnly reports whether a node gives each row that it reads.
func readsOnly(n sql.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		return readsOnly(n.Child)
	case *plan.IndexedTableAccess, *plan.ResolvedTable, *plan.TableAlias:
		return true
	}
	return false
}

// note keeps what a node does with all rows of its SELECT.
func (b *block) note(n sql.Node) {
	switch n := n.(type) {
	case *plan.GroupBy:
		b.grouped = b.grouped || len(n.GroupByExprs) > 0
	case *plan.Distinct:
		b.distinct = true
	case *plan.Sort, *plan.TopN:
		b.sorted = true
	case *plan.Window:
		b.buffered = true
		b.windowSorted = b.windowSorted || sortsWindow(n)
	}
}

// inner reads the queries in expressions.
func (r *reader) inner(b *block, role role, exprs ...sql.Expression) {
	for _, s := range subqueries(exprs...) {
		q := r.query(s.Query, role)
		q.dependent = !s.Correlated().Empty()
		q.volatile = !s.CanCacheResults()
		q.name()
		r.statement.numbers[s.Query] = q
		b.inner = append(b.inner, q)
	}
}

// subqueries are the queries in expressions, outermost.
func subqueries(exprs ...sql.Expression) []*plan.Subquery {
	var found []*plan.Subquery
	for _, e := range exprs {
		sql.Inspect(e, func(e sql.Expression) bool {
			if s, ok := e.(*plan.Subquery); ok {
				found = append(found, s)
				return false
			}
			return true
		})
	}
	return found
}

// condition notes which of the tables a condition is checked at: the last one
// in join order that it reads, as in MySQL.
func (r *reader) condition(e sql.Expression, b *block, tables []*access) {
	sargable(e, b)
	before := len(b.inner)
	r.inner(b, conditionRole, e)
	if len(tables) == 0 || isTrue(e) {
		return
	}
	at := lastRead([]sql.Expression{e}, tables)
	at.conditions = append(at.conditions, e)
	at.inner = append(at.inner, b.inner[before:]...)
}

// lastRead is the last table in join order that expressions read.
func lastRead(exprs []sql.Expression, tables []*access) *access {
	var read []string
	for _, e := range exprs {
		read = append(read, tableNames(e)...)
	}
	at := tables[0]
	if len(read) > 0 {
		at = tables[len(tables)-1] // for a value that was computed on the way
	}
	for _, t := range tables {
		if slices.Contains(read, t.alias()) {
			at = t
		}
	}
	return at
}

// finish fills what is known when a SELECT has been read to its end.
func (r *reader) finish(b *block) {
	if len(b.tables) == 0 {
		b.tables = []*access{{message: noTablesUsed}}
	}
	for _, t := range b.tables {
		if b.id == 1 {
			t.kind = r.targets[t.alias()]
		}
		t.possibleKeys(r.ctx, b.candidates[t.alias()])
	}
}
