package rules

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/lookahead"
)

// indexRule is the name of the engine's rule that gives the columns of a plan their
// places in its rows.
const indexRule = "assignExecIndexes"

// Computing are the rules, with that one seeing the columns that GROUP BY and
// windows have their model calls in.
func Computing(rules []analyzer.Rule) []analyzer.Rule {
	return around(rules, computingFirst, indexRule)
}

func computingFirst(rule analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if !computesCalls(n, flags) {
			return rule(ctx, a, n, scope, sel, flags)
		}
		n, _, err := lookahead.Compute(n)
		if err != nil {
			return nil, transform.SameTree, err
		}
		return rule(ctx, a, n, scope, sel, flags)
	}
}

// computesCalls reports whether a plan may group, or have windows, and calls models.
// Most plans have neither, which is known without a look at their expressions.
func computesCalls(n sql.Node, flags *sql.QueryFlags) bool {
	if nodesOf(n)&(hasGroup|hasOther) == 0 && !flags.SubqueryIsSet() {
		return false
	}
	s := Survey{ReadOnly: true} // what is written does not matter
	s.node(n)
	return s.Calls
}
