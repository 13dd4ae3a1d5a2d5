package lookahead

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// Where nothing is read ahead, a warning names its row as well. numberer numbers
// the rows of its child for a node above it that calls models on them, or for the
// condition of a join.
type numberer struct {
	plan.UnaryNode
	settings SettingsFunc
	// pairs, if any, is told which row goes up.
	pairs *leftAt
	// repeated is true where the rows are read for each row of a query around.
	repeated bool
}

// leftAt is which row of its left side a join is at.
type leftAt struct{ number int64 }

var _ sql.ExecBuilderNode = (*numberer)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (n *numberer) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	child, err := b.Build(ctx, n.Child, row)
	if err != nil || Asking(ctx) {
		return child, err
	}
	return &plainRows{child, n.settings(ctx).numbering(n.Child, row, n.repeated), n.pairs}, nil
}

// Carried is the plan that EXPLAIN shows for this node.
func (n *numberer) Carried() sql.Node { return n.Child }

// Schema implements sql.Node.
func (n *numberer) Schema() sql.Schema { return n.Child.Schema() }

// IsReadOnly implements sql.Node.
func (n *numberer) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *numberer) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *numberer) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &numberer{plan.UnaryNode{Child: children[0]}, n.settings, n.pairs, n.repeated}, nil
}

// onPairs is the condition of a join, whose pairs have the numbers of their rows of
// the left side.
type onPairs struct {
	sql.Expression
	settings SettingsFunc
	pairs    *leftAt
}

// Eval implements sql.Expression.
func (o *onPairs) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	if !Asking(ctx) {
		o.settings(ctx).Numbers.note(row, o.pairs.number)
	}
	return o.Expression.Eval(ctx, row)
}

// Children implements sql.Expression.
func (o *onPairs) Children() []sql.Expression { return []sql.Expression{o.Expression} }

// WithChildren implements sql.Expression.
func (o *onPairs) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(o, len(children), 1)
	}
	return &onPairs{children[0], o.settings, o.pairs}, nil
}

// numberedPairs returns a join that calls models in its condition, which is not asked
// ahead, with its pairs numbered. Merge joins read their rows before they need them,
// and stay as they are.
func (p planner) numberedPairs(n *plan.JoinNode, left sql.Node) (*plan.JoinNode, sql.Node) {
	if n.Filter == nil || !HasCall(n.Filter) || n.Op.IsMerge() || n.Op.IsRange() || n.Op.IsLateral() {
		return n, left
	}
	pairs := &leftAt{}
	return n.WithFilter(&onPairs{n.Filter, p.settings, pairs}), &numberer{plan.UnaryNode{Child: left}, p.settings, pairs, p.repeated}
}

// numberedBelow returns a node with the rows numbered that it calls models on one
// by one.
func (p planner) numberedBelow(n sql.Node) (sql.Node, error) {
	switch n.(type) {
	case *plan.Filter, *plan.Project, *plan.Having, *Computed:
	default:
		return n, nil
	}
	if with, ok := n.(sql.Expressioner); !ok || !anyCalls(with.Expressions()) {
		return n, nil
	}
	return n.WithChildren(&numberer{plan.UnaryNode{Child: n.Children()[0]}, p.settings, nil, p.repeated})
}
