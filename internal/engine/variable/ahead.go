package variable

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
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

// Concurrency is the session's airglow_max_concurrency.
func Concurrency(ctx *sql.Context) int {
	value, err := ctx.GetSessionVariable(ctx, concurrencyVariable)
	if n, ok := value.(int64); ok && err == nil {
		return int(n)
	}
	return defaultConcurrency
}

// LookaheadOff reports whether the session's airglow_lookahead is OFF.
func LookaheadOff(ctx *sql.Context) bool {
	on, err := ctx.GetSessionVariable(ctx, lookaheadVariable)
	return err == nil && on == int8(0)
}
