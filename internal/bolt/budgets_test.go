package bolt_test

import (
	"fmt"
	"testing"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/ledger"
)

// charged is an attempt that began at a time and counts for so many tokens.
func charged(at time.Time, tokens int64) *ledger.Attempt {
	a := attempt(0, `{}`)
	a.Begun, a.Charge = at, ledger.Charge{Calls: 1, Tokens: tokens, Cost: ledger.Money(tokens) * 1000}
	a.Roles = ledger.JoinRoles([]string{"a@%", "b@%"})
	return a
}

func TestBudgetsAreKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := ledger.Budget{BudgetKey: ledger.BudgetKey{Scope: ledger.ScopeUser, Name: "ada@%", Period: ledger.Daily, Unit: ledger.UnitDollars}, Amount: 5}
	second := ledger.Budget{BudgetKey: ledger.BudgetKey{Scope: ledger.ScopeEverywhere, Period: ledger.Hour, Unit: ledger.UnitCalls}, Amount: 7}
	for _, b := range []ledger.Budget{second, first} {
		b.Amount++
		if err := s.SetBudget(b); err != nil {
			t.Fatal(err)
		}
		b.Amount--
		if err := s.SetBudget(b); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	s = open(t, dir)
	defer closeStore(t, s)
	list, err := s.Budgets()
	if err != nil || fmt.Sprint(list) != fmt.Sprint([]ledger.Budget{second, first}) {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.DropBudget(second.BudgetKey); err != nil {
		t.Fatal(err)
	}
	if list, err = s.Budgets(); err != nil || len(list) != 1 || list[0] != first {
		t.Errorf("%+v, %v", list, err)
	}
}

// What was spent outlives the process, attempts that were cut off at the most that
// they can have cost, and outlives the attempts.
func TestChargesAreKept(t *testing.T) {
	dir := t.TempDir()
	c := &clock{noon}
	s := open(t, dir, func(o *bolt.Options) { o.Now = c.now })
	early := noon.Add(-61 * time.Minute)
	for _, a := range []*ledger.Attempt{charged(noon, 100), charged(noon.Add(59*time.Minute), 100), charged(early, 100)} {
		if err := s.Begin(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		a.Charge.Tokens, a.Charge.Cost = 30, 30_000
		if err := s.End(t.Context(), answer(a, noon)); err != nil {
			t.Fatal(err)
		}
	}
	cut := charged(noon, 500)
	if err := s.Begin(t.Context(), cut); err != nil {
		t.Fatal(err)
	}
	payer := ledger.PayerOf(cut.Origin, noon)
	if payer.Database != "shop" || payer.User != "ada@%" || len(payer.RoleNames()) != 2 || !payer.Began().Equal(noon) {
		t.Errorf("%+v", payer)
	}
	check := func(want int64, calls int64) {
		t.Helper()
		sums, err := s.Charges(noon)
		if err != nil || len(sums) != 1 || sums[payer] != (ledger.Charge{Calls: calls, Tokens: want, Cost: ledger.Money(want) * 1000}) {
			t.Errorf("%+v, %v", sums, err)
		}
	}
	check(60, 2)
	closeStore(t, s)
	s = open(t, dir, func(o *bolt.Options) { o.Now = c.now })
	defer closeStore(t, s)
	check(560, 3)
	c.t = noon.Add(time.Hour)
	if purged, err := s.Purge(bolt.Limits{Before: noon.Add(time.Hour)}); err != nil || purged.Attempts != 4 {
		t.Errorf("%+v, %v", purged, err)
	}
	check(560, 3)
	if sums, err := s.Charges(time.Unix(0, 0)); err != nil || len(sums) != 2 {
		t.Errorf("%+v, %v", sums, err)
	}
	// What is too old goes with what comes.
	for day := range 2 {
		late := charged(noon.AddDate(0, 0, 50+day), 1)
		record(t, s, late, late.Begun)
	}
	if sums, err := s.Charges(time.Unix(0, 0)); err != nil || len(sums) != 2 {
		t.Errorf("%+v, %v", sums, err)
	}
}
