package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/infer"
)

// routineCall is CALL with the procedure's own database as the current one
// while it runs, as MySQL has it: the engine runs the statements of a body in
// the caller's database.
type routineCall struct{ *plan.Call }

var _ sql.ExecBuilderNode = (*routineCall)(nil)

// BuildRowIter implements sql.ExecBuilderNode. The engine runs the whole
// procedure while it builds the rows.
func (c *routineCall) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
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
