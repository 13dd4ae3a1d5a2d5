package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/budget"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/mlsql"
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

// bound gives a call the purse of its statement, which has none when the server
// runs it for itself. Only the statement's own goroutine calls it.
func (s *statement) bound(ctx *sql.Context, call *infer.Call) (err error) {
	if s == nil {
		return nil
	}
	if !s.bounded {
		if s.purse, err = purseOf(ctx); err != nil {
			return err
		}
		s.bounded = true
	}
	call.Purse = s.purse
	return nil
}

// purseOf is what the session lets a statement spend.
func purseOf(ctx *sql.Context) (*budget.Purse, error) {
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

// grantedRoles are all roles of the session's account, active or not: nobody
// leaves a role's budget by SET ROLE.
func (e *Engine) grantedRoles(ctx *sql.Context) string {
	account := e.account(ctx)
	if account == nil {
		return ""
	}
	return ledger.JoinRoles(e.RolesOf(mlsql.Account{Name: account.User, Host: account.Host}))
}

// RolesOf are the roles that an account is granted, itself or through others,
// each name@host.
func (e *Engine) RolesOf(account mlsql.Account) []string {
	var names []string
	for _, role := range e.granted(account.Name, account.Host, true) {
		names = append(names, role.Name+"@"+role.Host)
	}
	return names
}
