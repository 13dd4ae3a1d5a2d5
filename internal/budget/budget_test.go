package budget_test

import (
	"errors"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"airglow/internal/budget"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// memory is a Store in memory.
type memory struct {
	budgets map[ledger.BudgetKey]ledger.Budget
	charges map[ledger.Payer]ledger.Charge
	fails   error
}

func (m *memory) Budgets() (list []ledger.Budget, err error) {
	for _, b := range m.budgets {
		list = append(list, b)
	}
	return list, m.fails
}

func (m *memory) Charges(since time.Time) (map[ledger.Payer]ledger.Charge, error) {
	sums := maps.Clone(m.charges)
	maps.DeleteFunc(sums, func(p ledger.Payer, _ ledger.Charge) bool { return p.Began().Before(since) })
	return sums, m.fails
}

func (m *memory) SetBudget(b ledger.Budget) error {
	if m.fails == nil {
		m.budgets[b.BudgetKey] = b
	}
	return m.fails
}

func (m *memory) DropBudget(k ledger.BudgetKey) error {
	if m.fails == nil {
		delete(m.budgets, k)
	}
	return m.fails
}

// desk is a Keeper with its Store and its clock.
type desk struct {
	*budget.Keeper
	t     *testing.T
	store *memory
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	d := &desk{
		t: t, now: time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC),
		store: &memory{budgets: map[ledger.BudgetKey]ledger.Budget{}, charges: map[ledger.Payer]ledger.Charge{}},
	}
	d.open()
	return d
}

func (d *desk) open() {
	var err error
	if d.Keeper, err = budget.New(budget.Options{Store: d.store, Now: func() time.Time { return d.now }}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) set(scope ledger.BudgetScope, name string, p ledger.Period, u ledger.Unit, amount int64) {
	d.t.Helper()
	err := d.Set(ledger.Budget{BudgetKey: ledger.BudgetKey{Scope: scope, Name: name, Period: p, Unit: u}, Amount: amount})
	if err != nil {
		d.t.Fatal(err)
	}
}

// calls asks for a number of calls of a thousand tokens and a dollar each.
func calls(n int64, o ledger.Origin) budget.Ask {
	return budget.Ask{
		Origin: o, Call: budget.Named{Service: model.Bedrock, Model: "m", Provider: "p"},
		Worst: budget.Worst{Charge: ledger.Charge{Calls: n, Tokens: 1000 * n, Cost: ledger.Money(n) * ledger.Dollar}, Counted: true, Priced: true},
	}
}

var ada = ledger.Origin{User: "ada@%", Database: "Shop/main", Roles: ledger.JoinRoles([]string{"a@%", "b@%"})}

// must reserves what there is room for.
func (d *desk) must(ask budget.Ask) *budget.Hold {
	d.t.Helper()
	hold, _, err := d.Reserve(ask)
	if hold == nil {
		d.t.Fatalf("nothing was reserved: %v", err)
	}
	return hold
}

// refused reserves what there will be no room for.
func (d *desk) refused(ask budget.Ask, want ...string) {
	d.t.Helper()
	hold, busy, err := d.Reserve(ask)
	if hold != nil || busy != nil || model.KindOf(err) != model.OverBudget || model.Retryable(err) {
		d.t.Fatalf("%v, %v, %v", hold, busy, err)
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			d.t.Errorf("%s\nhas no %s", err, text)
		}
	}
}

// waits reserves what others hold, and returns what tells of room.
func (d *desk) waits(ask budget.Ask) <-chan struct{} {
	d.t.Helper()
	hold, busy, err := d.Reserve(ask)
	if hold != nil || busy == nil || err != nil {
		d.t.Fatalf("%v, %v, %v", hold, busy, err)
	}
	return busy
}

