package lookahead

import (
	"context"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/infer"
)

// Tell is told of a call that an evaluation comes to. It returns the answer if
// that is known without asking anybody.
type Tell func(infer.Call) (answer infer.Answer, known bool)

// Foresee returns a context in which no call is made: tell is told of it, and
// where it knows no answer, the evaluation ends with an error. Nothing is read
// ahead in it. Warnings are the session's.
func Foresee(ctx *sql.Context, tell Tell) *sql.Context {
	return ctx.WithContext(context.WithValue(ctx.Context, askerKey{}, &asker{tell: tell}))
}

// Foreseeing reports whether a context is one of Foresee's.
func Foreseeing(ctx *sql.Context) bool {
	a, ok := ctx.Value(askerKey{}).(*asker)
	return ok && a.tell != nil
}

// Harmless reports whether evaluating an expression leaves nothing behind and
// waits for nothing. Unlike an askable one it may read tables and have a state of
// its own.
func Harmless(e sql.Expression) bool {
	ok := true
	sql.Inspect(e, func(e sql.Expression) bool {
		switch e.(type) {
		case *plan.Subquery, sql.Aggregation, sql.WindowAggregation:
		default:
			ok = ok && repeatable(e)
		}
		return ok
	})
	return ok
}

// Unmeasured is an expression whose conditions are written in an AND again, where
// their order was measured. It can be evaluated without changing what is measured.
func Unmeasured(e sql.Expression) sql.Expression {
	plain, _, err := transform.Expr(e, unmeasured)
	if err != nil {
		return e
	}
	return plain
}

// Conditions are those of a filter that checks the ones without calls first, and of
// more than one with calls measures the order as rows go by; false for any other.
func Conditions(e sql.Expression) (cheap, dear []sql.Expression, ok bool) {
	m, ok := e.(*Measured)
	if !ok {
		if children := e.Children(); len(children) == 1 { // what makes a condition strict
			return Conditions(children[0])
		}
		return nil, nil, false
	}
	return m.cheap, m.dear, true
}

// RowsOf is how many rows a node gives, where that is the exact number of rows of
// a table.
func RowsOf(ctx *sql.Context, n sql.Node) (uint64, bool) { return rowsOf(ctx, n) }
