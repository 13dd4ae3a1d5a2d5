package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/lookahead"
	"airglow/internal/model"
)

// errDryRun ends a call of a dry run. Its value is NULL.
var errDryRun = errors.New("a dry run asks no model")

// undoPoint is the savepoint that a statement of a dry run begins with. No client
// writes such a name without quotes.
const undoPoint = "airglow dry run"

// A dry run has NULL for answers, which a statement that changes data would store,
// or go by when it deletes. So its changes are undone at its end, by a savepoint,
// once a call was counted: before its transaction is committed, or when it ends
// within a longer one. What a procedure did before its first call stays.

// beginUndo sets the savepoint of a transaction, if the session is on a dry run. s is
// nil for statements that are no client's.
func (s *statement) beginUndo(ctx *sql.Context) error {
	if s == nil {
		return nil
	}
	tx := ctx.GetTransaction()
	if tx == nil || s.undo == tx {
		return nil
	}
	session, ok := ctx.Session.(sql.TransactionSession)
	if mode, _, err := variable.Source(ctx); err != nil || mode != ledger.DryRun || !ok {
		return nil // calls fail with the error
	}
	if err := session.CreateSavepoint(ctx, tx, undoPoint); err != nil {
		return err
	}
	s.undo = tx
	return nil
}

// BeforeCommit is called before a transaction of any session is committed. It undoes
// what a dry run changed.
func (e *Engine) BeforeCommit(ctx *sql.Context) error { return endUndo(ctx, clientStatement(ctx)) }

// endUndo undoes what a statement of a dry run changed in the transaction under way.
func endUndo(ctx *sql.Context, s *statement) error {
	if s == nil || s.undo == nil || s.undo != ctx.GetTransaction() {
		return nil
	}
	tx := s.undo
	s.undo = nil
	session := ctx.Session.(sql.TransactionSession)
	if s.dry != nil {
		s.dry.undone = true
		if err := session.RollbackToSavepoint(ctx, tx, undoPoint); err != nil {
			return err
		}
	}
	return session.ReleaseSavepoint(ctx, tx, undoPoint)
}

// lenient has a change of a dry run go on where NULL cannot be stored, so that all its
// calls are counted: it is undone. A row that is there already is to be met as it
// would be, where the statement says what becomes of it.
func (s *statement) lenient(n sql.Node) sql.Node {
	if s == nil || s.undo == nil {
		return n
	}
	switch n := n.(type) {
	case *plan.Update:
		changed := *n
		changed.Ignore = true
		return &changed
	case *plan.InsertInto:
		if n.OnDupExprs == nil && !n.IsReplace {
			changed := *n
			changed.Ignore = true
			return &changed
		}
	}
	return n
}

// dryRun is what a statement would ask.
type dryRun struct {
	seen map[model.Key]bool
	// calls are those to be made, by function; known have an answer already.
	calls map[string]int
	known int
	// undone is true when what the statement changed is.
	undone bool
}

// count counts a call that the statement would make, once for equal ones. In
// asking mode nothing is counted: the evaluation that is the statement's follows.
func (e *Engine) count(ctx *sql.Context, s *statement, call infer.Call) {
	if s == nil || lookahead.Asking(ctx) {
		return
	}
	if s.dry == nil {
		s.dry = &dryRun{seen: map[model.Key]bool{}, calls: map[string]int{}}
	}
	key := call.Request.Key()
	if s.dry.seen[key] {
		return
	}
	s.dry.seen[key] = true
	if e.runner.Known(call) {
		s.dry.known++
	} else {
		s.dry.calls[call.Origin.Function]++
	}
}

// noteDryRun undoes what a dry run changed in a transaction that goes on, and tells the
// client what the statement would have asked, at its end.
func (s *statement) noteDryRun() {
	if s.undo == nil && s.dry == nil {
		return
	}
	s.mu.Lock()
	ctx := s.client
	s.mu.Unlock()
	if ctx == nil {
		return
	}
	if err := endUndo(ctx, s); err != nil {
		ctx.Session.Warn(&sql.Warning{Level: "Warning", Code: fault.CodeUnnumbered, Message: "A dry run could not be undone: " + err.Error()})
	}
	if s.dry == nil {
		return
	}
	ctx.Session.Warn(&sql.Warning{Level: "Note", Code: fault.CodeUnnumbered, Message: s.dry.String()})
}

// String says what would have been asked.
func (d *dryRun) String() string {
	total, parts := 0, make([]string, 0, len(d.calls))
	for _, function := range slices.Sorted(maps.Keys(d.calls)) {
		total += d.calls[function]
		parts = append(parts, fmt.Sprintf("%d of %s", d.calls[function], function))
	}
	text := "Dry run: " + counted(total, "model call") + " would be made"
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	if d.known > 0 {
		text += "; " + counted(d.known, "recorded answer") + " would be used again"
	}
	text += ". Nothing was sent, and calls gave NULL"
	if d.undone {
		text += "; what the statement changed is undone"
	}
	return text
}

// counted is a number of things.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
