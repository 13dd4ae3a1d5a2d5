package write

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/assign"
	"airglow/internal/lookahead"
)

// assignInsert makes the values of an INSERT assigned ones. The engine has put a
// projection to the table's columns over the rows, below the triggers that run
// before.
func assignInsert(n *plan.InsertInto, room Room) (sql.Node, transform.TreeIdentity, error) {
	row := &rowNumber{room: room}
	source, same, err := assignSource(n.Source, n, row)
	if err != nil || same == transform.SameTree {
		return n, transform.SameTree, err
	}
	with := *n
	if len(n.OnDupExprs) > 0 {
		// Rows may have been read ahead of the one that is written.
		written := &rowNumber{}
		source = &countedRows{plan.UnaryNode{Child: source}, written, true}
		with.OnDupExprs, _ = assignFields(n.OnDupExprs, &assigned{row: written, ignore: n.Ignore})
	}
	return with.WithSource(source), transform.NewTree, nil
}

func assignSource(source sql.Node, n *plan.InsertInto, row *rowNumber) (sql.Node, transform.TreeIdentity, error) {
	switch source := source.(type) {
	case *plan.TriggerExecutor:
		left, same, err := assignSource(source.Left(), n, row)
		if err != nil || same == transform.SameTree {
			return source, transform.SameTree, err
		}
		with, err := source.WithChildren(left, source.Right())
		return with, transform.NewTree, err
	case *lookahead.Node: // of what triggers do with the rows, or ON DUPLICATE KEY UPDATE
		child, same, err := assignSource(source.Child, n, row)
		if err != nil || same == transform.SameTree {
			return source, transform.SameTree, err
		}
		with, err := source.WithChildren(child)
		return with, transform.NewTree, err
	case *plan.Project:
		if _, done := source.Child.(*countedRows); done {
			return source, transform.SameTree, nil
		}
		exprs, err := assignProjections(source, n, row)
		if err != nil {
			return nil, transform.SameTree, err
		}
		counted := &countedRows{plan.UnaryNode{Child: nameDefaults(source.Child, n, row)}, row, n.Ignore}
		return plan.NewProject(exprs, counted), transform.NewTree, nil
	}
	return source, transform.SameTree, nil
}

