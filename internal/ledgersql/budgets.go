package ledgersql

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"airglow/internal/budget"
	"airglow/internal/engine/own"
	"airglow/internal/ledger"
)

// amountType holds dollars to the last digit of a Money, and any count.
const amountType = "decimal(32,12)"

var budgetColumns = []column[budget.Standing]{
	{"scope", "varchar(16)", func(s budget.Standing) any { return string(s.Scope) }},
	{"name", nameType, func(s budget.Standing) any { return s.Name }},
	{"period", "varchar(8)", func(s budget.Standing) any { return string(s.Period) }},
	{"unit", "varchar(8)", func(s budget.Standing) any { return string(s.Unit) }},
	{"amount", amountType, func(s budget.Standing) any { return amount(s.Unit, s.Amount) }},
	{"spent", amountType, func(s budget.Standing) any { return amount(s.Unit, s.Spent) }},
	{"reserved", amountType, func(s budget.Standing) any { return amount(s.Unit, s.Reserved) }},
	{"remaining", amountType, func(s budget.Standing) any {
		return amount(s.Unit, max(0, s.Amount-ledger.Saturated(s.Spent, s.Reserved)))
	}},
	{"resets_at", "datetime", func(s budget.Standing) any { return at(s.Resets) }},
}

// amount is a number in a unit as SQL writes it.
func amount(u ledger.Unit, n int64) string {
	if u == ledger.UnitDollars {
		return ledger.Money(n).Decimal()
	}
	return strconv.FormatInt(n, 10)
}

// budgetRows are the rows of airglow.budgets: those that bind the caller, and with
// PROCESS all.
func (s SQL) budgetRows(_ context.Context, caller own.Caller) ([][]any, error) {
	roles := make([]string, len(caller.Roles))
	for i, role := range caller.Roles {
		roles[i] = role.Name + "@" + role.Host
	}
	payer := ledger.Payer{
		User: caller.Account.Name + "@" + caller.Account.Host, Roles: ledger.JoinRoles(roles), Database: ledger.BudgetDatabase(caller.Database),
	}
	var rows [][]any
	for _, standing := range s.budgets.Standings() {
		if caller.Process || standing.Binds(payer) {
			rows = append(rows, values(budgetColumns, standing))
		}
	}
	return rows, nil
}

// setBudget runs CALL airglow.set_budget(scope, name, period, unit, amount).
func (s SQL) setBudget(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if err := needsSuper(caller); err != nil {
		return nil, err
	}
	key, err := budgetKey("set_budget", args)
	if err != nil {
		return nil, err
	}
	b := ledger.Budget{BudgetKey: key}
	if b.Amount, err = budgetAmount(key.Unit, args[4]); err != nil {
		return nil, err
	}
	if err := s.budgets.Set(b); err != nil {
		return nil, err
	}
	warnOfNobody(caller, key)
	return nil, nil
}

// warnOfNobody warns of a budget that binds nobody as yet: a name that is written
// wrongly would leave those unbound whom it was meant for.
func warnOfNobody(caller own.Caller, key ledger.BudgetKey) {
	switch key.Scope {
	case ledger.ScopeUser, ledger.ScopeRole:
		i := strings.LastIndexByte(key.Name, '@')
		if name, host := key.Name[:i], key.Name[i+1:]; !caller.HasAccount(name, host) {
			caller.Warn(noAccount, fmt.Sprintf("Authorization ID `%s`@`%s` does not exist; the budget binds it once it does", name, host))
		}
	case ledger.ScopeDatabase:
		if !caller.HasDatabase(key.Name) {
			caller.Warn(noDatabase, fmt.Sprintf("Unknown database '%s'; the budget binds what is asked in it once it exists", key.Name))
		}
	}
}

// MySQL's numbers of an account and of a database that do not exist.
const (
	noAccount  = 3162
	noDatabase = 1049
)

