package lookahead

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// joined returns a join with its conditions where rows can be asked on them.
func (p planner) joined(n *plan.JoinNode) sql.Node {
	switch {
	case n.Op.IsLateral() && !p.right:
		return p.leftFirst(n)
	case n.Op.IsOuter() && !p.right:
		return p.outer(n)
	}
	return p.lifted(n)
}

// lifted returns a join with the conditions that call models in a filter above
// it, where rows are asked on. That is for inner joins, which give the pairs
// that meet all their conditions, wherever these stand. A join that is the right
// side of another evaluates its own condition on longer rows than it gives, so that
// one is left alone; so are conditions of which some cannot be asked.
func (p planner) lifted(n *plan.JoinNode) sql.Node {
	if !inner(n.Op) {
		return n
	}
	left, right, dear := p.dearBelow(n)
	condition := n.Filter
	if condition != nil && !p.right {
		cheap, own, ok := dearApart(condition, p.askable)
		if ok && len(own) > 0 {
			dear, condition = append(dear, own...), conjunction(cheap)
		}
	}
	if len(dear) == 0 {
		return n
	}
	with, err := n.WithFilter(condition).WithChildren(left, right)
	if err != nil {
		return n
	}
	return plan.NewFilter(expression.JoinAnd(dear...), with)
}

// dearBelow takes the conditions that call models from the sides of an inner join
// that are not read as a whole: a merge ends when one of them does, and the rows that
// are looked up for a row of the left side are few, or one.
func (p planner) dearBelow(n *plan.JoinNode) (left, right sql.Node, dear []sql.Expression) {
	left, right = n.Left(), n.Right()
	if !n.Op.IsMerge() && n.Op != plan.JoinTypeLookup {
		return left, right, nil
	}
	if n.Op.IsMerge() {
		left, dear = p.unfiltered(left)
	}
	right, below := p.unfiltered(right)
	for _, e := range below {
		dear = append(dear, shifted(e, n.ScopeLen, len(left.Schema())))
	}
	return left, right, dear
}

// inner reports whether a join gives the pairs that meet its condition, and
// nothing else.
func inner(op plan.JoinType) bool {
	switch op {
	case plan.JoinTypeInner, plan.JoinTypeHash, plan.JoinTypeLookup, plan.JoinTypeMerge, plan.JoinTypeRangeHeap:
		return true
	}
	return false
}

// unfiltered takes the conditions that call models out of a filter.
func (p planner) unfiltered(n sql.Node) (sql.Node, []sql.Expression) {
	filter, ok := n.(*plan.Filter)
	if !ok {
		return n, nil
	}
	cheap, dear, ok := dearApart(filter.Expression, askable)
	if !ok || len(dear) == 0 {
		return n, nil
	}
	if len(cheap) == 0 {
		return filter.Child, dear
	}
	return plan.NewFilter(expression.JoinAnd(cheap...), filter.Child), dear
}

// dearApart parts the conditions that call models from those that do not; ok is
// false when some cannot be asked, and so keep their places.
func dearApart(e sql.Expression, askable func(sql.Expression) bool) (cheap, dear []sql.Expression, ok bool) {
	for _, c := range expression.SplitConjunction(e) {
		switch {
		case !askable(c):
			return nil, nil, false
		case anyCalls([]sql.Expression{c}):
			dear = append(dear, c)
		default:
			cheap = append(cheap, c)
		}
	}
	return cheap, dear, true
}

// conjunction is the AND of conditions, true of none.
func conjunction(list []sql.Expression) sql.Expression {
	if len(list) == 0 {
		return expression.NewLiteral(true, types.Boolean)
	}
	return expression.JoinAnd(list...)
}

// shifted returns an expression on the rows of a join's right side as one on
// those of the join: the columns of the left side come between those of outer
// scopes and its own.
func shifted(e sql.Expression, scope, by int) sql.Expression {
	with, _, err := transform.Expr(e, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		if field, ok := e.(*expression.GetField); ok && field.Index() >= scope {
			return field.WithIndex(field.Index() + by), transform.NewTree, nil
		}
		return e, transform.SameTree, nil
	})
	if err != nil { // no part of it is made anew but fields
		return e
	}
	return with
}

// sides is the demand on a join's left and right child.
func sides(op plan.JoinType, d demand) (left, right demand) {
	switch {
	case op.IsPartial(), op.IsSemi(), op.IsAnti():
		left, right = d, few
		if op.IsMerge() {
			left = few
		}
	case op == plan.JoinTypeLeftOuterMerge, op == plan.JoinTypeLeftOuterRangeHeap:
		left, right = d, few
	case op.IsMerge(), op.IsRange():
		left, right = few, few
	default:
		left, right = d, d
	}
	return left, right
}

// probed puts a node below the left side of a hash join, which looks each of its
// rows but the first up by a key.
func (p planner) probed(n *plan.JoinNode, left sql.Node, d demand) sql.Node {
	lookup, ok := n.Right().(*plan.HashLookup)
	if !ok || d == few {
		return left
	}
	p.changing = true // the rows that a subquery is run on must be as long as the join's
	a := ask{when: later, planner: p}
	a.each([]sql.Expression{lookup.LeftProbeKey})
	return p.above(left, a, d)
}

// outerJoined reports whether the first join below a node is an outer one.
func outerJoined(n sql.Node) bool {
	if join, ok := n.(*plan.JoinNode); ok {
		return join.Op.IsOuter()
	}
	children := n.Children()
	return len(children) == 1 && outerJoined(children[0])
}
