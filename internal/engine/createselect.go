package engine

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// createSelect is CREATE TABLE … SELECT that leaves no table when its SELECT
// fails, as in MySQL: with model calls in it, that is no rare case. The engine
// commits the empty table before it fills it.
type createSelect struct{ *plan.TableCopier }

var _ sql.ExecBuilderNode = (*createSelect)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (c *createSelect) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	table := c.Destination.(*plan.CreateTable)
	_, existed, err := table.Database().GetTableInsensitive(ctx, table.Name())
	if err != nil {
		return nil, err
	}
	iter, err := b.Build(ctx, c.TableCopier, row)
	if existed {
		return iter, err
	}
	if err != nil {
		leaveNothing(ctx, table)
		return nil, err
	}
	return &createSelectRows{RowIter: iter, table: table}, nil
}

// createSelectRows drops the table when a row fails.
type createSelectRows struct {
	sql.RowIter
	table *plan.CreateTable
}

// Next implements sql.RowIter.
func (r *createSelectRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := r.RowIter.Next(ctx)
	if err == nil || errors.Is(err, io.EOF) {
		missed := overlooked(ctx)
		if missed == nil {
			return row, err
		}
		err = missed
	}
	leaveNothing(ctx, r.table)
	return nil, err
}

// GetChildIter implements sql.MutableRowIter: the engine looks through it for
// what counts the rows.
func (r *createSelectRows) GetChildIter() sql.RowIter { return r.RowIter }

// WithChildIter implements sql.MutableRowIter.
func (r *createSelectRows) WithChildIter(child sql.RowIter) sql.RowIter {
	return &createSelectRows{RowIter: child, table: r.table}
}

// leaveNothing drops the table of a failed statement. Should that fail too, the
// client is told of the first failure, and of this one by a warning.
func leaveNothing(ctx *sql.Context, table *plan.CreateTable) {
	if err := dropTable(ctx, table); err != nil {
		ctx.Warn(codeSubstituted, "the empty table '%s' remains: %v", table.Name(), err)
	}
}

// dropTable drops a table that the statement has just made.
func dropTable(ctx *sql.Context, table *plan.CreateTable) error {
	dropper, ok := table.Database().(sql.TableDropper)
	if !ok {
		return nil
	}
	if err := dropper.DropTable(ctx, table.Name()); err != nil {
		return err
	}
	return commitBefore(ctx)
}

// WithChildren implements sql.Node.
func (c *createSelect) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := c.TableCopier.WithChildren(children...)
	if copier, ok := n.(*plan.TableCopier); ok && err == nil {
		return &createSelect{copier}, nil
	}
	return n, err
}
