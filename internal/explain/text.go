package explain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// shown is an expression with a text of its own.
type shown struct {
	sql.Expression
	text string
}

// String implements fmt.Stringer.
func (s *shown) String() string { return s.text }

// Children implements sql.Expression.
func (s *shown) Children() []sql.Expression { return nil }

// expression is the text of an expression, in which a query is its number: the
// engine would print its plan there.
func (s *Statement) expression(e sql.Expression) string {
	if len(subqueries(e)) == 0 {
		return s.plain(e)
	}
	switch e := e.(type) {
	case *plan.Subquery:
		if q := s.numbers[e.Query]; q != nil {
			return fmt.Sprintf("(select #%d)", q.id())
		}
	case *plan.InSubquery:
		return fmt.Sprintf("(%s IN %s)", s.expression(e.Left()), s.expression(e.Right()))
	case *plan.ExistsSubquery:
		return "EXISTS " + s.expression(e.Query)
	}
	var children []sql.Expression
	for _, child := range e.Children() {
		children = append(children, &shown{child, s.expression(child)})
	}
	if out, err := e.WithChildren(children...); err == nil {
		return out.String()
	}
	return e.String()
}

// plain is the text of an expression without queries. The engine's text of an
// aggregate over a window is a tree of several lines.
func (s *Statement) plain(e sql.Expression) string {
	windowed, ok := e.(sql.WindowAdaptableExpression)
	if !ok || windowed.Window() == nil {
		return strings.ReplaceAll(newValues(e).String(), "\n", " ")
	}
	name := strings.ToLower(strings.TrimPrefix(reflect.TypeOf(e).Elem().Name(), "*"))
	if function, ok := e.(sql.FunctionExpression); ok {
		name = strings.ToLower(function.FunctionName())
	}
	window := windowed.Window()
	args := slices.DeleteFunc(slices.Clone(e.Children()), func(child sql.Expression) bool {
		return slices.Contains(window.ToExpressions(), child)
	})
	return fmt.Sprintf("%s(%s) %s", name, s.expressions(args), strings.TrimSpace(window.String()))
}

// newValues returns an expression with the columns of the new row of ON DUPLICATE KEY
// UPDATE in the words of the statement.
func newValues(e sql.Expression) sql.Expression {
	with, _, err := transform.Expr(e, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		field, ok := e.(*expression.GetField)
		if !ok || field.Table() != planbuilder.OnDupValuesPrefix {
			return e, transform.SameTree, nil
		}
		return &shown{field, "values(" + field.Name() + ")"}, transform.NewTree, nil
	})
	if err != nil { // it is the text alone that is less clear
		return e
	}
	return with
}

func (s *Statement) expressions(list []sql.Expression) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = s.expression(e)
	}
	return strings.Join(texts, ", ")
}

// conjunction is the text of conditions that all must hold.
func (s *Statement) conjunction(conditions []sql.Expression) string {
	texts := make([]string, len(conditions))
	for i, e := range conditions {
		texts[i] = parenthesized(s.expression(e))
	}
	return strings.Join(texts, " AND ")
}

func sortText(s *Statement, fields sql.SortFields) string {
	texts := make([]string, len(fields))
	for i, field := range fields {
		texts[i] = s.expression(field.Column)
		if field.Order == sql.Descending {
			texts[i] += " DESC"
		}
	}
	return strings.Join(texts, ", ")
}
