package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression/function"

	"airglow/internal/lookahead"
)

// The states of MySQL's process list that there are here.
const (
	stateLogin     = "login"
	stateExecuting = "executing"
	stateSleep     = "User sleep"
)

// stateOf is the column State of a connection, whose command is that of the
// process list.
func (e *Engine) stateOf(conn uint32, command any) string {
	switch command {
	case string(sql.ProcessCommandConnect):
		return stateLogin
	case string(sql.ProcessCommandSleep):
		return ""
	}
	session := e.sessions.find(conn)
	if session == nil {
		return stateExecuting
	}
	s := session.running.Load()
	switch {
	case s == nil:
		return stateExecuting
	case s.sleeping.Load() > 0:
		return stateSleep
	}
	return modelState(s.progress.Read(), int64(s.memo.InFlight()))
}

// modelState is the state of a statement of which so many calls are in flight.
// Where the rows are not known, only the calls are told.
func modelState(r lookahead.Reading, calls int64) string {
	switch {
	case !r.Running && calls == 0:
		return stateExecuting
	case r.Known:
		return fmt.Sprintf("%d/%d rows, %d calls in flight", r.Rows, r.Total, calls)
	case r.Begun:
		return fmt.Sprintf("%d rows, %d calls in flight", r.Rows, calls)
	}
	return fmt.Sprintf("%d calls in flight", calls)
}

// sleep is SLEEP, which the process list shows.
type sleep struct{ *function.Sleep }

// IsNonDeterministic implements sql.NonDeterministicExpression. The engine knows
// its own SLEEP as one by its type.
func (s *sleep) IsNonDeterministic() bool { return true }

func newSleep(e sql.Expression) sql.Expression {
	return &sleep{function.NewSleep(e).(*function.Sleep)}
}

// Eval implements sql.Expression.
func (s *sleep) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	if of := statementFrom(ctx); of != nil {
		of.sleeping.Add(1)
		defer of.sleeping.Add(-1)
	}
	return s.Sleep.Eval(ctx, row)
}

// WithChildren implements sql.Expression.
func (s *sleep) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(children), 1)
	}
	return newSleep(children[0]), nil
}
