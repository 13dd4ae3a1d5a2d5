package lookahead

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/infer"
)

// Evaluate evaluates an expression that needs no row in asking mode, for the
// procedure whose loop will evaluate it later. session has what differs from the
// statement's own, whose warnings are dropped anyway. pending is an answer that
// the evaluation waits for; value and err are the outcome without one.
func Evaluate(ctx *sql.Context, s Settings, session sql.Session, e sql.Expression) (value any, pending *infer.Pending, err error) {
	a := newAsker(s.Memo, nil)
	a.calls = ctx.Context
	asking := inAskingMode(ctx, a, s)
	asking.Session = quiet{session}
	value, err = e.Eval(asking, nil)
	if waiting := a.awaited(); waiting != nil {
		return nil, waiting, nil
	}
	return value, nil, err
}

// Askable reports whether an expression may be evaluated by Evaluate: more than
// once, ahead of the statement, and without a table.
func Askable(e sql.Expression) bool { return askable(e) }
