package lookahead

import (
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// metRows are, of the rows of an INSERT, those that meet one of the table, each behind
// that.
type metRows struct {
	plan.UnaryNode
	meets *meets
}

var _ sql.ExecBuilderNode = (*metRows)(nil)

// Met returns the rows that the assignments after ON DUPLICATE KEY UPDATE will be
// evaluated on, and their values: of those that the INSERT takes the ones that meet one of
// the table, or one that comes before them, in whose place they stand themselves. ok is
// false where that cannot be looked up. It is for estimates: nothing is written.
func Met(ctx *sql.Context, n *plan.InsertInto) (rows sql.Node, values []sql.Expression, ok bool) {
	keys := planner{ctx: ctx}.keysOf(n)
	if len(keys) == 0 || n.Ignore {
		return nil, nil, false
	}
	for _, e := range n.OnDupExprs {
		values = append(values, e.Children()[1:]...)
	}
	return &metRows{plan.UnaryNode{Child: n.Source}, meetsOf(n, keys)}, values, true
}

// BuildRowIter implements sql.ExecBuilderNode.
func (n *metRows) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	rows, err := b.Build(ctx, n.Child, row)
	if err != nil {
		return nil, err
	}
	return &metIter{rows, n.meets.begin()}, nil
}

type metIter struct {
	sql.RowIter
	meeting *meeting
}

// Next implements sql.RowIter.
func (i *metIter) Next(ctx *sql.Context) (sql.Row, error) {
	for {
		row, err := i.RowIter.Next(ctx)
		if err != nil {
			return nil, err
		}
		switch met, known := i.meeting.row(ctx, row); {
		case i.meeting.ended:
			return nil, io.EOF
		case met != nil:
			return met, nil
		case !known:
			return append(row[:len(row):len(row)], row...), nil
		}
	}
}

// Schema implements sql.Node: the table's columns, and those again of the new row.
func (n *metRows) Schema() sql.Schema { return append(n.meets.schema.Copy(), n.meets.schema...) }

// IsReadOnly implements sql.Node.
func (n *metRows) IsReadOnly() bool { return true }

// String implements sql.Node.
func (n *metRows) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *metRows) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &metRows{plan.UnaryNode{Child: children[0]}, n.meets}, nil
}
