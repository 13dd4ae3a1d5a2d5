package budget

import (
	"cmp"
	"slices"
	"time"

	"airglow/internal/ledger"
)

// Set sets a budget, in the place of one with the same key. What was spent in its
// period counts, and what is under way. An error is the Store's, and nothing has
// changed.
func (k *Keeper) Set(b ledger.Budget) error {
	k.changes.Lock()
	defer k.changes.Unlock()
	if k.store != nil {
		if err := k.store.SetBudget(b); err != nil {
			return err
		}
	}
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget(now)
	if a := k.find(b.BudgetKey); a != nil {
		a.Amount = b.Amount
		a.free()
		return nil
	}
	k.open(b, now)
	return nil
}

// Drop drops a budget and reports whether there was one. An error is the Store's,
// and nothing has changed.
func (k *Keeper) Drop(key ledger.BudgetKey) (bool, error) {
	k.changes.Lock()
	defer k.changes.Unlock()
	k.mu.Lock()
	a := k.find(key)
	k.mu.Unlock()
	if a == nil {
		return false, nil
	}
	if k.store != nil {
		if err := k.store.DropBudget(key); err != nil {
			return false, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	to := target{key.Scope, key.Name}
	k.accounts[to] = slices.DeleteFunc(k.accounts[to], func(other *account) bool { return other == a })
	if len(k.accounts[to]) == 0 {
		delete(k.accounts, to)
	}
	a.free() // who waits finds it gone
	return true, nil
}

// find returns the account of a key, nil when there is none. The caller holds mu.
func (k *Keeper) find(key ledger.BudgetKey) *account {
	for _, a := range k.accounts[target{key.Scope, key.Name}] {
		if a.BudgetKey == key {
			return a
		}
	}
	return nil
}

// open makes the account of a new budget. The caller holds mu, or is New.
func (k *Keeper) open(b ledger.Budget, now time.Time) {
	a := &account{Budget: b, start: b.Period.Start(now)}
	for payer, sum := range k.sums {
		if b.Binds(payer) && !payer.Began().Before(a.start) {
			a.spent = ledger.Saturated(a.spent, sum.Of(b.Unit))
		}
	}
	for h := range k.underWay {
		if b.Binds(h.payer) && !h.payer.Began().Before(a.start) && h.worst.countsFor(b.Unit) {
			h.parts = append(h.parts, part{a, a.start, h.worst.Of(b.Unit)})
			a.reserved = ledger.Saturated(a.reserved, h.worst.Of(b.Unit))
		}
	}
	to := target{b.Scope, b.Name}
	k.accounts[to] = append(k.accounts[to], a)
	slices.SortFunc(k.accounts[to], func(x, y *account) int { return compareKeys(x.BudgetKey, y.BudgetKey) })
}

func compareKeys(a, b ledger.BudgetKey) int {
	return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Period, b.Period), cmp.Compare(a.Unit, b.Unit))
}

// Standing is how a budget stands.
type Standing struct {
	ledger.Budget
	// Spent is what was settled in the period under way, Reserved what is held for
	// calls that have not ended.
	Spent, Reserved int64
	// Resets is when the next period begins.
	Resets time.Time
}

// Standings returns how the budgets stand, in the order of their keys.
func (k *Keeper) Standings() []Standing {
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []Standing
	for _, accounts := range k.accounts {
		for _, a := range accounts {
			a.roll(now)
			list = append(list, Standing{a.Budget, a.spent, a.reserved, a.Period.End(now)})
		}
	}
	slices.SortFunc(list, func(x, y Standing) int { return compareKeys(x.BudgetKey, y.BudgetKey) })
	return list
}