// dropBudget runs CALL airglow.drop_budget(scope, name, period, unit).
func (s SQL) dropBudget(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	if err := needsSuper(caller); err != nil {
		return nil, err
	}
	key, err := budgetKey("drop_budget", args)
	if err != nil {
		return nil, err
	}
	found, err := s.budgets.Drop(key)
	if err == nil && !found {
		err = badArgument("drop_budget", "name", args[1], "SELECT * FROM airglow.budgets lists the budgets that were set")
	}
	return nil, err
}

// budgetKey reads the arguments that name a budget: scope, name, period and unit.
func budgetKey(function string, args []*string) (k ledger.BudgetKey, err error) {
	if k.Scope, err = oneOf(function, "scope", args[0], ledger.ScopeUser, ledger.ScopeRole, ledger.ScopeDatabase, ledger.ScopeEverywhere); err != nil {
		return k, err
	}
	if k.Name, err = budgetName(function, k.Scope, args[1]); err != nil {
		return k, err
	}
	if k.Period, err = oneOf(function, "period", args[2], ledger.Hour, ledger.Daily, ledger.Month); err != nil {
		return k, err
	}
	k.Unit, err = oneOf(function, "unit", args[3], ledger.UnitDollars, ledger.UnitTokens, ledger.UnitCalls)
	return k, err
}

// oneOf reads an argument that is one of a few words, in any case.
func oneOf[T ~string](function, name string, arg *string, words ...T) (T, error) {
	if arg != nil {
		word := T(strings.ToLower(strings.TrimSpace(*arg)))
		if slices.Contains(words, word) {
			return word, nil
		}
	}
	var list []string
	for _, word := range words {
		list = append(list, string(word))
	}
	return "", badArgument(function, name, arg, "write "+strings.Join(list[:len(list)-1], ", ")+" or "+list[len(list)-1])
}

// budgetName reads whose budget it is. An account without a host is one of every
// host, as in MySQL.
func budgetName(function string, scope ledger.BudgetScope, arg *string) (string, error) {
	name := ""
	if arg != nil {
		name = strings.TrimSpace(*arg)
	}
	switch {
	case scope == ledger.ScopeEverywhere && name == "":
		return "", nil
	case scope == ledger.ScopeEverywhere:
		return "", badArgument(function, "name", arg, "write '' for everywhere")
	case name == "":
		return "", badArgument(function, "name", arg, "write the "+string(scope)+" that is bound")
	case scope == ledger.ScopeDatabase:
		return ledger.BudgetDatabase(name), nil
	}
	account, host := name, "%"
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		account, host = name[:i], name[i+1:]
	}
	return unquoted(account) + "@" + strings.ToLower(unquoted(host)), nil
}

// unquoted is a part of an account without the quotes that may be around it.
func unquoted(part string) string {
	for _, quote := range []string{"'", "`", `"`} {
		if len(part) >= 2 && strings.HasPrefix(part, quote) && strings.HasSuffix(part, quote) {
			return part[1 : len(part)-1]
		}
	}
	return part
}

// The most that a budget can be.
const (
	mostDollars = 9_000_000 // a ledger.Money has no more
	mostUnits   = 1_000_000_000_000_000
)

// budgetAmount reads how much a budget is; 0 lets nothing through that costs.
func budgetAmount(unit ledger.Unit, arg *string) (int64, error) {
	if unit == ledger.UnitDollars {
		if arg != nil {
			d, err := strconv.ParseFloat(strings.TrimSpace(*arg), 64)
			if err == nil && d >= 0 && d <= mostDollars && !math.IsNaN(d) {
				return int64(ledger.Dollars(d)), nil
			}
		}
		return 0, badArgument("set_budget", "amount", arg, "write dollars, from 0 to 9000000")
	}
	n, err := wholeNumber("set_budget", "amount", arg, 0)
	if err == nil && n > mostUnits {
		err = badArgument("set_budget", "amount", arg, "write "+string(unit)+", from 0 to 1000000000000000")
	}
	return n, err
}
