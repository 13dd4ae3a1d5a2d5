package engine

import (
	"fmt"
	"math"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression/function"

	"airglow/internal/estimate"
	"airglow/internal/infer"
	"airglow/internal/ledger"
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
	return modelState(s.progress.Read(), s.awaits()) + e.spendingState(s)
}

// running is a statement that the ledger knows.
type running struct {
	id           uint64
	begun        time.Time
	user, digest string
}

// spendingState is what a statement has cost so far, and how long it will take.
func (e *Engine) spendingState(s *statement) string {
	r := s.recorded.Load()
	if r == nil {
		return ""
	}
	used, ok := e.ledger.Used(r.id)
	if !ok {
		return ""
	}
	return spending(s.progress.Read(), used, time.Since(r.begun))
}

// spending is the part of a statement's state about money and time. What the rows
// to come take is what those before took, and is told where it is known how many
// they are. Nothing is said of money where some of it is not known, or nothing
// was spent.
func spending(r lookahead.Reading, used ledger.Usage, passed time.Duration) string {
	text := ""
	part := float64(0)
	if r.Known && r.Running && r.Rows > 0 {
		part = float64(r.Rows) / float64(max(r.Total, r.Rows))
	}
	if used.Cost > 0 && used.Unpriced == 0 {
		text += ", " + used.Cost.String()
		if part > 0 {
			text += " of about " + ledger.Dollars(used.Cost.Dollars()/part).String()
		}
	}
	if part > 0 {
		text += ", " + estimate.Lasting(math.Ceil(passed.Seconds()*(1-part)/part)) + " left"
	}
	return text
}

// calls are those that a statement has asked for and that are not answered.
type calls struct {
	inFlight int
	waiting  infer.Waiting
}

func (s *statement) awaits() calls {
	memo := s.memo.Load()
	if memo == nil {
		return calls{}
	}
	return calls{memo.InFlight(), memo.Waiting()}
}

func (c calls) String() string {
	text := fmt.Sprintf("%d calls in flight", c.inFlight)
	for _, w := range []struct {
		count int
		what  string
	}{{c.waiting.Turn, "their turn"}, {c.waiting.Quota, "the quota"}, {c.waiting.Service, "the service"}} {
		if w.count > 0 {
			text += fmt.Sprintf(", %d waiting for %s", w.count, w.what)
		}
	}
	return text
}

// modelState is the state of a statement with calls. Where the rows are not known,
// only the calls are told.
func modelState(r lookahead.Reading, of calls) string {
	switch {
	case !r.Running && of == (calls{}):
		return stateExecuting
	case r.Known:
		return fmt.Sprintf("%d/%d rows, %v", r.Rows, r.Total, of)
	case r.Begun:
		return fmt.Sprintf("%d rows, %v", r.Rows, of)
	}
	return of.String()
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
