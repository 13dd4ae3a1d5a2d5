// Package write has the statements that change rows do so by MySQL's rules, where the
// engine has others:
//
//   - assign.go and assigninsert.go give columns their values, default.go those that
//     were given none.
//   - strict.go makes errors of warnings in strict mode.
//   - constraint.go names the keys of which rows are duplicates, and the columns of
//     foreign keys.
//   - createselect.go leaves no table when the SELECT that fills it fails.
package write

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/assign"
)

// rowNumber is the number of the row that a statement writes, from 1. It is a
// part of the statement's plan: the expressions of a row share it.
type rowNumber struct {
	n    int64
	room Room
}

// next counts a row, for which there must be room.
func (r *rowNumber) next() error {
	r.n++
	return r.room.check()
}

// Room returns why nothing may be written, and nil where something may. A Room that is
// nil always has room.
type Room func() error

func (r Room) check() error {
	if r == nil {
		return nil
	}
	return r()
}

// assigned is a value that a column is given, converted as MySQL does. The
// engine converts it once more, to itself.
type assigned struct {
	expression.UnaryExpressionStub
	// name and to are the column's name and type.
	name string
	to   sql.Type
	// from is the value's type; nil when it differs from row to row.
	from sql.Type
	row  *rowNumber
	// first is true for the expression that is evaluated first in each row and
	// so counts the rows.
	first  bool
	ignore bool
	// implicit is true when NULL stands for the implicit default of a column
	// that must have a value, with IGNORE and outside strict mode.
	implicit bool
}

// Eval implements sql.Expression.
func (a *assigned) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	if a.first {
		if err := a.row.next(); err != nil {
			return nil, err
		}
	}
	value, err := strictly(ctx, a.ignore, func() (any, error) { return a.Child.Eval(ctx, row) })
	if err != nil {
		return nil, err
	}
	if value == nil && a.implicit && (a.ignore || !sql.LoadSqlMode(ctx).Strict()) {
		ctx.Warn(1048, "Column '%s' cannot be null", a.name)
		return assign.Implicit(a.to), nil
	}
	target := assign.Target{Name: a.name, Type: a.to, Row: a.row.n, Ignore: a.ignore}
	return target.Take(ctx, assign.Value{Value: value, Type: a.from})
}

// Type implements sql.Expression.
func (a *assigned) Type() sql.Type { return a.Child.Type() }

// String implements sql.Expression. Plans show what the statement says.
func (a *assigned) String() string { return a.Child.String() }

// WithChildren implements sql.Expression.
func (a *assigned) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(a, len(children), 1)
	}
	with := *a
	with.Child = children[0]
	return &with, nil
}

// Assign makes the values that INSERT and UPDATE give to columns
// assigned ones, and the conditions of UPDATE and DELETE strict. The room is looked at
// for each row.
func Assign(n sql.Node, room Room) (sql.Node, transform.TreeIdentity, error) {
	switch n := n.(type) {
	case *plan.InsertInto:
		return assignInsert(n, room)
	case *plan.UpdateSource:
		exprs, same := assignFields(n.UpdateExprs, &assigned{row: &rowNumber{room: room}, first: true, ignore: n.Ignore})
		if same {
			return n, transform.SameTree, nil
		}
		return plan.NewUpdateSource(n.Child, n.Ignore, exprs), transform.NewTree, nil
	case *plan.Update:
		return strictConditions(n, n.Ignore)
	case *plan.DeleteFrom:
		return strictConditions(n, false)
	}
	return n, transform.SameTree, nil
}

// AssignWhole is Assign for a whole INSERT, UPDATE or DELETE that has nothing else to
// replace in it: nearly every one. ok is false for other statements.
func AssignWhole(n sql.Node, room Room) (changed sql.Node, ok bool, err error) {
	switch n := n.(type) {
	case *plan.InsertInto:
		changed, _, err = assignInsert(n, room)
		return changed, true, err
	case *plan.Update:
		if source, isSource := n.Child.(*plan.UpdateSource); isSource {
			changed, err = assignUpdate(n, source, room)
			return changed, true, err
		}
	case *plan.DeleteFrom:
		changed, err = strictDelete(n)
		return changed, true, err
	}
	return n, false, nil
}

func assignUpdate(n *plan.Update, source *plan.UpdateSource, room Room) (sql.Node, error) {
	exprs, sameValues := assignFields(source.UpdateExprs, &assigned{row: &rowNumber{room: room}, first: true, ignore: source.Ignore})
	child, sameRows, err := strictConditions(source.Child, n.Ignore)
	if err != nil || sameValues && bool(sameRows) {
		return n, err
	}
	with := *n
	with.Child = plan.NewUpdateSource(child, source.Ignore, exprs)
	return &with, nil
}

// assignFields gives the values of SET and ON DUPLICATE KEY UPDATE the form of a
// pattern, the first of them that of the pattern's first.
func assignFields(exprs []sql.Expression, pattern *assigned) (list []sql.Expression, same bool) {
	list, same = make([]sql.Expression, len(exprs)), true
	copy(list, exprs)
	for i, e := range exprs {
		set, ok := e.(*expression.SetField)
		if !ok {
			continue
		}
		field, ok := set.LeftChild.(*expression.GetField)
		if _, done := set.RightChild.(*assigned); !ok || done {
			continue
		}
		if isNoDefault(set.RightChild) && !field.IsNullable() {
			column := &sql.Column{Name: field.Name(), Type: field.Type()}
			set = &expression.SetField{BinaryExpressionStub: set.BinaryExpressionStub}
			set.RightChild = &explicitDefault{implicitDefault{column: column, ignore: pattern.ignore, row: pattern.row}}
		}
		if isDefault(set.RightChild) {
			continue
		}
		value := *pattern
		value.Child, value.from, value.name, value.to = set.RightChild, set.RightChild.Type(), field.Name(), field.Type()
		value.first, value.implicit = pattern.first && same, !field.IsNullable()
		list[i], same = expression.NewSetField(field, &value), false
	}
	return list, same
}

// isNoDefault reports whether an expression is DEFAULT for a column that has
// none.
func isNoDefault(e sql.Expression) bool {
	if wrapper, ok := e.(*expression.Wrapper); ok {
		e = wrapper.Unwrap()
	}
	if of, ok := e.(*sql.ColumnDefaultValue); ok {
		return of == nil
	}
	return e == nil
}

// isDefault reports whether an expression is a column's default, which the
// engine treats by itself.
func isDefault(e sql.Expression) bool {
	if wrapper, ok := e.(*expression.Wrapper); ok {
		e = wrapper.Unwrap()
	}
	switch e.(type) {
	case *sql.ColumnDefaultValue, plan.ColDefaultExpression:
		return true
	}
	return e == nil
}
