package budget

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// Named is how a sentence names a call.
type Named struct {
	Service model.Service
	// Model is the one to be asked, in the words of its Provider.
	Model, Provider string
	// Unlisted is true where no price can be set.
	Unlisted bool
}

// goOn is what running the statement again does.
const goOn = "run the statement again: with airglow_reuse = 'resume', the default, it goes on where it stopped"

// Over is the cause of a failure of kind OverBudget: the budget that has no room.
type Over struct{ Budget ledger.BudgetKey }

// Error implements error.
func (o Over) Error() string { return nameOf(o.Budget) + " has no room" }

// exhausted is the failure of a call that what is spent leaves no room for.
func exhausted(a *account, need int64, ask Ask, now time.Time) error {
	return over(a.BudgetKey, ask.Call, fmt.Sprintf("%s leaves no room for a call of model %q: %s spent, and the call may %s %s; %s, and %s",
		nameOf(a.BudgetKey), ask.Call.Model, spent(a), taking(a.Unit), amount(need, a.Unit), remedy(a, need, now), goOn))
}

// unpriced is the failure of a call whose cost has no bound.
func unpriced(b ledger.Budget, call Named) error {
	remedy := fmt.Sprintf("CALL airglow.set_price('%s', input, output) sets it, in dollars for a million tokens", call.Model)
	if call.Unlisted {
		remedy = "prices are set and kept with the ledger on (ledger.enabled = true)"
	}
	return over(b.BudgetKey, call, fmt.Sprintf("%s cannot bound a call of model %q of provider %s, whose price is not known; %s",
		nameOf(b.BudgetKey), call.Model, call.Provider, remedy))
}

func over(key ledger.BudgetKey, call Named, text string) error {
	return &model.Error{Kind: model.OverBudget, Service: call.Service, Message: text, Err: Over{key}}
}

// remedy is how there would be room.
func remedy(a *account, need int64, now time.Time) string {
	fewer := ""
	if need > a.Amount && a.Unit != ledger.UnitCalls {
		fewer = "allow the answer fewer tokens in the request, or "
	}
	if a.Scope == ledger.ScopeStatement {
		return fewer + "raise " + Variable(a.Unit)
	}
	arguments := fmt.Sprintf("'%s', '%s', '%s', '%s', …", a.Scope, a.Name, a.Period, a.Unit)
	wait := ""
	if need <= a.Amount {
		wait = ", or wait until it resets at " + a.Period.End(now).Format(time.DateTime) + " UTC"
	}
	return fewer + "raise it, CALL airglow.set_budget(" + arguments + ")" + wait
}

// Variable is the session variable of a statement's budget in a unit.
func Variable(u ledger.Unit) string { return "airglow_budget_" + string(u) }

// nameOf names a budget at the beginning of a sentence.
func nameOf(k ledger.BudgetKey) string {
	of := "of " + string(k.Scope) + " " + k.Name
	switch k.Scope {
	case ledger.ScopeStatement:
		return "the statement's budget, " + Variable(k.Unit) + ","
	case ledger.ScopeEverywhere:
		of = "for everything"
	}
	article := "a"
	if k.Period == ledger.Hour {
		article = "an"
	}
	return fmt.Sprintf("the budget of %s %s %s %s", k.Unit, article, k.Period, of)
}

func amount(n int64, u ledger.Unit) string {
	if u == ledger.UnitDollars {
		return ledger.Money(n).String()
	}
	if n == 1 {
		return "1 " + string(u[:len(u)-1])
	}
	return fmt.Sprintf("%d %s", n, u)
}

// exactly is an amount of money with all its digits, two at least: what is spent and
// what may be differ in the last of them when a budget is reached.
func exactly(m int64) string {
	whole, fraction, _ := strings.Cut(ledger.Money(m).Decimal(), ".")
	fraction = strings.TrimRight(fraction, "0")
	return "$" + whole + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

// spent says how much of an account is.
func spent(a *account) string {
	if a.Unit == ledger.UnitDollars {
		return exactly(a.spent) + " of " + exactly(a.Amount) + " is"
	}
	return fmt.Sprintf("%d of %s are", a.spent, amount(a.Amount, a.Unit))
}

func taking(u ledger.Unit) string {
	if u == ledger.UnitDollars {
		return "cost"
	}
	return "take"
}

// codeOf is the service's own name of a failure, empty if it had no part in it.
func codeOf(err error) string {
	var failure *model.Error
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}
