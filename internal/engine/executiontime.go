package engine

import (
	"context"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/rules"
	"airglow/internal/engine/variable"
)

func errExecutionTime() error {
	return mysql.NewSQLError(3024, "HY000", "Query execution was interrupted, maximum statement execution time exceeded")
}

// limitExecution starts the clock of a SELECT. Like MySQL's it does not run for
// statements that write, nor for those of a procedure.
func (e *Engine) limitExecution(ctx *sql.Context, found rules.Survey, flags *sql.QueryFlags) error {
	if !found.Selects || flags != nil && flags.DmlIsSet() {
		return nil
	}
	s := statementFrom(ctx)
	if s == nil || s.isDDL() {
		return nil
	}
	if hint := e.hints(ctx, s).ExecutionTime(); hint > 0 {
		s.limit(hint)
		return nil
	}
	limit, err := variable.MaxExecutionTime(ctx)
	if err == nil && limit > 0 {
		s.limit(limit)
	}
	return err
}

// limit ends the statement after a time, once and outside of procedures only.
func (s *statement) limit(after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timed || s.inRoutine {
		return
	}
	s.timed = true
	timer := time.AfterFunc(after, func() { s.cancel(errExecutionTime()) })
	s.ends = append(s.ends, func() { timer.Stop() })
}

// noteKind notes the optimizer hints of the statement as sent, and whether it is
// DDL, whose SELECT, if it has one, is analysed like a statement of its own. The
// texts that are read later within the statement are those of views.
func (s *statement) noteKind(stmt sqlparser.Statement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.read {
		s.read = true
		switch stmt := stmt.(type) {
		case *sqlparser.DDL:
			s.ddl = true
		case *sqlparser.Execute:
			s.prepared = stmt.Name
		default:
			s.hints = variable.HintsOf(stmt)
		}
	}
}

func (s *statement) isDDL() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ddl
}

func (s *statement) isRoutine() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inRoutine
}

// enterRoutine notes that the statement is a CALL.
func (s *statement) enterRoutine() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inRoutine = true
}

// cancellable gives a statement a context that it can end with a reason; its end
// does.
func cancellable(ctx context.Context, s *statement) context.Context {
	ctx, s.cancel = context.WithCancelCause(ctx)
	return ctx
}
