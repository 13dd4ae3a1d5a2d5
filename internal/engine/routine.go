package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/show"
	"airglow/internal/infer"
	"airglow/internal/procedure"
)

// routineCall is CALL, run by our own interpreter.
type routineCall struct {
	*plan.Call
	engine *Engine
}

var _ sql.ExecBuilderNode = (*routineCall)(nil)

func newRoutineCall(ctx *sql.Context, e *Engine, call *plan.Call, runner sql.StatementRunner) sql.Node {
	node := call.SetStatementRunner(ctx, runner)
	if bound, ok := node.(*plan.Call); ok {
		return &routineCall{bound, e}
	}
	return node
}

// BuildRowIter implements sql.ExecBuilderNode. The whole procedure runs while
// its rows are built.
func (c *routineCall) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	if s := statementFrom(ctx); s != nil {
		s.enterRoutine()
	}
	if c.Procedure.ExternalProc != nil {
		defer dbname.Use(ctx, c.Database().Name())()
		return b.Build(ctx, c.Call, row)
	}
	mode, err := c.mode(ctx)
	if err != nil {
		return nil, err
	}
	schema, iter, err := procedure.Run(ctx, procedure.Call{
		Plan: c.Call, Runner: c.GetRunner(), Catalog: c.engine.gms.Analyzer.Catalog, Mode: mode, Become: c.engine.access.Become,
		Rerun: c.engine.rerunInBody, Hinted: c.engine.hintedInBody, Ahead: c.engine.settingsOf, Parse: c.engine.parseDynamic,
		Prepared: c.engine.prepared, Mend: c.engine.mend,
		Overlooked: c.engine.Overlooked,
		Within:     row != nil, // of all statements, triggers alone are run for a row
	}, row)
	keepWarnings(ctx)
	if err != nil {
		return nil, err
	}
	c.SetSchema(schema)
	return iter, nil
}

// mode returns the sql_mode that the procedure was created in. The plan does
// not have it.
func (c *routineCall) mode(ctx *sql.Context) (string, error) {
	details, found, err := show.StoredProcedure(ctx, c.Database(), c.Procedure.Name)
	if err == nil && !found {
		return sql.LoadSqlMode(ctx).String(), nil
	}
	return details.SqlMode, err
}

// keepWarnings raises the statement's substitution warnings again: every
// statement of a procedure clears those before it, and the user asks after the
// CALL.
func keepWarnings(ctx *sql.Context) {
	s := statementFrom(ctx)
	if s == nil {
		return
	}
	for _, sub := range s.substitutions() {
		if !hasWarning(ctx, substitutionText(sub)) {
			ctx.Warn(fault.CodeUnnumbered, "%s", substitutionText(sub))
		}
	}
}

func (s *statement) substitutions() []infer.Substitution {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]infer.Substitution, 0, len(s.warned))
	for sub := range s.warned {
		list = append(list, sub)
	}
	return list
}

func hasWarning(ctx *sql.Context, message string) bool {
	for _, w := range ctx.Session.Warnings() {
		if w.Message == message {
			return true
		}
	}
	return false
}

// WithChildren implements sql.Node.
func (c *routineCall) WithChildren(children ...sql.Node) (sql.Node, error) {
	return c.rewrap(c.Call.WithChildren(children...))
}

// WithExpressions implements sql.Expressioner.
func (c *routineCall) WithExpressions(list ...sql.Expression) (sql.Node, error) {
	return c.rewrap(c.Call.WithExpressions(list...))
}

func (c *routineCall) rewrap(n sql.Node, err error) (sql.Node, error) {
	if call, ok := n.(*plan.Call); ok && err == nil {
		return &routineCall{call, c.engine}, nil
	}
	return n, err
}

// parseDynamic reads a statement as PREPARE does.
func (e *Engine) parseDynamic(ctx *sql.Context, text string) (sqlparser.Statement, error) {
	stmt, _, _, err := (&parser{engine: e}).ParseWithOptions(ctx, text, ';', false, sql.LoadSqlMode(ctx).ParserOptions())
	return stmt, err
}
