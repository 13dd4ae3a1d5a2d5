package engine

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/engine/inject"
	"airglow/internal/engine/rules"
	"airglow/internal/mlsql"
	"airglow/internal/mysqlerr"
	"airglow/internal/procedure"
)

// The engine has no diagnostics area: it keeps a list of warnings, without the
// error of a statement that failed, and knows neither SHOW ERRORS nor the
// counts.

// notePlan notes what decides whether a statement leaves the diagnostics area
// as it is: MySQL's do that use no table and raise nothing. It notes as well
// whether the statement can be run again. Only the analysis of the client's own
// statement tells: s is nil for others.
func (s *statement) notePlan(ctx *sql.Context, n sql.Node, found rules.Survey) {
	if s == nil {
		return
	}
	tables, alone := usesTables(n, found), isAlone(ctx, n, found)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rolledBack = s.rolledBack || found.RollsBack
	if !s.inRoutine {
		s.client, s.tables, s.alone = ctx, s.tables || tables, alone
	}
}

// noteClient notes the context of the client's statement before anything of it
// can fail.
func (s *statement) noteClient(ctx *sql.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.inRoutine {
		s.client = ctx
	}
}

// clientStatement is the statement that a client sent, nil for one of the
// server's own.
func clientStatement(ctx *sql.Context) *statement {
	return statementFrom(ctx).ofClient(ctx)
}

// ofClient is the statement itself if the context's session is the client's that sent
// it, else nil, as it is for none.
func (s *statement) ofClient(ctx *sql.Context) *statement {
	if s != nil && ctx.Session != nil && s.conn == ctx.Session.ID() {
		return s
	}
	return nil
}

// usesTables reports whether a plan reads a table or changes anything. A call of
// a model counts like a table: who looks for its warnings is not to find older
// ones.
func usesTables(n sql.Node, found rules.Survey) bool {
	switch n.(type) {
	case *plan.Set, *plan.Use, *plan.StartTransaction, *plan.Commit, *plan.Rollback:
		return false
	}
	return !found.Selects || found.Tables || found.Calls
}

// collect takes what a statement raised, and the error that ended it, into the
// session's diagnostics area.
func (e *Engine) collect(s *statement, failure *mysql.SQLError) {
	s.mu.Lock()
	ctx, counts, shows, inRoutine := s.client, s.tables, s.shows, s.inRoutine
	s.mu.Unlock()
	session := e.sessions.find(s.conn)
	if session == nil {
		return
	}
	area := &session.area
	if ctx == nil {
		area.Keep()
		return
	}
	raised := raisedBy(ctx, failure)
	if failure == nil && (shows || !counts && len(raised) == 0) {
		area.Keep()
		return
	}
	if len(raised) == 0 && !inRoutine && area.KeepEmpty() {
		return // as after nearly every statement
	}
	area.Replace(raised, diagnostics.Kept(ctx))
	if err := diagnostics.Publish(ctx, diagnostics.Count(raised)); err != nil {
		e.log.Error("count the warnings of a statement", "connection", s.conn, "error", err)
	}
}

// raisedBy takes the conditions of a statement out of the engine's list.
func raisedBy(ctx *sql.Context, failure *mysql.SQLError) []diagnostics.Condition {
	warnings := ctx.Session.Warnings()
	if len(warnings) == 0 && failure == nil {
		return nil
	}
	raised := diagnostics.Raised(ctx)
	ctx.Session.ClearWarnings()
	if notes, err := ctx.GetSessionVariable(ctx, "sql_notes"); err == nil && notes == int8(0) {
		raised = slices.DeleteFunc(raised, func(c diagnostics.Condition) bool { return c.Level == diagnostics.LevelNote })
	}
	if failure == nil {
		return raised
	}
	end := diagnostics.Condition{Level: diagnostics.LevelError, Code: failure.Num, State: failure.State, Message: failure.Message}
	if n := len(raised); n > 0 && raised[n-1].Code == end.Code && raised[n-1].Message == end.Message {
		raised = raised[:n-1] // a procedure has put it there
	}
	return append(raised, end)
}

// conditions are what the session's diagnostics area holds. The statement that
// asks leaves it as it is.
func (e *Engine) conditions(ctx *sql.Context) []diagnostics.Condition {
	s := clientStatement(ctx)
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shows = true
	return e.sessions.get(s.conn).area.Conditions()
}

// showConditions answers the statements that show the diagnostics area.
func (e *Engine) showConditions(stmt sqlparser.Statement) sqlparser.Statement {
	if _, ok := stmt.(*sqlparser.Resignal); ok {
		return inject.Refuse(mysqlerr.New(1645, "RESIGNAL when handler not active"))
	}
	if signal, ok := stmt.(*sqlparser.Signal); ok {
		return signalWarning(signal)
	}
	show, ok, err := diagnostics.AsShow(stmt)
	switch {
	case err != nil:
		return inject.Refuse(err)
	case !ok:
		return stmt
	}
	return inject.Wrap(&inject.Statement{
		Name: "SHOW WARNINGS", Columns: show.Schema(), ReadOnly: true,
		Run: func(ctx *sql.Context) (sql.RowIter, error) {
			return sql.RowsToRowIter(show.Rows(e.conditions(ctx), diagnostics.Counted(ctx))...), nil
		},
	})
}

// signalWarning is SIGNAL outside of procedures with the state of a warning,
// which the engine has not; it knows the others.
func signalWarning(s *sqlparser.Signal) sqlparser.Statement {
	switch {
	case strings.HasPrefix(s.SqlStateValue, "00"):
		return inject.Refuse(mysqlerr.New(1407, "Bad SQLSTATE: '"+s.SqlStateValue+"'"))
	case !strings.HasPrefix(s.SqlStateValue, "01"):
		return s
	}
	number, message := 1642, "Unhandled user-defined warning condition" // MySQL's, where nothing is given
	for _, item := range s.Info {
		value, ok := item.Value.(*sqlparser.SQLVal)
		if !ok {
			return s
		}
		switch item.ConditionItemName {
		case sqlparser.SignalConditionItemName_MessageText:
			message = string(value.Val)
		case sqlparser.SignalConditionItemName_MysqlErrno:
			given, err := strconv.Atoi(string(value.Val))
			if err != nil {
				return s
			}
			number = given
		}
	}
	return inject.Command("SIGNAL", func(ctx *sql.Context) error {
		ctx.Warn(number, "%s", message)
		return nil
	})
}

// getDiagnostics reads GET DIAGNOSTICS outside a procedure. It returns nil when
// the text is something else.
func (e *Engine) getDiagnostics(text string, modes mlsql.Options) (stmt sqlparser.Statement, end int) {
	if len(text) < 3 || !strings.EqualFold(text[:3], "GET") {
		return nil, 0
	}
	read, end, err := procedure.Parse(text, modes)
	found, ok := read.(sqlparser.InjectedStatement)
	if err != nil || !ok {
		return nil, 0 // the stock parser refuses it
	}
	d := found.Statement.(*procedure.Diagnostics)
	node := inject.Command("GET DIAGNOSTICS", func(ctx *sql.Context) error {
		area := &e.sessions.get(ctx.Session.ID()).area
		failed, err := d.Answer(ctx, e.conditions(ctx))
		if failed != nil {
			area.Append(*failed)
		}
		return err
	})
	node.Statement.(*inject.Statement).ReadOnly = true
	if strings.HasPrefix(text[end:], ";") {
		end++
	}
	return node, end
}
