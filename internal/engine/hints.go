package engine

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/mysqlerr"
)

// hints are the comments behind the first word of a statement, of which those
// that begin with + are optimizer hints. The engine reads those of joins only.
type hints sqlparser.Comments

// hintsOf returns the hints of a statement; of an EXPLAIN those of what it
// explains.
func hintsOf(stmt sqlparser.Statement) hints {
	switch s := stmt.(type) {
	case *sqlparser.Select:
		return hints(s.Comments)
	case *sqlparser.SetOp:
		return hintsOf(s.Left)
	case *sqlparser.ParenSelect:
		return hintsOf(s.Select)
	case *sqlparser.Insert:
		return hints(s.Comments)
	case *sqlparser.Update:
		return hints(s.Comments)
	case *sqlparser.Delete:
		return hints(s.Comments)
	case *sqlparser.Explain:
		return hintsOf(s.Statement)
	}
	return nil
}

// hints returns the hints of the client's statement, of EXECUTE those of what it
// executes. The engine keeps what it has parsed of a prepared statement: under its
// name when it was prepared by a statement, under its text when by the binary
// protocol.
func (e *Engine) hints(ctx *sql.Context, s *statement) hints {
	s.mu.Lock()
	name, sent := s.prepared, s.hints
	if !s.read {
		name = ctx.Query()
	}
	s.mu.Unlock()
	if name == "" {
		return sent
	}
	return hintsOf(e.prepared(ctx, name))
}

// prepared is a prepared statement of the session, nil when there is none.
func (e *Engine) prepared(ctx *sql.Context, name string) sqlparser.Statement {
	stmt, _ := e.gms.PreparedDataCache.GetCachedStmt(ctx.Session.ID(), name)
	return stmt
}

// Several hints may share a comment.
var (
	maxExecutionTimeHint = regexp.MustCompile(`(?i)\bMAX_EXECUTION_TIME\s*\(\s*(\d+)\s*\)`)
	setVarHint           = regexp.MustCompile(`(?i)\bSET_VAR\s*\(\s*([\w$]+)\s*=\s*('[^']*'|"[^"]*"|[^\s)]+)\s*\)`)
)

// each calls do for what a hint's pattern has found, in order, until it returns
// false.
func (h hints) each(pattern *regexp.Regexp, do func(found []string) bool) {
	for _, comment := range h {
		text, ok := strings.CutPrefix(string(comment), "/*+")
		if !ok {
			continue
		}
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			if !do(found) {
				return
			}
		}
	}
}

// executionTime is the time of MAX_EXECUTION_TIME. 0 is none: then the variable
// counts.
func (h hints) executionTime() (limit time.Duration) {
	h.each(maxExecutionTimeHint, func(found []string) bool {
		ms, _ := strconv.ParseUint(found[1], 10, 32) // MySQL's limit too
		limit = time.Duration(ms) * time.Millisecond
		return false
	})
	return limit
}

// applyHints sets the variables that the client's statement hints at, until its
// end.
func (e *Engine) applyHints(ctx *sql.Context) {
	s := clientStatement(ctx)
	if s == nil {
		return
	}
	found := e.hints(ctx, s)
	s.mu.Lock()
	apply := len(found) > 0 && !s.hinted && !s.inRoutine
	s.hinted = s.hinted || apply
	s.mu.Unlock()
	if apply {
		s.atEnd(setHinted(ctx, found))
	}
}

// hintedInBody sets the variables that a statement of a procedure's body hints
// at, and returns what sets them back.
func (e *Engine) hintedInBody(ctx *sql.Context, stmt sqlparser.Statement) (restore func()) {
	if execute, ok := stmt.(*sqlparser.Execute); ok {
		stmt = e.prepared(ctx, execute.Name)
	}
	return setHinted(ctx, hintsOf(stmt))
}

// setHinted sets variables as SET_VAR says and returns what sets them back. A hint
// that cannot be followed raises a warning and changes nothing, as in MySQL.
func setHinted(ctx *sql.Context, found hints) (restore func()) {
	before := map[string]any{}
	found.each(setVarHint, func(hint []string) bool {
		name := strings.ToLower(hint[1])
		if _, again := before[name]; again {
			return true // the first counts
		}
		value, err := setVariable(ctx, name, hint[2])
		if err != nil {
			fault.Warn(ctx, err)
			return true
		}
		before[name] = value
		return true
	})
	return func() {
		for name, value := range before {
			_ = ctx.Session.SetSessionVariable(ctx, name, value) // it was its value
		}
	}
}

// setVariable sets a variable of the session as a hint says, and returns its value
// before.
func setVariable(ctx *sql.Context, name, text string) (before any, err error) {
	variable, _, ok := sql.SystemVariables.GetGlobal(name)
	if !ok {
		return nil, mysql.NewSQLError(3128, "HY000", "Unresolved name '%s' for SET_VAR hint", name)
	}
	if known, ok := variable.(*sql.MysqlSystemVariable); !ok || !known.SetVarHintApplies || !known.Dynamic {
		return nil, mysql.NewSQLError(3637, "HY000", "Variable '%s' cannot be set using SET_VAR hint.", name)
	}
	if before, err = ctx.GetSessionVariable(ctx, name); err != nil {
		return nil, err
	}
	if err := ctx.Session.SetSessionVariable(ctx, name, hintedValue(text)); err != nil {
		return nil, mysqlerr.Translate(err, mysqlerr.Statement{})
	}
	return before, nil
}

// hintedValue is the value that a hint's text stands for.
func hintedValue(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return strings.Trim(text, `'"`)
}
