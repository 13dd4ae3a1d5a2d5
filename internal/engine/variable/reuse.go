package variable

import (
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/ledger"
)

func reuseVariables() []sql.SystemVariable {
	scope := sql.GetMysqlScope(sql.SystemVariableScope_Both)
	return []sql.SystemVariable{
		&sql.MysqlSystemVariable{
			Name: reuseVariable, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemEnumType(reuseVariable, ledger.ReuseNames()...), Default: ledger.ReuseResume.String(),
		},
		&sql.MysqlSystemVariable{
			Name: maxAgeVariable, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemIntType(maxAgeVariable, 0, mostMaxAge, false), Default: int64(defaultMaxAge),
		},
	}
}

// The variables that say which recorded answers serve a session again.
const (
	reuseVariable  = "airglow_reuse"
	maxAgeVariable = "airglow_reuse_max_age"
)

// The bounds of airglow_reuse_max_age, in seconds: a week by default, a hundred
// years at most; 0 is no limit.
const (
	defaultMaxAge = 7 * 24 * 3600
	mostMaxAge    = 100 * 365 * 24 * 3600
)

// Policy is which recorded answers the session allows now.
func Policy(ctx *sql.Context, now time.Time) (ledger.Policy, error) {
	mode, err := ctx.GetSessionVariable(ctx, reuseVariable)
	if err != nil {
		return ledger.Policy{}, err
	}
	name, _ := mode.(string)
	reuse, _ := ledger.ParseReuse(name)
	policy := ledger.Policy{Reuse: reuse}
	age, err := ctx.GetSessionVariable(ctx, maxAgeVariable)
	if seconds, ok := age.(int64); ok && seconds > 0 {
		policy.NotBefore = now.Add(-time.Duration(seconds) * time.Second)
	}
	return policy, err
}
