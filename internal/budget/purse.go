package budget

import "airglow/internal/ledger"

// Purse is the budget of one statement, in up to three units. Its accounts are
// guarded by the lock of the Keeper that takes from it.
type Purse struct{ accounts []*account }

// NewPurse returns the purse of a statement that may cost so much; what is zero
// is not bounded. It is nil when nothing is.
func NewPurse(most ledger.Charge) *Purse {
	var p Purse
	for _, unit := range []ledger.Unit{ledger.UnitDollars, ledger.UnitTokens, ledger.UnitCalls} {
		if amount := most.Of(unit); amount > 0 {
			key := ledger.BudgetKey{Scope: ledger.ScopeStatement, Unit: unit}
			p.accounts = append(p.accounts, &account{Budget: ledger.Budget{BudgetKey: key, Amount: amount}})
		}
	}
	if p.accounts == nil {
		return nil
	}
	return &p
}

// all are the accounts, in a slice of the caller's own.
func (p *Purse) all() []*account {
	if p == nil {
		return nil
	}
	return append([]*account(nil), p.accounts...)
}
