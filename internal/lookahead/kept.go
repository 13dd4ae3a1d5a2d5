package lookahead

import (
	"errors"
	"io"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// guarded keeps what stands above it from taking rows for all rows that were
// read while an answer was not known: some expressions pass over that.
type guarded struct {
	plan.UnaryNode
	// kept has the rows once they were read to their end; nil keeps none.
	kept *keptRows
}

// keptRows are the rows of a plan that is the same for all who run it.
type keptRows struct {
	// first is true when only the first row is ever read.
	first bool

	mu    sync.Mutex
	whole bool
	rows  []sql.Row
}

var _ sql.ExecBuilderNode = (*guarded)(nil)

func newGuarded(child sql.Node, kept *keptRows) *guarded {
	return &guarded{plan.UnaryNode{Child: child}, kept}
}

// BuildRowIter implements sql.ExecBuilderNode.
func (n *guarded) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	if rows, whole := n.kept.get(); whole {
		if len(rows) == 0 {
			return plan.EmptyIter, nil
		}
		return sql.RowsToRowIter(rows...), nil
	}
	rows, err := b.Build(ctx, n.Child, row)
	if err != nil {
		return nil, err
	}
	return &guardedRows{RowIter: rows, asker: askerFrom(ctx), kept: n.kept}, nil
}

func (k *keptRows) get() (rows []sql.Row, whole bool) {
	if k == nil {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rows, k.whole
}

func (k *keptRows) set(rows []sql.Row) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rows, k.whole = rows, true
}

type guardedRows struct {
	sql.RowIter
	asker *asker
	kept  *keptRows
	rows  []sql.Row
}

// Next implements sql.RowIter.
func (r *guardedRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := r.RowIter.Next(ctx)
	switch {
	case err == nil && r.kept != nil:
		if r.rows = append(r.rows, row); r.kept.first && r.asker.awaited() == nil {
			r.kept.set(r.rows)
		}
	case errors.Is(err, io.EOF) && r.asker.awaited() != nil:
		return nil, errAsked{}
	case errors.Is(err, io.EOF) && r.kept != nil:
		r.kept.set(r.rows)
	}
	return row, err
}

// Carried is the plan that EXPLAIN shows for this node.
func (n *guarded) Carried() sql.Node { return n.Child }

// Schema implements sql.Node.
func (n *guarded) Schema() sql.Schema { return n.Child.Schema() }

// IsReadOnly implements sql.Node.
func (n *guarded) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *guarded) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *guarded) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return newGuarded(children[0], n.kept), nil
}
