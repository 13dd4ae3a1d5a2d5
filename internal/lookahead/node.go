package lookahead

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// Node reads the rows of its child ahead for the node above it.
type Node struct {
	plan.UnaryNode
	ask      ask
	settings SettingsFunc
	// first is how many rows are read ahead at first below a LIMIT, where rows may
	// be left over; zero elsewhere.
	first int
	// most is how many rows are read at most, where a LIMIT says so; 0 is any
	// number.
	most int64
	// repeated is true where the rows are read for each row of a query around.
	repeated bool
}

var (
	_ sql.ExecBuilderNode = (*Node)(nil)
	_ sql.Disposable      = (*Node)(nil)
)

// BuildRowIter implements sql.ExecBuilderNode.
func (n *Node) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	child, err := b.Build(ctx, n.Child, row)
	if err != nil {
		return nil, err
	}
	if Foreseeing(ctx) {
		return child, nil
	}
	s := n.settings(ctx)
	if outer := askerFrom(ctx); outer != nil {
		return newRowsWithin(child, n, s, outer), nil
	}
	numbers := s.numbering(n.Child, row, n.repeated)
	rows := sql.RowIter(&plainRows{RowIter: child, numbering: numbers})
	if !s.Off && s.Memo != nil {
		ahead := newRows(child, n, s)
		ahead.asker.builder, ahead.numbers = b, numbers
		rows = ahead
	}
	return s.Progress.follow(rows, func() (uint64, bool) {
		if n.first > 0 || len(row) > 0 { // a row of a query around it: it is run for others, too
			return 0, false
		}
		return rowsOf(ctx, n.Child)
	}), nil
}

// Dispose implements sql.Disposable: copies of subqueries keep what these do.
func (n *Node) Dispose() {
	for _, e := range n.ask.copies {
		sql.Inspect(e, func(e sql.Expression) bool {
			sql.Dispose(e)
			return true
		})
	}
}

// Calls are the model calls that are asked for, as the statement has them.
func (n *Node) Calls() []sql.Expression { return n.ask.calls }

// Schema implements sql.Node.
func (n *Node) Schema() sql.Schema { return n.Child.Schema() }

// IsReadOnly implements sql.Node.
func (n *Node) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *Node) String() string {
	texts := make([]string, len(n.ask.calls))
	for i, call := range n.ask.calls {
		texts[i] = call.String()
	}
	p := sql.NewTreePrinter()
	_ = p.WriteNode("Lookahead(%s)", strings.Join(texts, ", "))
	_ = p.WriteChildren(n.Child.String())
	return p.String()
}

// WithChildren implements sql.Node.
func (n *Node) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	with := *n
	with.Child = children[0]
	return &with, nil
}
