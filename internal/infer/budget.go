package infer

import (
	"context"
	"errors"

	"airglow/internal/budget"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// paid is what an attempt has of the budgets, and the most that each of its calls
// can cost. The zero value is that of a Runner without budgets.
type paid struct {
	hold  *budget.Hold
	worst []budget.Worst
	// price is that by which they were reserved.
	price tariff
}

// tariff is what a model costs; known is false where that is not known.
type tariff struct {
	ledger.Price
	known bool
}

// tariff is the price of the model that a route asks. It is by the name that is
// asked, as the service bills it: which model answers is known only when it is too
// late for a budget.
func (r *Runner) tariff(route Route) (t tariff) {
	if r.prices != nil {
		t.Price, t.known = r.prices.Price(route.Provider.Name(), route.Request.TargetModel())
	}
	return t
}

// admit waits until the next attempt at calls of a visit may begin: for its turn,
// and for room in the budgets that only calls under way take. While it waits for
// those its turn is another's. An error is ctx's, or of kind OverBudget. With
// none, the attempt is to be sent.
func (r *Runner) admit(ctx context.Context, v *visit, route Route, calls []Call) (paid, error) {
	if r.budgets == nil {
		return paid{}, v.enter(ctx)
	}
	price := r.tariff(route)
	ask, worst := r.ask(route, calls, price)
	for {
		if err := v.enter(ctx); err != nil {
			return paid{}, err
		}
		hold, busy, err := r.budgets.Reserve(ask)
		if hold != nil {
			return paid{hold, worst, price}, nil
		}
		v.pass()
		if err != nil {
			return paid{}, err
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return paid{}, ctx.Err()
		}
	}
}

// ask is what the budgets have to know of an attempt.
func (r *Runner) ask(route Route, calls []Call, price tariff) (budget.Ask, []budget.Worst) {
	name := budget.Named{
		Service: route.Request.Service, Model: route.Request.TargetModel(), Provider: route.Provider.Name(), Unlisted: r.ledger == nil,
	}
	worst := make([]budget.Worst, len(calls))
	for i, call := range calls {
		request := route.Request
		request.Body = call.Request.Body
		terms := budget.Terms{Price: price.Price, Priced: price.known}
		terms.Input, terms.Metered = metered(route.Provider, request)
		worst[i] = budget.WorstOf(request, terms)
	}
	return budget.Ask{Origin: calls[0].Origin, Purse: calls[0].Purse, Call: name, Worst: budget.Together(worst)}, worst
}

// metered is how many tokens of input a provider will count, if it knows.
func metered(p model.Provider, req model.Request) (int64, bool) {
	meter, ok := p.(model.InputMeter)
	if !ok {
		return 0, false
	}
	return meter.InputTokens(req)
}

// charge is what an attempt counts for. The entry, which may be nil, knows costs.
func (p paid) charge(entry *ledger.Attempt, results []model.Result, err error) (sum ledger.Charge) {
	for i, w := range p.worst {
		switch {
		case errors.As(err, new(brokenOff)), model.Unseen(err): // a part of the answer came, or may have
			sum = sum.Plus(w.Charge)
		case err != nil:
			sum = sum.Plus(w.Failed(err))
		case results[i].Err != nil:
			sum = sum.Plus(w.Failed(results[i].Err))
		case entry == nil:
			sum = sum.Plus(w.Answered(results[i].Response.Usage, nil))
		default:
			sum = sum.Plus(w.Answered(results[i].Response.Usage, entry.Requests[i].Cost))
		}
	}
	return sum
}

// stopped is the error of a call that admit refused: the refusal, or else what the
// end of its context means.
func stopped(err, ended error) error {
	if isServiceError(err) {
		return err
	}
	return ended
}
