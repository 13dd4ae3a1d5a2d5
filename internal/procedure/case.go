package procedure

import (
	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// choose runs CASE, in both its forms.
func (f *frame) choose(ctx *sql.Context, s *scope, stmt *ast.CaseStatement) (flow, error) {
	conditions, inner := searched(stmt), s
	if stmt.Expr != nil {
		ctx := fresh(ctx)
		value, failure := f.evaluate(ctx, s, stmt.Expr)
		if to, err := f.conclude(ctx, s, stmt, failure); failure != nil || err != nil || to.kind != onward {
			return to, err
		}
		conditions, inner = f.compared(stmt, value.typ), newScope(s)
		inner.variables[subject] = &variable{name: subject, typ: value.typ, value: value.value}
	}
	for i, c := range stmt.Cases {
		holds, to, err := f.test(ctx, inner, conditions[i])
		if holds == failed {
			return to, err
		}
		if holds == true_ {
			return f.list(ctx, s, c.Statements)
		}
	}
	if stmt.Else == nil {
		return f.raise(ctx, s, stmt, mysqlerr.New(1339, "Case not found for CASE statement"))
	}
	return f.list(ctx, s, stmt.Else)
}

// searched are the conditions of a CASE without a value.
func searched(stmt *ast.CaseStatement) []ast.Expr {
	list := make([]ast.Expr, len(stmt.Cases))
	for i, c := range stmt.Cases {
		list[i] = c.Case
	}
	return list
}

// subject is the name of the variable that holds the value of a CASE, which is
// computed once. No name of SQL is like it.
const subject = "value of case"

// caseConditions are the comparisons of a CASE with its value, of one type.
type caseConditions struct {
	typ  sql.Type
	list []ast.Expr
}

// compared are the conditions of a CASE with a value. They are kept, for loops.
func (f *frame) compared(stmt *ast.CaseStatement, typ sql.Type) []ast.Expr {
	known := f.cases[stmt]
	if known.typ != nil && known.typ.Equals(typ) {
		return known.list
	}
	for _, e := range known.list {
		delete(f.compiled, e)
		delete(f.foreseen, e)
	}
	known = caseConditions{typ: typ}
	for _, c := range stmt.Cases {
		value := &ast.ColName{Name: ast.NewColIdent(subject)}
		known.list = append(known.list, &ast.ComparisonExpr{Operator: ast.EqualStr, Left: value, Right: c.Case})
	}
	f.cases[stmt] = known
	return known.list
}
