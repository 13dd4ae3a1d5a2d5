package variable

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/budget"
	"airglow/internal/ledger"
)

// The most that the budgets of a statement can be set to; 0 is none.
const (
	mostDollars = 9_000_000 // a ledger.Money has no more
	mostUnits   = 1_000_000_000_000_000
)

// budgetVariables are the budgets of a statement.
func budgetVariables() []sql.SystemVariable {
	scope := sql.GetMysqlScope(sql.SystemVariableScope_Both)
	dollars := budget.Variable(ledger.UnitDollars)
	list := []sql.SystemVariable{&sql.MysqlSystemVariable{
		Name: dollars, Scope: scope, Dynamic: true, SetVarHintApplies: true,
		Type: types.NewSystemDoubleType(dollars, 0, mostDollars), Default: float64(0),
	}}
	for _, unit := range []ledger.Unit{ledger.UnitTokens, ledger.UnitCalls} {
		name := budget.Variable(unit)
		list = append(list, &sql.MysqlSystemVariable{
			Name: name, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemIntType(name, 0, mostUnits, false), Default: int64(0),
		})
	}
	return list
}

// Purse is what the session lets a statement spend.
func Purse(ctx *sql.Context) (*budget.Purse, error) {
	var most ledger.Charge
	dollars, err := ctx.GetSessionVariable(ctx, budget.Variable(ledger.UnitDollars))
	if err != nil {
		return nil, err
	}
	if d, ok := dollars.(float64); ok {
		most.Cost = ledger.Dollars(d)
	}
	for unit, to := range map[ledger.Unit]*int64{ledger.UnitTokens: &most.Tokens, ledger.UnitCalls: &most.Calls} {
		value, err := ctx.GetSessionVariable(ctx, budget.Variable(unit))
		if err != nil {
			return nil, err
		}
		if n, ok := value.(int64); ok {
			*to = n
		}
	}
	return budget.NewPurse(most), nil
}