// assignProjections makes the projections that take a value from the rows
// assigned ones. The others are defaults.
func assignProjections(p *plan.Project, n *plan.InsertInto, row *rowNumber) ([]sql.Expression, error) {
	values, isValues := p.Child.(*plan.Values)
	exprs, schema := make([]sql.Expression, len(p.Projections)), n.Destination.Schema()
	for i, e := range p.Projections {
		exprs[i] = e
		switch {
		case n.DeferredDefaults.Contains(i):
			exprs[i] = &implicitDefault{column: schema[i], ignore: n.Ignore, row: row}
			continue
		case isDefault(e):
			continue
		}
		pattern := assigned{name: schema[i].Name, to: schema[i].Type, row: row, ignore: n.Ignore,
			implicit: mayBeImplicit(schema[i]) && (n.Ignore || !isValues || len(values.ExpressionTuples) > 1)}
		if field, ok := e.(*expression.GetField); ok && isValues { // as nearly always
			exprs[i] = pattern.of(field, nil)
			continue
		}
		var err error
		exprs[i], _, err = transform.Expr(e, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
			field, ok := e.(*expression.GetField)
			if !ok {
				return e, transform.SameTree, nil
			}
			var typ sql.Type
			if from := p.Child.Schema(); !isValues && field.Index() < len(from) {
				typ = from[field.Index()].Type
			}
			return pattern.of(field, typ), transform.NewTree, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return exprs, nil
}

// of is a value of the form of a pattern: that of a field, of a type that may be nil.
func (a assigned) of(field sql.Expression, from sql.Type) *assigned {
	a.Child, a.from = field, from
	return &a
}

// nameDefaults puts the defaults that do not exist into VALUES, where the engine
// has nothing for DEFAULT.
func nameDefaults(rows sql.Node, n *plan.InsertInto, row *rowNumber) sql.Node {
	values, ok := rows.(*plan.Values)
	if !ok {
		return rows
	}
	schema := n.Destination.Schema()
	for _, tuple := range values.ExpressionTuples {
		for i, e := range tuple {
			if !isNoDefault(e) || i >= len(n.ColumnNames) {
				continue
			}
			if at := schema.IndexOfColName(n.ColumnNames[i]); at >= 0 && lacksDefault(schema[at]) {
				tuple[i] = &explicitDefault{implicitDefault{column: schema[at], ignore: n.Ignore, row: row}}
			}
		}
	}
	return values
}

func mayBeImplicit(column *sql.Column) bool { return !column.Nullable && !column.AutoIncrement }

// implicitDefault is the value of a column that must have one, has no default,
// and was not given any.
type implicitDefault struct {
	column *sql.Column
	ignore bool
	row    *rowNumber
}

// Eval implements sql.Expression. NULL makes the engine raise MySQL's error. An
// ENUM has its first member for a default.
func (d *implicitDefault) Eval(ctx *sql.Context, _ sql.Row) (any, error) {
	if types.IsEnum(d.column.Type) {
		return assign.Implicit(d.column.Type), nil
	}
	if !d.ignore && sql.LoadSqlMode(ctx).Strict() {
		return nil, nil
	}
	if d.row.n == 1 { // MySQL says it once
		ctx.Warn(1364, "Field '%s' doesn't have a default value", d.column.Name)
	}
	return assign.Implicit(d.column.Type), nil
}

// Children implements sql.Expression.
func (d *implicitDefault) Children() []sql.Expression { return nil }

// Type implements sql.Expression.
func (d *implicitDefault) Type() sql.Type { return d.column.Type }

// Resolved implements sql.Expression.
func (d *implicitDefault) Resolved() bool { return true }

// IsNullable implements sql.Expression.
func (d *implicitDefault) IsNullable() bool { return true }

// String implements sql.Expression. Plans show what the engine has there.
func (d *implicitDefault) String() string { return "" }

// WithChildren implements sql.Expression.
func (d *implicitDefault) WithChildren(...sql.Expression) (sql.Expression, error) { return d, nil }

// countedRows are the rows that an INSERT takes, counted.
type countedRows struct {
	plan.UnaryNode
	row *rowNumber
	// ignore is true where a warning about a row stays one, as with IGNORE.
	ignore bool
}

var _ sql.ExecBuilderNode = (*countedRows)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (c *countedRows) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	c.row.n = 0
	rows, err := strictly(ctx, c.ignore, func() (sql.RowIter, error) { return b.Build(ctx, c.Child, row) })
	if err != nil {
		return nil, err
	}
	return &countedIter{rows, c}, nil
}

// Schema implements sql.Node.
func (c *countedRows) Schema() sql.Schema { return c.Child.Schema() }

// Carried implements explain.Carrier.
func (c *countedRows) Carried() sql.Node { return c.Child }

// IsReadOnly implements sql.Node.
func (c *countedRows) IsReadOnly() bool { return c.Child.IsReadOnly() }

// String implements sql.Node. Plans show what the statement says.
func (c *countedRows) String() string { return c.Child.String() }

// WithChildren implements sql.Node.
func (c *countedRows) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), 1)
	}
	return &countedRows{plan.UnaryNode{Child: children[0]}, c.row, c.ignore}, nil
}

type countedIter struct {
	sql.RowIter
	of *countedRows
}

// Next implements sql.RowIter.
func (i *countedIter) Next(ctx *sql.Context) (sql.Row, error) {
	if err := i.of.row.next(); err != nil {
		return nil, err
	}
	return strictly(ctx, i.of.ignore, func() (sql.Row, error) { return i.RowIter.Next(ctx) })
}
