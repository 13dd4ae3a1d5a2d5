package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/current"
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
		Overlooked: current.Overlooked, Progress: &s.progress, Below: e.below,
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
