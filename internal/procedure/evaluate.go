package procedure

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// evaluate computes an expression. The diagnostics area stays as it is, unless
// the expression raises conditions of its own.
func (f *frame) evaluate(ctx *sql.Context, s *scope, e ast.Expr) (typed, error) {
	f.fresh = false
	kept := ctx.Session.Warnings()
	ready, err := f.compile(ctx, s, e)
	var value typed
	switch {
	case err != nil:
	case ready == nil:
		value, err = f.ask(ctx, s, e)
	default:
		f.current = s
		value.typ = ready.Type()
		value.value, err = ready.Eval(ctx, nil)
	}
	if err != nil {
		return typed{}, err
	}
	if types.IsTuple(value.typ) {
		return typed{}, mysqlerr.New(1241, "Operand should contain 1 column(s)")
	}
	f.keep(ctx, kept)
	value.value, err = sql.UnwrapAny(ctx, value.value)
	return value, err
}

// evaluateStrictly computes the value of a variable. In strict mode some of the
// warnings of that are errors.
func (f *frame) evaluateStrictly(ctx *sql.Context, s *scope, e ast.Expr) (typed, error) {
	value, err := f.evaluate(ctx, s, e)
	if err == nil && f.fresh {
		err = f.refused(ctx)
	}
	return value, err
}

// refused makes an error of the statement's warnings where strict mode does.
func (f *frame) refused(ctx *sql.Context) error {
	err := diagnostics.Refused(ctx, ctx.Session.Warnings())
	if err != nil {
		f.begin(ctx) // the error takes their place
	}
	return err
}

// ask computes an expression by a query.
func (f *frame) ask(ctx *sql.Context, s *scope, e ast.Expr) (typed, error) {
	last := ctx.GetLastQueryInfo()
	rows, found := last.RowCount.Load(), last.FoundRows.Load()
	query := substitution{scope: s, put: literalOf}.substituteExpr(e)
	ctx.Session.ClearWarnings()
	result, err := f.query(ctx, &ast.Select{SelectExprs: ast.SelectExprs{&ast.AliasedExpr{Expr: query}}})
	last.RowCount.Store(rows)
	last.FoundRows.Store(found)
	if err != nil {
		return typed{}, err
	}
	if len(result.rows) != 1 || len(result.schema) != 1 {
		return typed{}, mysqlerr.New(1241, "Operand should contain 1 column(s)")
	}
	return typed{result.rows[0][0], result.schema[0].Type}, nil
}

// keep leaves in the area what was there before an expression was computed, or
// what that raised.
func (f *frame) keep(ctx *sql.Context, before []*sql.Warning) {
	now := ctx.Session.Warnings() // the latest first
	raised := now
	if n := len(now) - len(before); n >= 0 && slices.Equal(now[n:], before) {
		raised = now[:n]
	}
	if len(raised) == 0 && len(now) == len(before) {
		return
	}
	ctx.Session.ClearWarnings()
	list := before
	if len(raised) > 0 {
		list = raised
	}
	for _, w := range slices.Backward(list) {
		ctx.Session.Warn(w)
	}
	if len(raised) > 0 {
		f.collect(ctx)
	}
}

// do runs DO: it computes expressions for what they do.
func (f *frame) do(ctx *sql.Context, s *scope, d *Do) error {
	for _, e := range d.Expressions {
		column, ok := e.(*ast.AliasedExpr)
		if !ok {
			return mysqlerr.New(1064, "You have an error in your SQL syntax; DO takes expressions")
		}
		if _, err := f.evaluate(ctx, s, column.Expr); err != nil {
			return err
		}
	}
	return nil
}
