package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine/current"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/lookahead"
	"airglow/internal/model"
)

// forgives reports whether a call that failed gives NULL, as one of a client's dry run
// always does: what an event does is not undone. Only a failure of the
// call is forgiven: not one of the statement around it, nor its interruption.
func (e *Engine) forgives(ctx *sql.Context, err error) bool {
	if errors.Is(err, errDryRun) {
		return statementFrom(ctx) != nil
	}
	var failure *mysql.SQLError
	if lookahead.Asking(ctx) || ctx.Err() != nil || !errors.As(err, &failure) || failure.Num == mysql.ERQueryInterrupted {
		return false
	}
	return variable.GivesNull(ctx)
}

// rowCall is a call of a row, by the row's number in its statement.
type rowCall struct {
	row  int64
	call model.Key
}

// warnedBefore reports whether a row has its warning about a call, which may stand
// in several places, and notes that it has now. Without a number a row is another
// each time.
func (s *statement) warnedBefore(ctx *sql.Context, row sql.Row, call infer.Call) bool {
	if s == nil {
		return false
	}
	now := rowCall{row: s.rows.Number(row)}
	if now.row == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.call = call.Request.Key(); ctx.WarningCount() == 0 || len(s.failedRows) > maxFailedRows {
		clear(s.failedRows) // a statement of a procedure begins
	}
	if s.failedRows[now] {
		return true
	}
	if s.failedRows == nil {
		s.failedRows = map[rowCall]bool{}
	}
	s.failedRows[now] = true
	return false
}

// maxFailedRows bounds the rows of which is known that they have their warnings. The
// places of a call come to a row soon after each other.
const maxFailedRows = 10_000

// warnOfRow raises the warning of a row that got NULL in place of the answer to a
// call.
func (e *Engine) warnOfRow(ctx *sql.Context, row sql.Row, call infer.Call, err error) {
	var failure *mysql.SQLError
	s := statementFrom(ctx)
	if !errors.As(err, &failure) || s.warnedBefore(ctx, row, call) {
		return
	}
	if s != nil && s.entry != nil {
		s.entry.rowErrors++
	}
	if s == nil || !s.over.warnAgain(ctx, failure, s.isRoutine()) {
		warning := &sql.Warning{Level: "Warning", Code: failure.Num, Message: e.rowBefore(ctx, row) + failure.Message}
		ctx.Session.Warn(warning)
		if s != nil {
			s.over.warned(failure, &overRows{warning: warning, first: e.nameRow(ctx, row), message: failure.Message})
		}
	}
}

// nameRow says which row of the statement it is, empty when that is not known.
func (e *Engine) nameRow(ctx *sql.Context, row sql.Row) string {
	if s := statementFrom(ctx); s != nil {
		if n := s.rows.Number(row); n > 0 {
			return fmt.Sprintf("Row %d", n)
		}
	}
	return ""
}

// rowBefore is the name of the row before a sentence about it.
func (e *Engine) rowBefore(ctx *sql.Context, row sql.Row) string {
	if name := e.nameRow(ctx, row); name != "" {
		return name + ": "
	}
	return ""
}

// warnOfStop warns of an answer that is not whole.
func (e *Engine) warnOfStop(ctx *sql.Context, row sql.Row, asked string, stop model.Stop) {
	var what string
	switch stop {
	case model.StopLength:
		what = "was cut off at its token limit; allow more tokens in the request"
	case model.StopRefused:
		what = "is a refusal"
	case model.StopFiltered:
		what = "was filtered by the service"
	default:
		return
	}
	ctx.Warn(fault.CodeUnnumbered, "%sThe answer of model '%s' %s", e.rowBefore(ctx, row), asked, what)
}

// Some of the engine's expressions pass over the error of an argument: a sum over
// a window takes it for 0, JSON_VALID for no JSON. A call that failed must not
// pass so, and therefore is kept beside the evaluation.

// noteFailure notes the failure of a call, and returns it.
func noteFailure(ctx *sql.Context, err error) error {
	s := statementFrom(ctx)
	if s == nil || lookahead.Asking(ctx) {
		return err
	}
	s.failed.CompareAndSwap(nil, &err)
	return err
}

// Overlooked returns the failure of a call that a statement of ctx, which ended
// well, was told of; nil when there was none. It forgets it: whoever asks has
// the statement fail, or has it from the statement itself.
func (e *Engine) Overlooked(ctx context.Context) error { return current.Overlooked(ctx) }

// Overlooked implements current.Statement. It is asked for each value that a change
// computes.
func (s *statement) Overlooked() error {
	if s.failed.Load() == nil {
		return nil
	}
	if failed := s.failed.Swap(nil); failed != nil {
		return *failed
	}
	return nil
}
