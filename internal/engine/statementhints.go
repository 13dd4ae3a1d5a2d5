package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/variable"
)

// hints returns the hints of the client's statement, of EXECUTE those of what it
// executes. The engine keeps what it has parsed of a prepared statement: under its
// name when it was prepared by a statement, under its text when by the binary
// protocol.
func (e *Engine) hints(ctx *sql.Context, s *statement) variable.Hints {
	s.mu.Lock()
	name, sent := s.prepared, s.hints
	if !s.read {
		name = ctx.Query()
	}
	s.mu.Unlock()
	if name == "" {
		return sent
	}
	return variable.HintsOf(e.prepared(ctx, name))
}

// prepared is a prepared statement of the session, nil when there is none.
func (e *Engine) prepared(ctx *sql.Context, name string) sqlparser.Statement {
	stmt, _ := e.gms.PreparedDataCache.GetCachedStmt(ctx.Session.ID(), name)
	return stmt
}

// applyHints sets the variables that the client's statement hints at, until its
// end. s is nil for other statements.
func (e *Engine) applyHints(ctx *sql.Context, s *statement) {
	if s == nil || s.lacksHints() {
		return
	}
	found := e.hints(ctx, s)
	s.mu.Lock()
	apply := len(found) > 0 && !s.hinted && !s.inRoutine
	s.hinted = s.hinted || apply
	s.mu.Unlock()
	if apply {
		s.AtEnd(variable.SetHinted(ctx, found))
	}
}

// lacksHints reports whether the statement as sent was read, has no hints and
// executes no other.
func (s *statement) lacksHints() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.read && s.prepared == "" && len(s.hints) == 0
}

// hintedInBody sets the variables that a statement of a procedure's body hints
// at, and returns what sets them back.
func (e *Engine) hintedInBody(ctx *sql.Context, stmt sqlparser.Statement) (restore func()) {
	if execute, ok := stmt.(*sqlparser.Execute); ok {
		stmt = e.prepared(ctx, execute.Name)
	}
	return variable.SetHinted(ctx, variable.HintsOf(stmt))
}
