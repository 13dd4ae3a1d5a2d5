package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/infer"
)

// planRuleID is above the ids of the engine's own rules.
const planRuleID analyzer.RuleId = 10_001

// planRule is the last rule of every analysis, also of the plans that run few
// others. It makes the statements of a procedure run through a runner that
// knows the procedure's database, as the engine runs them in the caller's; and
// it makes DROP DATABASE drop our functions too.
func planRule(e *Engine) analyzer.Rule {
	return analyzer.Rule{Id: planRuleID, Apply: func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node,
		_ *plan.Scope, _ analyzer.RuleSelector, _ *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		return transform.Node(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
			switch n := n.(type) {
			case *plan.DropDB:
				return &dropDatabase{DropDB: n, engine: e}, transform.NewTree, nil
			case *plan.Call:
				if n.Database() != nil {
					runner := routineRunner{StatementRunner: a.Runner, database: n.Database().Name()}
					return n.SetStatementRunner(ctx, runner), transform.NewTree, nil
				}
			}
			return n, transform.SameTree, nil
		})
	}}
}

// routineRunner runs the statements of one procedure.
type routineRunner struct {
	sql.StatementRunner
	database string
}

// QueryWithBindings implements sql.StatementRunner.
func (r routineRunner) QueryWithBindings(ctx *sql.Context, query string, parsed sqlparser.Statement,
	bindings map[string]sqlparser.Expr, flags *sql.QueryFlags) (sql.Schema, sql.RowIter, *sql.QueryFlags, error) {
	inner := ctx.WithContext(withRoutineDatabase(ctx.Context, r.database))
	schema, rows, flags, err := r.StatementRunner.QueryWithBindings(inner, query, parsed, bindings, flags)
	r.keepWarnings(inner)
	return schema, rows, flags, err
}

// keepWarnings raises the statement's substitution warnings again: every
// statement of a procedure clears those before it, and the user asks after the
// CALL.
func (r routineRunner) keepWarnings(ctx *sql.Context) {
	s := statementFrom(ctx)
	if s == nil {
		return
	}
	s.mu.Lock()
	subs := make([]infer.Substitution, 0, len(s.warned))
	for sub := range s.warned {
		subs = append(subs, sub)
	}
	s.mu.Unlock()
	for _, sub := range subs {
		if !hasWarning(ctx, substitutionText(sub)) {
			ctx.Warn(codeSubstituted, "%s", substitutionText(sub))
		}
	}
}

func hasWarning(ctx *sql.Context, message string) bool {
	for _, w := range ctx.Session.Warnings() {
		if w.Message == message {
			return true
		}
	}
	return false
}
