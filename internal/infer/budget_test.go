package infer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/budget"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// everywhere is the budgets with one of calls a month that binds all.
func everywhere(t *testing.T, calls int64) *budget.Keeper {
	t.Helper()
	k, err := budget.New(budget.Options{})
	if err != nil {
		t.Fatal(err)
	}
	setCalls(t, k, calls)
	return k
}

func setCalls(t *testing.T, k *budget.Keeper, calls int64) {
	t.Helper()
	key := ledger.BudgetKey{Scope: ledger.ScopeEverywhere, Period: ledger.Month, Unit: ledger.UnitCalls}
	if err := k.Set(ledger.Budget{BudgetKey: key, Amount: calls}); err != nil {
		t.Fatal(err)
	}
}

// stands fails unless so much of the one budget is spent, and nothing reserved.
func stands(t *testing.T, k *budget.Keeper, spent int64) {
	t.Helper()
	if s := k.Standings()[0]; s.Spent != spent || s.Reserved != 0 {
		t.Errorf("%d spent and %d reserved, not %d and 0", s.Spent, s.Reserved, spent)
	}
}

// Each attempt at a call may be billed.
func TestARetryCountsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := everywhere(t, 3)
		p := failing(2, throttled())
		r := runnerOver(t, p, Options{Budgets: k})
		if _, err := r.Call(t.Context(), ask(`{}`)); err != nil {
			t.Fatal(err)
		}
		stands(t, k, 3)
		setCalls(t, k, 5)
		p.answer = failing(9, throttled()).answer
		p.sent = nil
		if _, err := r.Call(t.Context(), ask(`{}`)); model.KindOf(err) != model.OverBudget || p.calls() != 2 {
			t.Errorf("%v after %d attempts", err, p.calls())
		}
		stands(t, k, 5)
	})
}

