package lookahead

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// rightFirst reads the right side of an inner join before the left one, where it is
// kept and calls stand on the left. The engine ends such a join at the second left row
// when the right side has turned out to be empty, which is not known while the left
// one is read ahead: so it is found out first, and no call is made in vain.
type rightFirst struct{ plan.UnaryNode }

var _ sql.ExecBuilderNode = (*rightFirst)(nil)

// endsEarly returns a join that reads its right side first, if it needs to.
func endsEarly(n *plan.JoinNode, d demand) sql.Node {
	if d != all || !inner(n.Op) || n.Op.IsMerge() || keptSide(n.Right()) == nil {
		return n
	}
	lookup, ok := n.Right().(*plan.HashLookup)
	if !HasCalls(n.Left()) && (!ok || !anyCalls([]sql.Expression{lookup.LeftProbeKey})) {
		return n
	}
	return &rightFirst{plan.UnaryNode{Child: n}}
}

// keptSide is the node that keeps the rows of a join's right side, nil where none does
// or where others stand above it.
func keptSide(n sql.Node) sql.Node {
	if lookup, ok := n.(*plan.HashLookup); ok {
		n = lookup.Child
	}
	switch kept := n.(type) {
	case *plan.CachedResults:
		return kept
	case *guarded:
		if kept.kept != nil {
			return kept
		}
	}
	return nil
}

// BuildRowIter implements sql.ExecBuilderNode.
func (n *rightFirst) BuildRowIter(_ *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	join, ok := n.Child.(*plan.JoinNode)
	if !ok {
		return nil, errNoJoin
	}
	return &rightFirstRows{join: join, builder: b, around: row}, nil
}

type rightFirstRows struct {
	join    *plan.JoinNode
	builder sql.NodeExecBuilder
	around  sql.Row
	// rows are those of the join, nil before the first.
	rows sql.RowIter
}

// Next implements sql.RowIter.
func (r *rightFirstRows) Next(ctx *sql.Context) (sql.Row, error) {
	if r.rows == nil {
		empty, err := r.empty(ctx)
		if err != nil {
			return nil, err
		}
		if empty {
			return nil, io.EOF
		}
		if r.rows, err = r.builder.Build(ctx, r.join, r.around); err != nil {
			return nil, err
		}
	}
	return r.rows.Next(ctx)
}

// empty reads the right side to its end, which keeps its rows, and reports whether
// there are none. It reads nothing of the left row, in whose place NULLs stand.
func (r *rightFirstRows) empty(ctx *sql.Context) (bool, error) {
	row := make(sql.Row, len(r.around)+len(r.join.Left().Schema()))
	copy(row, r.around)
	rows, err := r.builder.Build(ctx, keptSide(r.join.Right()), row)
	if err != nil {
		return false, err
	}
	n := 0
	for ; err == nil; n++ {
		_, err = rows.Next(ctx)
	}
	closed := rows.Close(ctx)
	if !errors.Is(err, io.EOF) {
		return false, err
	}
	return n == 1, closed
}

// Close implements sql.RowIter.
func (r *rightFirstRows) Close(ctx *sql.Context) error {
	if r.rows == nil {
		return nil
	}
	return r.rows.Close(ctx)
}

// Carried is the join, which EXPLAIN shows.
func (n *rightFirst) Carried() sql.Node { return n.Child }

// Schema implements sql.Node.
func (n *rightFirst) Schema() sql.Schema { return n.Child.Schema() }

// IsReadOnly implements sql.Node.
func (n *rightFirst) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *rightFirst) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *rightFirst) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &rightFirst{plan.UnaryNode{Child: children[0]}}, nil
}
