package write

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/diagnostics"
	"airglow/internal/engine/current"
)

// strictly evaluates a part of a statement that changes data. In strict mode
// MySQL makes errors of the warnings that such a statement raises; the engine
// leaves them.
func strictly[T any](ctx *sql.Context, ignore bool, evaluate func() (T, error)) (T, error) {
	before := ctx.WarningCount()
	value, err := evaluate()
	if err == nil { // before anything is written
		err = current.Overlooked(ctx)
	}
	if err != nil || ignore || ctx.WarningCount() == before {
		return value, err
	}
	warnings := ctx.Session.Warnings() // the newest first
	return value, diagnostics.Refused(ctx, warnings[:max(len(warnings)-int(before), 0)])
}

// strictConditions makes the conditions of UPDATE and DELETE strict ones.
func strictConditions(n sql.Node, ignore bool) (sql.Node, transform.TreeIdentity, error) {
	if filter, ok := n.(*plan.Filter); ok && isTable(filter.Child) {
		return strictFilter(filter, ignore)
	}
	if isTable(n) {
		return n, transform.SameTree, nil
	}
	return transform.Node(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		if filter, ok := n.(*plan.Filter); ok {
			return strictFilter(filter, ignore)
		}
		return n, transform.SameTree, nil
	})
}

// strictDelete is strictConditions for a whole DELETE.
func strictDelete(n *plan.DeleteFrom) (sql.Node, error) {
	child, same, err := strictConditions(n.Child, false)
	if err != nil || same == transform.SameTree {
		return n, err
	}
	return n.WithChildren(child)
}

// isTable reports whether a node reads a table and has none below it, as nearly all
// changes have it.
func isTable(n sql.Node) bool {
	switch n.(type) {
	case *plan.IndexedTableAccess, *plan.ResolvedTable:
		return true
	}
	return false
}

func strictFilter(filter *plan.Filter, ignore bool) (sql.Node, transform.TreeIdentity, error) {
	if _, done := filter.Expression.(*strictCondition); done {
		return filter, transform.SameTree, nil
	}
	condition := &strictCondition{expression.UnaryExpressionStub{Child: filter.Expression}, ignore}
	return plan.NewFilter(condition, filter.Child), transform.NewTree, nil
}

// strictCondition is a condition whose warnings are errors in strict mode.
type strictCondition struct {
	expression.UnaryExpressionStub
	ignore bool
}

// Eval implements sql.Expression.
func (c *strictCondition) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	return strictly(ctx, c.ignore, func() (any, error) { return c.Child.Eval(ctx, row) })
}

// Type implements sql.Expression.
func (c *strictCondition) Type() sql.Type { return c.Child.Type() }

// String implements sql.Expression. Plans show what the statement says.
func (c *strictCondition) String() string { return c.Child.String() }

// WithChildren implements sql.Expression.
func (c *strictCondition) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), 1)
	}
	return &strictCondition{expression.UnaryExpressionStub{Child: children[0]}, c.ignore}, nil
}
