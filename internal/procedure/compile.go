package procedure

import (
	"reflect"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/transform"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/arithmetic"
)

// Most expressions of a body are sums, comparisons and calls of built-in
// functions over variables. Those are built once for each CALL and computed in
// place. All others run as a query each time: what reads tables, calls models,
// or is a function of the storage, which may need a transaction.

// compile returns the form of an expression that can be computed in place, nil
// when there is none. Where the expression stands in the body says what its
// names mean, so that once is enough, unless user variables are among them,
// which change their types.
func (f *frame) compile(ctx *sql.Context, s *scope, e ast.Expr) (sql.Expression, error) {
	if f.call.Catalog == nil {
		return nil, nil
	}
	known := reflect.TypeOf(e).Kind() == reflect.Pointer // others are small, and may be no keys
	if known {
		if found, ok := f.compiled[e]; ok {
			return found, nil
		}
	}
	found, err := f.build(ctx, s, e)
	if known && err == nil && !readsUserVariables(found) {
		f.compiled[e] = found
	}
	return found, err
}

func readsUserVariables(e sql.Expression) bool {
	return e != nil && transform.InspectExpr(e, func(part sql.Expression) bool {
		_, ok := part.(*expression.UserVar)
		return ok
	})
}

// build has the engine build an expression that can be computed in place.
func (f *frame) build(ctx *sql.Context, s *scope, e ast.Expr) (sql.Expression, error) {
	found, err := f.selected(ctx, s, e)
	if err != nil || found == nil || !computable(found) {
		return nil, err
	}
	found, _, err = transform.Expr(found, arithmetic.Check(ctx))
	return found, err
}

// selected has the engine build the expression of a query without tables, with
// slots in the place of variables.
func (f *frame) selected(ctx *sql.Context, s *scope, e ast.Expr) (sql.Expression, error) {
	query := &ast.Select{SelectExprs: ast.SelectExprs{&ast.AliasedExpr{Expr: f.slots(s).substituteExpr(e)}}}
	builder := planbuilder.New(ctx, f.call.Catalog, nil)
	node, _, err := builder.BindOnly(query, "", nil)
	if err != nil {
		return nil, err
	}
	project, ok := node.(*plan.Project)
	if !ok || len(project.Projections) != 1 {
		return nil, nil
	}
	found := project.Projections[0]
	if alias, ok := found.(*expression.Alias); ok {
		found = alias.Child
	}
	return found, nil
}

// computable reports whether all parts of an expression are the engine's own
// and need no rows.
func computable(e sql.Expression) bool {
	if !e.Resolved() {
		return false
	}
	return !transform.InspectExpr(e, func(part sql.Expression) bool {
		switch part.(type) {
		case *slot:
			return false
		case *expression.GetField, sql.Aggregation, sql.WindowAdaptableExpression:
			return true
		}
		t := reflect.TypeOf(part)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return !strings.HasPrefix(t.PkgPath(), expressionPackage) || keepsState(t.Name())
	})
}

// keepsState tells the kinds of expressions that keep what they made of their
// arguments, which for them are constants when no column is among them.
func keepsState(name string) bool {
	return name == "Like" || name == "JSONSearch" || name == "MatchAgainst" || strings.HasPrefix(name, "Regexp")
}

// expressionPackage is where the engine's expressions and functions are.
var expressionPackage = reflect.TypeFor[expression.Literal]().PkgPath()

// slot is a variable in a compiled expression.
type slot struct {
	frame *frame
	name  string
	typ   sql.Type
}

var (
	_ sql.Expression         = (*slot)(nil)
	_ sql.CollationCoercible = (*slot)(nil)
)

// Eval implements sql.Expression.
func (v *slot) Eval(*sql.Context, sql.Row) (any, error) {
	variable := v.frame.current.variable(v.name)
	if variable.unknown {
		v.frame.met = true
		return nil, errUnknown
	}
	return variable.value, nil
}

// Type implements sql.Expression.
func (v *slot) Type() sql.Type { return v.typ }

// IsNullable implements sql.Expression.
func (v *slot) IsNullable() bool { return true }

// Resolved implements sql.Expression.
func (v *slot) Resolved() bool { return true }

// Children implements sql.Expression.
func (v *slot) Children() []sql.Expression { return nil }

// WithChildren implements sql.Expression.
func (v *slot) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(v, len(children), 0)
	}
	return v, nil
}

// String implements sql.Expression.
func (v *slot) String() string { return v.name }

// CollationCoercibility implements sql.CollationCoercible.
func (v *slot) CollationCoercibility(ctx *sql.Context) (sql.CollationID, byte) {
	return typed{nil, v.typ}.collation(ctx)
}

// WithResolvedChildren implements sqlparser.Injectable.
func (v *slot) WithResolvedChildren([]any) (any, error) { return v, nil }
