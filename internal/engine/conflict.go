package engine

import (
	"context"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine/inject"
	"airglow/internal/engine/rules"
	"airglow/internal/engine/transaction"
)

// The storage takes no locks: it merges at commit, and refuses a transaction
// with 1213 when another session has changed the same rows since it began. In
// MySQL a statement that is a transaction of its own would have waited for the
// lock instead, and no application expects it to fail; so it is run again. It
// finds its model answers in the statement's memo, so that none is paid twice.

const (
	// maxRuns is how often such a statement runs before its error is given to
	// the client.
	maxRuns = 20
	// freeRuns is how often it runs beside others. From then on the statements
	// that are run again go one at a time, so that they do not refuse each other
	// for ever.
	freeRuns = 3
)

// codeConflict is the number of the storage's refusal, MySQL's for a deadlock.
const codeConflict = 1213

// isAlone reports whether a plan is a transaction of its own that can be run
// twice: what it did besides changing tables would stay.
func isAlone(ctx *sql.Context, n sql.Node, found rules.Survey) bool {
	switch n.(type) {
	case *routineCall, *plan.Call, *inject.Statement:
		return false // their statements are transactions themselves
	}
	return !found.ReadOnly && transaction.CommitsAlone(ctx) && !found.Assigns
}

// Rerun reports whether a statement that failed after so many runs is to be run
// again. The statement then has its turn, which done gives back.
func (e *Engine) Rerun(ctx context.Context, failure *mysql.SQLError, runs int) (done func(), again bool) {
	s := statementFrom(ctx)
	if s == nil || failure.Num != codeConflict {
		return nil, false
	}
	s.mu.Lock()
	alone := s.alone
	s.mu.Unlock()
	return e.turn(ctx, alone, runs)
}

// rerunInBody is Rerun for a statement of a procedure's body that is about to run. When
// one has failed that would have committed others, their transaction is gone, and it
// would look as if it were one of its own.
func (e *Engine) rerunInBody(ctx *sql.Context) func(failure *mysql.SQLError, runs int) (done func(), again bool) {
	alone := transaction.CommitsAlone(ctx)
	return func(failure *mysql.SQLError, runs int) (done func(), again bool) {
		done, again = e.turn(ctx, failure.Num == codeConflict && alone, runs)
		if s := statementFrom(ctx); s != nil && failure.Num == codeConflict && !again {
			s.noteRollback() // a handler may take the failure
		}
		return done, again
	}
}

// turn waits for the turn of a statement that is to be run again.
func (e *Engine) turn(ctx context.Context, again bool, runs int) (done func(), ok bool) {
	if !again || runs >= maxRuns || ctx.Err() != nil {
		return nil, false
	}
	if runs < freeRuns {
		return func() {}, true
	}
	select {
	case e.rerunning <- struct{}{}:
		return func() { <-e.rerunning }, true
	case <-ctx.Done():
		return nil, false
	}
}
