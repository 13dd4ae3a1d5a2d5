package explain

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// join reads a join: the left side's tables come before the right side's.
func (r *reader) join(n *plan.JoinNode, b *block) {
	from := len(b.tables)
	r.side(n.Op, n.Left(), b)
	middle := len(b.tables)
	r.side(n.Op, n.Right(), b)
	r.joinCondition(n, b, b.tables[middle:])
	if middle == len(b.tables) {
		return
	}
	right := b.tables[middle]
	right.strategy.hash = right.strategy.hash || holdsHash(n.Right())
	right.strategy.heap = n.Op.IsRange()
	right.strategy.merge = n.Op.IsMerge()
	right.strategy.antiJoin = n.Op.IsAnti()
	if n.Op.IsSemi() && middle > from {
		right.strategy.firstMatch = b.tables[middle-1].label()
	}
}

// joinCondition notes what is checked on pairs of rows. The first comparison of
// a merge join is how it finds them.
func (r *reader) joinCondition(n *plan.JoinNode, b *block, right []*access) {
	if n.Filter == nil {
		return
	}
	checked := expression.SplitConjunction(n.Filter)
	if n.Op.IsMerge() {
		sargable(checked[0], b)
		checked = checked[1:]
	}
	for _, e := range checked {
		r.condition(e, b, right)
	}
}

// side reads one side of a join. A side that groups, sorts or cuts rows is a
// query of its own: the engine makes one of a subquery whose rows it joins.
func (r *reader) side(op plan.JoinType, n sql.Node, b *block) {
	if bare, sorted := unsorted(n); sorted && op.IsRange() { // for the heap, not for the statement
		first := len(b.tables)
		r.side(op, bare, b)
		for _, a := range b.tables[first:] {
			a.strategy.sorted = true
		}
		return
	}
	if !isQuery(n) {
		r.node(n, b)
		return
	}
	r.nested(n, b)
}

// nested reads a query of its own whose rows are read like a table's.
func (r *reader) nested(n sql.Node, b *block) {
	q := r.query(n, joinedRole)
	q.materialized = holdsHash(n) || holdsCache(n)
	r.statement.numbers[n] = q
	a := &access{how: fullScan, derived: q}
	for _, column := range n.Schema() {
		if column.Source != "" {
			a.name = column.Source
		}
	}
	q.dependent = q.readsOutside()
	q.name()
	b.tables = append(b.tables, a)
	b.inner = append(b.inner, q)
}

// unsorted is what is below the nodes by which a range join has its sides in
// order.
func unsorted(n sql.Node) (below sql.Node, sorted bool) {
	switch n := n.(type) {
	case *plan.RangeHeap:
		below, _ = unsorted(n.Child)
		return below, true
	case *plan.Sort:
		return n.Child, true
	}
	return n, false
}

// readsOutside reports whether conditions of the query read tables that are not
// in it.
func (q *query) readsOutside() bool {
	own := map[string]bool{"": true}
	var read []string
	for _, m := range q.members {
		for _, a := range m.tables {
			own[a.alias()] = true
			for _, e := range a.conditions {
				read = append(read, tableNames(e)...)
			}
		}
	}
	return slices.ContainsFunc(read, func(name string) bool { return !own[name] })
}

// isQuery reports whether something other than reading, joining and filtering
// is done between a node and its tables.
func isQuery(n sql.Node) bool {
	switch n := n.(type) {
	case *plan.GroupBy, *plan.Distinct, *plan.OrderedDistinct, *plan.Limit, *plan.Offset, *plan.Sort,
		*plan.TopN, *plan.Window, *plan.SetOp, *plan.Having:
		return true
	case *plan.Project, *plan.Filter, *plan.HashLookup, *plan.CachedResults, *plan.Max1Row:
		return isQuery(n.Children()[0])
	}
	return false
}

// holdsHash reports whether the rows below a node are kept by their keys.
func holdsHash(n sql.Node) bool {
	_, ok := n.(*plan.HashLookup)
	return ok
}

// holdsCache reports whether the rows of a node are kept.
func holdsCache(n sql.Node) bool {
	_, ok := n.(*plan.CachedResults)
	return ok
}

// sortsWindow reports whether a window function wants its rows in an order.
func sortsWindow(n *plan.Window) bool {
	for _, e := range n.SelectExprs {
		sorts := false
		sql.Inspect(e, func(e sql.Expression) bool {
			if w, ok := e.(sql.WindowAdaptableExpression); ok && w.Window() != nil {
				sorts = sorts || len(w.Window().OrderBy) > 0 || len(w.Window().PartitionBy) > 0
			}
			return true
		})
		if sorts {
			return true
		}
	}
	return false
}
