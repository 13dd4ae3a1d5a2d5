package lookahead

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// leftFirst has the conditions of a join with a lateral table that read its left side
// alone, and call no models, checked before the right side is run, which the engine
// does not.
func (p planner) leftFirst(n *plan.JoinNode) sql.Node {
	if n.Op != plan.JoinTypeLateralInner && n.Op != plan.JoinTypeLateralCross || n.Filter == nil || p.changing {
		return n
	}
	ends := n.ScopeLen + len(n.Left().Schema())
	own, rest, ok := p.ofLeft(n.Filter, ends)
	if !ok {
		return n
	}
	with, err := n.WithFilter(conjunction(rest)).WithChildren(plan.NewFilter(expression.JoinAnd(own...), n.Left()), n.Right())
	if err != nil {
		return n
	}
	return with
}

// ofLeft parts the conditions that read no column from a place on from the others; ok
// is false when there are none.
func (p planner) ofLeft(e sql.Expression, ends int) (own, rest []sql.Expression, ok bool) {
	for _, c := range expression.SplitConjunction(e) {
		if !p.askable(c) {
			return nil, nil, false // what changes something stays where it is
		}
		if HasCall(c) || holdsQuery(c) || readsFrom(c, ends) { // a query's columns come after the join's
			rest = append(rest, c)
		} else {
			own = append(own, c)
		}
	}
	return own, rest, len(own) > 0
}

func readsFrom(e sql.Expression, place int) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		field, ok := e.(*expression.GetField)
		found = found || ok && field.Index() >= place
		return !found
	})
	return found
}

// lateral puts a node above the left side of a join whose right side is a query that
// is run for each of its rows: a copy of that is run for the rows to come.
func (p planner) lateral(n *plan.JoinNode, left sql.Node, d demand) sql.Node {
	right := n.Right()
	if !n.Op.IsLateral() || d == few || p.changing || !HasCalls(right) || !askablePlan(right) {
		return left
	}
	if d == limited && readsTables(right) {
		return left // of many rows, perhaps, few are read
	}
	a := ask{planner: p, calls: callsOfPlan(right, func(q *plan.Subquery) bool { return !q.CanCacheResults() })}
	p.right, p.repeated = true, true
	own := p.askedPlan(right, all)
	if own == nil {
		return left
	}
	columns := len(n.Left().Schema())
	a.queries = true
	a.probe(func(ctx *sql.Context, row sql.Row) error {
		return runLateral(ctx, own, row, columns)
	})
	return p.above(left, a, d)
}

// tabled puts a node above the left side of a join with a JSON_TABLE, whose document
// is made for each of its rows.
func (p planner) tabled(n *plan.JoinNode, left sql.Node, d demand) sql.Node {
	right := n.Right()
	if filter, ok := right.(*plan.Filter); ok {
		right = filter.Child
	}
	table, ok := right.(*plan.JSONTable)
	if !ok || d == few {
		return left
	}
	a := ask{planner: p}
	a.each([]sql.Expression{table.DataExpr})
	return p.above(left, a, d)
}

// runLateral runs the right side of a lateral join for a left row, of which so many
// columns are the left side's own, as the engine does.
func runLateral(ctx *sql.Context, right sql.Node, row sql.Row, columns int) error {
	around, own := row[:len(row)-columns], row[len(row)-columns:]
	if len(around) > 0 { // in a subquery, which puts it into its plan
		with, _, err := transform.Node(right, plan.PrependRowInPlan(around, false))
		if err != nil {
			return err
		}
		right = with
	}
	with, _, err := transform.Node(right, plan.PrependRowInPlan(own, true))
	if err != nil {
		return err
	}
	rows, err := askerFrom(ctx).builder.Build(ctx, with, row)
	if err != nil {
		return err
	}
	for err == nil {
		_, err = rows.Next(ctx)
	}
	if closed := rows.Close(ctx); errors.Is(err, io.EOF) {
		err = closed
	}
	return err
}

// readsTables reports whether a plan has other rows than the one of a SELECT without
// FROM.
func readsTables(n sql.Node) bool {
	found := false
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		switch n := n.(type) {
		case *plan.ResolvedTable:
			found = found || !plan.IsDualTable(n.Table)
		case *plan.Project, *plan.SubqueryAlias, *plan.Filter, *plan.TableAlias, *Node:
		default:
			found = true
		}
		return !found
	})
	return found
}
