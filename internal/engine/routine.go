package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/infer"
)

// routineCall is CALL with the procedure's own database as the current one
// while it runs, as MySQL has it: the engine runs the statements of a body in
// the caller's database.
type routineCall struct{ *plan.Call }

var _ sql.ExecBuilderNode = (*routineCall)(nil)

func newRoutineCall(ctx *sql.Context, call *plan.Call, runner sql.StatementRunner) sql.Node {
	node := call.SetStatementRunner(ctx, routineRunner{runner})
	if bound, ok := node.(*plan.Call); ok {
		return &routineCall{bound}
	}
	return node
}

// BuildRowIter implements sql.ExecBuilderNode. The engine runs the whole
// procedure while it builds the rows.
func (c *routineCall) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	if s := statementFrom(ctx); s != nil {
		s.enterRoutine()
	}
	defer useDatabase(ctx, c.Database().Name())()
	iter, err := b.Build(ctx, c.Call, row)
	keepWarnings(ctx)
	return iter, err
}

// useDatabase makes a database the current one and returns what undoes it.
func useDatabase(ctx *sql.Context, name string) (restore func()) {
	before := ctx.GetCurrentDatabase()
	ctx.SetCurrentDatabase(name)
	return func() { ctx.SetCurrentDatabase(before) }
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
			ctx.Warn(codeSubstituted, "%s", substitutionText(sub))
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
	return rewrapCall(c.Call.WithChildren(children...))
}

// WithExpressions implements sql.Expressioner.
func (c *routineCall) WithExpressions(list ...sql.Expression) (sql.Node, error) {
	return rewrapCall(c.Call.WithExpressions(list...))
}

func rewrapCall(n sql.Node, err error) (sql.Node, error) {
	if call, ok := n.(*plan.Call); ok && err == nil {
		return &routineCall{call}, nil
	}
	return n, err
}

// routineRunner runs the statements of a procedure. The interpreter puts the
// values of their rows into variables, and from there into the text of other
// statements, without reading a TEXT or JSON value from the storage first.
type routineRunner struct{ sql.StatementRunner }

// QueryWithBindings implements sql.StatementRunner.
func (r routineRunner) QueryWithBindings(ctx *sql.Context, query string, parsed sqlparser.Statement,
	bindings map[string]sqlparser.Expr, flags *sql.QueryFlags) (sql.Schema, sql.RowIter, *sql.QueryFlags, error) {
	schema, rows, flags, err := r.StatementRunner.QueryWithBindings(ctx, query, parsed, bindings, flags)
	if err != nil {
		return schema, rows, flags, err
	}
	return schema, readRows{rows}, flags, nil
}

// readRows reads the values that the storage gives as references.
type readRows struct{ sql.RowIter }

// Next implements sql.RowIter.
func (r readRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := r.RowIter.Next(ctx)
	if err != nil {
		return row, err
	}
	for i, value := range row {
		wrapped, ok := value.(sql.AnyWrapper)
		if !ok {
			continue
		}
		if row[i], err = wrapped.UnwrapAny(ctx); err != nil {
			return nil, err
		}
	}
	return row, nil
}
