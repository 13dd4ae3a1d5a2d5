// Package budget keeps what is spent on model calls below what may be.
//
// The most that a call can cost (worst.go) is reserved with all budgets that bind
// it, or with none, before the call is made, and what it did cost is settled
// after. What is spent and what is reserved never exceed a budget together, so
// that however many sessions call at once, none is passed.
//
//	Keeper   the budgets of users, roles, databases and everywhere, by hour,
//	         day and month, and what was spent of them (budget.go, change.go)
//	Purse    the budget of one statement (purse.go)
//	Hold     what is reserved for one attempt (hold.go)
//	Worst    the most that a call can cost, and what it did (worst.go)
//	         the sentences of a call that is refused (exhausted.go)
//
// All of it is in memory, under one lock that is held for no call and no write:
// what is to outlive the process is the Store's, which reads it back.
package budget

import (
	"fmt"
	"sync"
	"time"

	"airglow/internal/ledger"
)

// Store keeps the budgets and what was spent.
type Store interface {
	// Budgets returns the budgets that were set.
	Budgets() ([]ledger.Budget, error)
	// Charges returns what was spent in the hours that began at a time or after.
	Charges(since time.Time) (map[ledger.Payer]ledger.Charge, error)
	// SetBudget keeps a budget, in the place of one with the same key, and
	// DropBudget forgets one. Both return when that is durable.
	SetBudget(ledger.Budget) error
	DropBudget(ledger.BudgetKey) error
}

// Keeper has the budgets. It is safe for concurrent use and needs no closing.
type Keeper struct {
	store Store
	now   func() time.Time

	// changes is held while a budget is set or dropped, so that the store and the
	// memory change in the same order.
	changes sync.Mutex

	mu       sync.Mutex
	accounts map[target][]*account
	// sums is what was spent this month, by whom and in which hour, for budgets that
	// are set later. month is when it began.
	sums  map[ledger.Payer]ledger.Charge
	month time.Time
	// underWay are the holds of attempts that have not ended.
	underWay map[*Hold]bool
}

// target is whose budgets they are.
type target struct {
	scope ledger.BudgetScope
	name  string
}

// account is what became of one budget. The Keeper's lock guards it.
type account struct {
	ledger.Budget
	// start is when the period under way began; what follows is of that period.
	start           time.Time
	spent, reserved int64
	// freed is closed when there may be room that was not there; nil while nobody
	// waits for it.
	freed chan struct{}
}

// Options are what a Keeper is built from.
type Options struct {
	// Store may be nil: then no budgets are kept beyond the process.
	Store Store
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// New returns the Keeper of a store's budgets.
func New(o Options) (*Keeper, error) {
	k := &Keeper{store: o.Store, now: o.Now, accounts: map[target][]*account{}, underWay: map[*Hold]bool{}}
	if k.now == nil {
		k.now = time.Now
	}
	now := k.now()
	k.month, k.sums = ledger.Month.Start(now), map[ledger.Payer]ledger.Charge{}
	if k.store == nil {
		return k, nil
	}
	sums, err := k.store.Charges(k.month)
	if err != nil {
		return nil, fmt.Errorf("open budgets: %w", err)
	}
	k.sums = sums
	list, err := k.store.Budgets()
	if err != nil {
		return nil, fmt.Errorf("open budgets: %w", err)
	}
	for _, b := range list {
		k.open(b, now)
	}
	return k, nil
}

// roll moves an account into the period of a time. A clock that is set back does
// not bring a period back.
func (a *account) roll(now time.Time) {
	start := a.Period.Start(now)
	if !start.After(a.start) {
		return
	}
	a.start, a.spent, a.reserved = start, 0, 0
	a.free()
}

// left is how much neither is spent nor reserved; negative for a budget that was
// lowered below that.
func (a *account) left() int64 { return a.Amount - ledger.Saturated(a.spent, a.reserved) }

// free tells those who wait that there may be room.
func (a *account) free() {
	if a.freed != nil {
		close(a.freed)
		a.freed = nil
	}
}

// wait returns what is closed when there may be room.
func (a *account) wait() <-chan struct{} {
	if a.freed == nil {
		a.freed = make(chan struct{})
	}
	return a.freed
}

// bind are the accounts that bound what a payer spends with a purse. The caller
// holds mu.
func (k *Keeper) bind(payer ledger.Payer, purse *Purse) []*account {
	list := purse.all()
	list = append(list, k.accounts[target{ledger.ScopeUser, payer.User}]...)
	for _, role := range payer.RoleNames() {
		list = append(list, k.accounts[target{ledger.ScopeRole, role}]...)
	}
	list = append(list, k.accounts[target{ledger.ScopeDatabase, payer.Database}]...)
	return append(list, k.accounts[target{ledger.ScopeEverywhere, ""}]...)
}

// forget drops the sums of months that are over. The caller holds mu.
func (k *Keeper) forget(now time.Time) {
	month := ledger.Month.Start(now)
	if !month.After(k.month) {
		return
	}
	k.month = month
	for payer := range k.sums {
		if payer.Began().Before(month) {
			delete(k.sums, payer)
		}
	}
}
