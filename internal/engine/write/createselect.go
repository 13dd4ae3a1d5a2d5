package write

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/current"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/transaction"
	"airglow/internal/mysqlerr"
)

// createSelect is CREATE TABLE … SELECT that leaves no table when its SELECT
// fails, as in MySQL: with model calls in it, that is no rare case. The engine
// commits the empty table before it fills it.
type createSelect struct {
	*plan.TableCopier
	room Room
}

var _ sql.ExecBuilderNode = (*createSelect)(nil)

// NewCreateSelect is CREATE TABLE … SELECT in the place of the engine's node for a table
// that is not there yet. room is as Constrain has it.
func NewCreateSelect(n *plan.TableCopier, room Room) sql.Node { return &createSelect{n, room} }

// BuildRowIter implements sql.ExecBuilderNode.
func (c *createSelect) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	table := c.Destination.(*plan.CreateTable)
	_, existed, err := table.Database().GetTableInsensitive(ctx, table.Name())
	switch {
	case err != nil:
		return nil, err
	case existed && table.IfNotExists():
		fault.Note(ctx, mysqlerr.New(1050, "Table '"+table.Name()+"' already exists"))
		return sql.RowsToRowIter(sql.NewRow(types.NewOkResult(0))), nil
	}
	if _, err = b.Build(ctx, table, row); err != nil {
		return nil, err
	}
	iter, err := c.fill(ctx, b, row)
	if err != nil {
		leaveNothing(ctx, table)
		return nil, err
	}
	return &createSelectRows{RowIter: iter, table: table}, nil
}

// fill inserts the rows of the SELECT, each value by the name of its column and
// by MySQL's rules of assignment. The engine puts them in by their places.
func (c *createSelect) fill(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	create := c.Destination.(*plan.CreateTable)
	table, exists, err := c.Database().GetTableInsensitive(ctx, create.Name())
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, mysqlerr.Internal("table not created")
	}
	counted := &rowNumber{room: c.room}
	schema := create.PkSchema().Schema
	exprs := make([]sql.Expression, len(schema))
	for i, column := range schema {
		if exprs[i], err = c.valueOf(ctx, table, column, counted); err != nil {
			return nil, err
		}
	}
	given := plan.NewProject(exprs, &countedRows{plan.UnaryNode{Child: c.Source}, counted, false})
	rows, err := c.complete(schema, given)
	if err != nil {
		return nil, err
	}
	insert, _ := Constrain(plan.NewInsertInto(c.Database(), plan.NewResolvedTable(table, c.Database(), nil),
		rows, false, nil, nil, false), c.room)
	return b.Build(ctx, insert, row)
}

// complete computes what depends on the other columns of a row: generated
// columns, and defaults.
func (c *createSelect) complete(schema sql.Schema, given *plan.Project) (sql.Node, error) {
	exprs, same := make([]sql.Expression, len(schema)), transform.SameTree
	for i, column := range schema {
		exprs[i] = expression.NewGetField(i, column.Type, column.Name, column.Nullable)
		computed := column.Generated
		if computed == nil && c.selects(column) < 0 {
			computed = column.Default
		}
		if computed == nil {
			continue
		}
		of, _, err := transform.Expr(computed, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
			if field, ok := e.(*expression.GetField); ok {
				return field.WithIndex(schema.IndexOfColName(field.Name())), transform.NewTree, nil
			}
			return e, transform.SameTree, nil
		})
		if err != nil {
			return nil, err
		}
		exprs[i], same = of, transform.NewTree
	}
	if same == transform.SameTree {
		return given, nil
	}
	return plan.NewProject(exprs, given), nil
}

// selects is the place of a column in the SELECT, -1 when it has none.
func (c *createSelect) selects(column *sql.Column) int {
	return slices.IndexFunc(c.Source.Schema(), func(from *sql.Column) bool { return strings.EqualFold(from.Name, column.Name) })
}

// valueOf is what a column is given: a value of the SELECT, or NULL for now.
func (c *createSelect) valueOf(ctx *sql.Context, table sql.Table, column *sql.Column, counted *rowNumber) (sql.Expression, error) {
	if i := c.selects(column); i >= 0 {
		from := c.Source.Schema()[i]
		value := &assigned{name: column.Name, to: column.Type, from: from.Type, row: counted, implicit: mayBeImplicit(column)}
		value.Child = expression.NewGetField(i, from.Type, from.Name, from.Nullable)
		return autoIncremented(ctx, table, column, value)
	}
	if lacksDefault(column) {
		return &omittedDefault{implicitDefault{column: column, row: counted}}, nil
	}
	return autoIncremented(ctx, table, column, expression.NewLiteral(nil, column.Type))
}

// autoIncremented gives a column that counts its next number where it has none.
func autoIncremented(ctx *sql.Context, table sql.Table, column *sql.Column, value sql.Expression) (sql.Expression, error) {
	if !column.AutoIncrement {
		return value, nil
	}
	return expression.NewAutoIncrement(ctx, table, value)
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
		missed := current.Overlooked(ctx)
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
		ctx.Warn(fault.CodeUnnumbered, "the empty table '%s' remains: %v", table.Name(), err)
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
	return transaction.Commit(ctx)
}

// WithChildren implements sql.Node.
func (c *createSelect) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := c.TableCopier.WithChildren(children...)
	if copier, ok := n.(*plan.TableCopier); ok && err == nil {
		return &createSelect{copier, c.room}, nil
	}
	return n, err
}
