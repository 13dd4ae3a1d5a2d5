package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/lookahead"
)

const (
	lookaheadVariable   = "airglow_lookahead"
	concurrencyVariable = "airglow_max_concurrency"
)

// The bounds of airglow_max_concurrency.
const (
	defaultConcurrency = 64
	maxConcurrency     = 1024
)

// lookaheadVariables are the system variables that say how far a statement runs
// its model calls ahead.
func lookaheadVariables() []sql.SystemVariable {
	scope := sql.GetMysqlScope(sql.SystemVariableScope_Both)
	return []sql.SystemVariable{
		&sql.MysqlSystemVariable{
			Name: lookaheadVariable, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemBoolType(lookaheadVariable), Default: int8(1),
		},
		&sql.MysqlSystemVariable{
			Name: concurrencyVariable, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemIntType(concurrencyVariable, 1, maxConcurrency, false), Default: int64(defaultConcurrency),
		},
	}
}

// settingsOf are the settings of the client's statement that runs in ctx. A
// statement of the server's own runs its calls one by one.
func (e *Engine) settingsOf(ctx *sql.Context) lookahead.Settings {
	s := statementFrom(ctx)
	if s == nil {
		return lookahead.Settings{Off: true}
	}
	settings := lookahead.Settings{
		Memo: s.calls(e.runner), Concurrency: concurrencyOf(ctx), Numbers: &s.rows,
		Overlooked: overlooked, Progress: &s.progress, Below: e.below,
	}
	if on, err := ctx.GetSessionVariable(ctx, lookaheadVariable); err == nil && on == int8(0) {
		settings.Off = true
	}
	return settings
}

// concurrencyOf is the session's airglow_max_concurrency.
func concurrencyOf(ctx *sql.Context) int {
	value, err := ctx.GetSessionVariable(ctx, concurrencyVariable)
	if n, ok := value.(int64); ok && err == nil {
		return int(n)
	}
	return defaultConcurrency
}

// indexRule is the name of the engine's rule that gives the columns of a plan their
// places in its rows.
const indexRule = "assignExecIndexes"

// computingRules are the rules, with that one seeing the columns that GROUP BY and
// windows have their model calls in.
func computingRules(rules []analyzer.Rule) []analyzer.Rule {
	list := append([]analyzer.Rule{}, rules...)
	for i, rule := range list {
		if rule.Id.String() == indexRule {
			list[i].Apply = computingFirst(rule.Apply)
		}
	}
	return list
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
	s := survey{readOnly: true} // what is written does not matter
	s.node(n)
	return s.calls
}