func told(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestEveryScopeAndUnitBinds(t *testing.T) {
	for name, b := range map[string]ledger.BudgetKey{
		"user":       {Scope: ledger.ScopeUser, Name: "ada@%"},
		"role":       {Scope: ledger.ScopeRole, Name: "b@%"},
		"database":   {Scope: ledger.ScopeDatabase, Name: "shop"},
		"everywhere": {Scope: ledger.ScopeEverywhere},
	} {
		for unit, amount := range map[ledger.Unit]int64{ledger.UnitCalls: 2, ledger.UnitTokens: 2000, ledger.UnitDollars: 2 * int64(ledger.Dollar)} {
			d := newDesk(t)
			d.set(b.Scope, b.Name, ledger.Daily, unit, amount)
			d.must(calls(1, ada)).Settle(ledger.Charge{Calls: 1, Tokens: 1000, Cost: ledger.Dollar})
			d.must(calls(1, ada)).Settle(ledger.Charge{Calls: 1, Tokens: 1000, Cost: ledger.Dollar})
			d.refused(calls(1, ada), string(unit)+" a day ", string(b.Scope), b.Name, "2026-02-01 00:00:00 UTC", "airglow_reuse",
				"'"+string(b.Scope)+"', '"+b.Name+"', 'day', '"+string(unit)+"'")
			other := ledger.Origin{User: "bob@%", Database: "other", Roles: "c@%"}
			if name == "everywhere" {
				d.refused(calls(1, other))
			} else {
				d.must(calls(1, other))
			}
		}
	}
}

func TestAllIsReservedOrNothing(t *testing.T) {
	d := newDesk(t)
	d.set(ledger.ScopeUser, "ada@%", ledger.Hour, ledger.UnitCalls, 10)
	d.set(ledger.ScopeEverywhere, "", ledger.Month, ledger.UnitCalls, 3)
	first := d.must(calls(2, ada))
	busy := d.waits(calls(2, ada))
	d.refused(calls(4, ada), "the budget of calls a month for everything")
	for _, s := range d.Standings() {
		if s.Reserved != 2 || s.Spent != 0 {
			t.Errorf("%+v", s)
		}
	}
	first.Release()
	if !told(busy) {
		t.Error("nobody was told of the room")
	}
	d.must(calls(2, ada)).Settle(ledger.Charge{Calls: 2})
	d.refused(calls(2, ada), "2 of 3 calls are spent")
}

func TestWhatIsSettledIsSpent(t *testing.T) {
	d := newDesk(t)
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitDollars, 2*int64(ledger.Dollar))
	hold := d.must(calls(2, ada))
	if hold.Charge().Cost != 2*ledger.Dollar {
		t.Errorf("%+v", hold.Charge())
	}
	hold.Settle(ledger.Charge{Calls: 2, Tokens: 10, Cost: ledger.Dollar / 2})
	hold.Settle(ledger.Charge{Cost: ledger.Dollar}) // once is enough
	d.must(calls(1, ada)).Release()
	d.refused(calls(2, ada), "$0.50 of $2.00 is spent, and the call may cost $2.00")
	d.refused(calls(3, ada), "allow the answer fewer tokens in the request, or raise it")
	s := d.Standings()
	if len(s) != 1 || s[0].Spent != int64(ledger.Dollar/2) || s[0].Reserved != 0 || !s[0].Resets.Equal(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", s)
	}
}

func TestAPriceThatIsNotKnown(t *testing.T) {
	d := newDesk(t)
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitDollars, int64(ledger.Dollar))
	ask := calls(1, ada)
	ask.Worst.Priced = false
	d.refused(ask, "CALL airglow.set_price('m', input, output)")
	ask.Worst = budget.WorstOf(model.Request{Service: model.SageMaker, Body: []byte("1,2")}, budget.Terms{})
	d.must(ask) // dollars say nothing of it
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitCalls, 1)
	d.waits(ask)
}

func TestAStatementsPurse(t *testing.T) {
	d := newDesk(t)
	if budget.NewPurse(ledger.Charge{}) != nil {
		t.Error("nothing is bounded")
	}
	ask := calls(1, ada)
	ask.Purse = budget.NewPurse(ledger.Charge{Calls: 2, Tokens: 1500})
	hold := d.must(ask)
	d.waits(ask)
	hold.Settle(ledger.Charge{Calls: 1, Tokens: 400})
	d.must(ask).Settle(ledger.Charge{Calls: 1, Tokens: 500})
	d.refused(ask, "the statement's budget, airglow_budget_tokens, leaves no room", "900 of 1500 tokens are spent", "raise airglow_budget_tokens, and run")
	ask.Purse = nil
	d.must(ask)
}

func TestPeriods(t *testing.T) {
	d := newDesk(t)
	for _, p := range []ledger.Period{ledger.Hour, ledger.Daily, ledger.Month} {
		d.set(ledger.ScopeUser, "ada@%", p, ledger.UnitCalls, 2)
	}
	d.must(calls(2, ada)).Settle(ledger.Charge{Calls: 2})
	d.refused(calls(1, ada))
	over := d.must(calls(1, ledger.Origin{User: "bob@%"}))
	d.now = time.Date(2026, 2, 1, 0, 10, 0, 0, time.FixedZone("", 3600)) // 23:10 in UTC
	d.refused(calls(1, ada))
	d.now = time.Date(2026, 2, 1, 0, 10, 0, 0, time.UTC) // hour, day and month are new
	across := d.must(calls(2, ada))
	busy := d.waits(calls(1, ada))
	d.now = d.now.Add(time.Hour)
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitCalls, 5)
	d.set(ledger.ScopeUser, "ada@%", ledger.Month, ledger.UnitCalls, 6)
	if !told(busy) {
		t.Error("nobody was told of more")
	}
	d.must(calls(2, ada)).Settle(ledger.Charge{Calls: 2}) // of the next hour
	across.Settle(ledger.Charge{Calls: 2})                // of the hour before, which is over
	over.Settle(ledger.Charge{Calls: 1})
	for _, s := range d.Standings() {
		want := map[ledger.Period]int64{ledger.Hour: 2, ledger.Daily: 4, ledger.Month: 4}[s.Period]
		if s.Spent != want || s.Reserved != 0 {
			t.Errorf("%+v, want %d spent", s, want)
		}
	}
	d.now = d.now.Add(-2 * time.Hour) // a clock set back brings nothing back
	d.refused(calls(1, ada))
}