func TestNothingIsReservedForAnAnswerFromTheLedger(t *testing.T) {
	k := everywhere(t, 1)
	b := &book{answers: map[model.Key]model.Response{}}
	p := echo("bedrock")
	r := runnerOver(t, p, Options{Ledger: b, Prices: flat{}, Budgets: k})
	c := ask(`{}`)
	c.Policy.Reuse = ledger.ReuseAlways
	for range 3 {
		if _, err := r.Call(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	stands(t, k, 1)
}

func TestWhatIsNotSentIsReleased(t *testing.T) {
	k := everywhere(t, 1)
	b := &book{answers: map[model.Key]model.Response{}, begin: errors.New("disk full")}
	r := runnerOver(t, echo("bedrock"), Options{Ledger: b, Budgets: k})
	if _, err := r.Call(t.Context(), ask(`{}`)); model.KindOf(err) != model.NotRecorded {
		t.Fatal(err)
	}
	stands(t, k, 0)
}

// An attempt is recorded with the most that it can cost, and then with what it did.
func TestTheRecordHasTheCharge(t *testing.T) {
	k := everywhere(t, 10)
	b := &book{answers: map[model.Key]model.Response{}}
	var begun ledger.Charge
	usage := model.Usage{Known: true, InputTokens: 10, OutputTokens: 5}
	r := runnerOver(t, &scripted{name: "bedrock", answer: func(_ context.Context, attempt int, _ model.Request) (model.Response, error) {
		begun = b.attempts[attempt-1].Charge
		switch attempt {
		case 1:
			return model.Response{Body: []byte("x"), Usage: usage}, nil
		case 2:
			return model.Response{Body: []byte("x")}, nil // nobody knows what it used
		}
		return model.Response{}, &model.Error{Kind: model.Denied, Code: "AccessDeniedException"}
	}}, Options{Ledger: b, Prices: flat{}, Budgets: k})
	for i, want := range []ledger.Charge{{Calls: 1, Tokens: 15, Cost: ledger.Dollars(20e-6)}, {}, {Calls: 1}} {
		_, _ = r.Call(t.Context(), ask(`{"max_tokens":100}`))
		if i == 1 {
			want = begun
		}
		if got := b.attempts[i].Charge; got != want || begun.Tokens < 100 || begun.Cost < ledger.Dollars(200e-6) {
			t.Errorf("attempt %d began with %+v and ended with %+v, not %+v", i+1, begun, got, want)
		}
	}
	stands(t, k, 3)
}

// A stream that broke off may have been billed, whatever broke it.
func TestAStreamThatBrokeOffCountsForTheMost(t *testing.T) {
	k := everywhere(t, 2)
	key := ledger.BudgetKey{Scope: ledger.ScopeEverywhere, Period: ledger.Hour, Unit: ledger.UnitTokens}
	if err := k.Set(ledger.Budget{BudgetKey: key, Amount: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	p := &teller{attempts: []telling{{pieces: []string{"a"}, err: throttled()}, {err: throttled()}}}
	if _, _, err := streamed(t, p, Options{Budgets: k}); model.KindOf(err) != model.Throttled || p.calls != 1 {
		t.Fatal(err, p.calls)
	}
	spent := k.Standings()[0].Spent
	if spent < 100_000 {
		t.Errorf("%d tokens are spent", spent)
	}
	if _, _, err := streamed(t, p, Options{Budgets: k}); model.KindOf(err) != model.OverBudget || p.calls != 2 {
		t.Fatal(err, p.calls)
	}
	if now := k.Standings()[0].Spent; now != spent {
		t.Errorf("%d tokens are spent for what was throttled", now-spent)
	}
}

// Calls whose budget is held by others wait, and their turn is others'.
func TestWhoWaitsForABudgetHoldsNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := budget.New(budget.Options{})
		if err != nil {
			t.Fatal(err)
		}
		key := ledger.BudgetKey{Scope: ledger.ScopeUser, Name: "ada@%", Period: ledger.Month, Unit: ledger.UnitCalls}
		if err := k.Set(ledger.Budget{BudgetKey: key, Amount: 2}); err != nil {
			t.Fatal(err)
		}
		release := make(chan struct{})
		p := &scripted{name: "bedrock", answer: func(ctx context.Context, _ int, req model.Request) (model.Response, error) {
			<-release
			if string(req.Body) == `"denied"` {
				return model.Response{}, &model.Error{Kind: model.NoCredentials}
			}
			return model.Response{Body: req.Body}, nil
		}}
		r := runnerOver(t, p, Options{Budgets: k, Concurrency: 3})
		var answered, over, interrupted atomic.Int64
		call := func(ctx context.Context, user, body string) {
			c := ask(body)
			c.Origin.User = user
			switch _, err := r.Call(ctx, c); {
			case err == nil:
				answered.Add(1)
			case model.KindOf(err) == model.OverBudget:
				over.Add(1)
			case errors.Is(err, context.Canceled):
				interrupted.Add(1)
			}
		}
		var group sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		group.Go(func() { call(t.Context(), "ada@%", `"denied"`) })
		group.Go(func() { call(t.Context(), "ada@%", "1") })
		synctest.Wait()
		for i := range 5 {
			group.Go(func() { call(t.Context(), "ada@%", fmt.Sprint(i)) })
		}
		group.Go(func() { call(ctx, "ada@%", `"x"`) })
		synctest.Wait()
		group.Go(func() { call(t.Context(), "bob@%", "2") })
		synctest.Wait()
		if p.calls() != 3 { // two of hers and his
			t.Errorf("%d calls are under way", p.calls())
		}
		cancel()
		synctest.Wait()
		if interrupted.Load() != 1 {
			t.Error("who waits for a budget cannot be interrupted")
		}
		close(release)
		group.Wait()
		if answered.Load() != 3 || over.Load() != 4 { // what was not sent is another's
			t.Errorf("%d answered, %d refused", answered.Load(), over.Load())
		}
		stands(t, k, 2)
	})
}

// Of a batch that is too much for a budget, some of it is not.
func TestABatchShrinksToItsBudget(t *testing.T) {
	k := everywhere(t, 11)
	p := newLines()
	routes, err := NewMap(nil, map[string]model.Provider{"sagemaker": p}, map[model.Service]string{model.SageMaker: "sagemaker"})
	if err != nil {
		t.Fatal(err)
	}
	r := New(Options{Map: routes, Budgets: k})
	calls := make([]Call, 32)
	for i := range calls {
		calls[i] = Call{Request: model.Request{Service: model.SageMaker, Model: "m", Body: fmt.Append(nil, i)}}
	}
	var answered, over atomic.Int64
	r.Batch(t.Context(), calls, func(_ int, _ Answer, err error) {
		if model.KindOf(err) == model.OverBudget {
			over.Add(1)
		} else if err == nil {
			answered.Add(1)
		}
	})
	if answered.Load() != 11 || over.Load() != 21 {
		t.Errorf("%d answered, %d refused", answered.Load(), over.Load())
	}
	stands(t, k, 11)
}

// However many call at once, the service sees no call beyond the budget, and all
// of the budget is used.
func TestManyStatementsNeverPassABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 100
		k := everywhere(t, most)
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			time.Sleep(time.Millisecond)
			return model.Response{Body: req.Body}, nil
		}}
		r := runnerOver(t, p, Options{Budgets: k, Concurrency: 64})
		var over atomic.Int64
		var group sync.WaitGroup
		for w := range 8 {
			group.Go(func() {
				s := r.Statement(nil)
				defer s.Close()
				for i := range 60 {
					s.Ask(t.Context(), ask(fmt.Sprintf("[%d,%d]", w, i)), nil)
				}
				for i := range 60 {
					if _, err := s.Call(t.Context(), ask(fmt.Sprintf("[%d,%d]", w, i))); model.KindOf(err) == model.OverBudget {
						over.Add(1)
					}
				}
			})
		}
		group.Wait()
		if p.calls() != most || over.Load() != 8*60-most {
			t.Errorf("%d calls, %d refused", p.calls(), over.Load())
		}
		stands(t, k, most)
	})
}
