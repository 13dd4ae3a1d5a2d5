package procedure

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// callOther runs CALL in a body. An argument that is a variable goes with its
// value and as the place where an OUT parameter's value is put.
func (f *frame) callOther(ctx *sql.Context, s *scope, stmt *ast.Call) error {
	inner := s.substitute(stmt).(*ast.Call)
	for i, param := range stmt.Params {
		column, ok := param.(*ast.ColName)
		if !ok || !column.Qualifier.IsEmpty() {
			continue
		}
		if v := s.variable(column.Name.Lowered()); v != nil {
			inner.Params[i] = ast.InjectedExpr{Expression: &argument{target: v}, Auth: ignored}
		}
	}
	f.begin(ctx)
	f.published = nil
	self, _ := ctx.Value(activeKey{}).(*active)
	self.called = nil
	result, err := f.query(ctx, inner)
	if _, known := f.callees[stmt]; !known {
		f.callees[stmt] = callee{self.called}
	}
	if err != nil {
		return err
	}
	f.collect(ctx)
	if result.returnsRows() {
		return f.deliver(ctx, result)
	}
	f.affected = result.affected()
	return nil
}

// argument is a variable of the caller as the argument of a CALL.
type argument struct{ target *variable }

var _ sql.Expression = (*argument)(nil)

// WithResolvedChildren implements sqlparser.Injectable.
func (a *argument) WithResolvedChildren([]any) (any, error) { return a, nil }

// Eval implements sql.Expression.
func (a *argument) Eval(*sql.Context, sql.Row) (any, error) { return a.target.value, nil }

// Type implements sql.Expression.
func (a *argument) Type() sql.Type { return a.target.typ }

// IsNullable implements sql.Expression.
func (a *argument) IsNullable() bool { return true }

// Resolved implements sql.Expression.
func (a *argument) Resolved() bool { return true }

// Children implements sql.Expression.
func (a *argument) Children() []sql.Expression { return nil }

// WithChildren implements sql.Expression.
func (a *argument) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(a, len(children), 0)
	}
	return a, nil
}

// String implements sql.Expression.
func (a *argument) String() string {
	return fmt.Sprint(expression.NewLiteral(a.target.value, a.target.typ))
}