func TestABudgetSetLateCountsWhatWasSpentAndIsUnderWay(t *testing.T) {
	d := newDesk(t)
	d.must(calls(3, ada)).Settle(ledger.Charge{Calls: 3, Tokens: 7})
	d.now = d.now.Add(20 * time.Minute)
	hold := d.must(calls(4, ada))
	d.set(ledger.ScopeRole, "a@%", ledger.Daily, ledger.UnitCalls, 8)
	d.waits(calls(2, ada))
	hold.Settle(ledger.Charge{Calls: 4})
	d.refused(calls(2, ada), "7 of 8 calls are spent")
	d.must(calls(1, ada))
}

func TestDrop(t *testing.T) {
	d := newDesk(t)
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitCalls, 1)
	key := d.Standings()[0].BudgetKey
	d.must(calls(1, ada))
	busy := d.waits(calls(1, ada))
	d.store.fails = errors.New("disk full")
	if _, err := d.Drop(key); err == nil || len(d.Standings()) != 1 {
		t.Error("a budget is gone that the store has")
	}
	if err := d.Set(ledger.Budget{BudgetKey: key, Amount: 9}); err == nil || d.Standings()[0].Amount != 1 {
		t.Error("a budget is set that the store has not")
	}
	d.store.fails = nil
	if found, err := d.Drop(key); !found || err != nil || !told(busy) {
		t.Errorf("%t, %v", found, err)
	}
	d.must(calls(1, ada))
	if found, _ := d.Drop(key); found || len(d.store.budgets) != 0 {
		t.Error("it is still there")
	}
}

func TestARestartKeepsWhatWasSpent(t *testing.T) {
	d := newDesk(t)
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitCalls, 10)
	d.set(ledger.ScopeUser, "ada@%", ledger.Hour, ledger.UnitCalls, 10)
	d.store.charges[ledger.PayerOf(ada, d.now)] = ledger.Charge{Calls: 3}
	d.store.charges[ledger.PayerOf(ada, d.now.Add(-time.Hour))] = ledger.Charge{Calls: 5}
	d.store.charges[ledger.PayerOf(ada, d.now.AddDate(0, 0, -1))] = ledger.Charge{Calls: 50}
	d.store.charges[ledger.PayerOf(ledger.Origin{User: "bob@%"}, d.now)] = ledger.Charge{Calls: 50}
	d.open()
	for _, s := range d.Standings() {
		if want := map[ledger.Period]int64{ledger.Hour: 3, ledger.Daily: 8}[s.Period]; s.Spent != want {
			t.Errorf("%+v, want %d spent", s, want)
		}
	}
	d.store.fails = errors.New("torn page")
	if _, err := budget.New(budget.Options{Store: d.store}); !errors.Is(err, d.store.fails) {
		t.Errorf("%v", err)
	}
}

// Many at once never pass a budget, and all of it is used.
func TestManyAtOnceNeverPassABudget(t *testing.T) {
	d := newDesk(t)
	const most = 500
	d.set(ledger.ScopeEverywhere, "", ledger.Month, ledger.UnitCalls, most)
	d.set(ledger.ScopeUser, "ada@%", ledger.Daily, ledger.UnitTokens, most*1000)
	var asked, made atomic.Int64 // made are the calls that were or are being made
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for {
				hold, busy, err := d.Reserve(calls(1, ada))
				switch {
				case err != nil:
					return
				case busy != nil:
					<-busy
					continue
				}
				if n := made.Add(1); n > most {
					t.Errorf("%d calls", n)
				}
				if asked.Add(1)%10 == 0 { // nothing was sent
					made.Add(-1)
					hold.Release()
					continue
				}
				hold.Settle(ledger.Charge{Calls: 1, Tokens: 900})
			}
		})
	}
	group.Wait()
	if made.Load() != most {
		t.Errorf("%d calls of %d were made", made.Load(), most)
	}
}

func BenchmarkReserve(b *testing.B) {
	k, err := budget.New(budget.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, scope := range []ledger.BudgetScope{ledger.ScopeUser, ledger.ScopeEverywhere} {
		name := map[ledger.BudgetScope]string{ledger.ScopeUser: "ada@%"}[scope]
		if err := k.Set(ledger.Budget{BudgetKey: ledger.BudgetKey{Scope: scope, Name: name, Period: ledger.Month, Unit: ledger.UnitCalls}, Amount: 1 << 60}); err != nil {
			b.Fatal(err)
		}
	}
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			hold, _, err := k.Reserve(calls(1, ada))
			if err != nil {
				b.Fatal(err)
			}
			hold.Settle(ledger.Charge{Calls: 1})
		}
	})
}
