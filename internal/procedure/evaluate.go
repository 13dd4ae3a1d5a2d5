package procedure

import (
	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// evaluate computes an expression. The diagnostics area stays as it is, unless
// the expression raises conditions of its own.
func (f *frame) evaluate(ctx *sql.Context, s *scope, e ast.Expr) (typed, error) {
	f.fresh = false
	kept := ctx.Session.Warnings()
	last := ctx.GetLastQueryInfo()
	rows, found := last.RowCount.Load(), last.FoundRows.Load()
	result, err := f.query(ctx, &ast.Select{SelectExprs: ast.SelectExprs{&ast.AliasedExpr{Expr: s.substituteExpr(e)}}})
	last.RowCount.Store(rows)
	last.FoundRows.Store(found)
	if err != nil {
		return typed{}, err
	}
	if len(ctx.Session.Warnings()) > 0 {
		f.collect(ctx)
	} else {
		for i := len(kept) - 1; i >= 0; i-- {
			ctx.Session.Warn(kept[i])
		}
	}
	if len(result.rows) != 1 || len(result.schema) != 1 {
		return typed{}, mysqlerr.New(1241, "Operand should contain 1 column(s)")
	}
	return typed{result.rows[0][0], result.schema[0].Type}, nil
}

// do runs DO: it computes expressions for what they do.
func (f *frame) do(ctx *sql.Context, s *scope, d *Do) error {
	for _, e := range d.expressions {
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
