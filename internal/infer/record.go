package infer

import (
	"context"
	"errors"
	"fmt"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// attempt is the number-th one at calls of one route.
type attempt struct {
	route  Route
	number int
	paid   paid
}

// send makes one attempt at one call, or at several that travel together, and
// records it: that it begins before it is sent, how it ended before an answer is
// used. There is one result for each call, and with one call its failure is err.
func (r *Runner) send(ctx context.Context, at attempt, calls []Call) ([]model.Result, error) {
	requests := make([]model.Request, len(calls))
	for i, call := range calls {
		requests[i] = at.route.Request
		requests[i].Body = call.Request.Body
	}
	entry, err := r.begin(ctx, at, calls[0], requests)
	if err != nil {
		at.paid.hold.Release()
		return nil, err
	}
	begun := r.clock.Now()
	results, err := r.request(ctx, at, requests, calls[0])
	r.observe(at, begun, len(requests), results, err)
	if entry == nil {
		at.paid.hold.Settle(at.paid.charge(nil, results, err))
		return results, err
	}
	r.conclude(ctx, entry, results, err)
	for i, result := range results {
		if result.Err == nil {
			entry.Requests[i].Cost = r.cost(at, result.Response)
		}
	}
	entry.Charge = at.paid.charge(entry, results, err)
	at.paid.hold.Settle(entry.Charge)
	if failure := r.ledger.End(ctx, entry); failure != nil {
		return nil, notRecorded(at.route, "the answer is not used", failure)
	}
	return results, err
}

// exchange asks the provider. The pieces of a single answer go to a stream as they
// come, before the answer is recorded; that it was begun is on disk by then.
func exchange(ctx context.Context, route Route, requests []model.Request, to *stream) ([]model.Result, error) {
	if len(requests) > 1 {
		return invokeBatch(ctx, route, requests)
	}
	route.Request = requests[0]
	try := invoke
	if to != nil {
		try = to.invoke
	}
	response, err := try(ctx, route)
	if err != nil {
		return nil, err
	}
	return []model.Result{{Response: response}}, nil
}

// begin records that an attempt is about to be sent; nil where nothing is
// recorded.
func (r *Runner) begin(ctx context.Context, at attempt, first Call, requests []model.Request) (*ledger.Attempt, error) {
	if r.ledger == nil {
		return nil, nil
	}
	entry := &ledger.Attempt{
		Origin: first.Origin, Service: at.route.Request.Service, Asked: at.route.Request.Model, Provider: at.route.Provider.Name(),
		Target: at.route.Request.Target, Header: ledger.HeaderOf(first.Request), Substituted: at.route.Substituted,
		Number: at.number, Begun: r.clock.Now(), Requests: make([]ledger.Request, len(requests)),
		Charge: at.paid.hold.Charge(),
	}
	for i, req := range requests {
		entry.Requests[i] = ledger.Request{Key: req.Key(), Body: req.Body}
	}
	if err := r.ledger.Begin(ctx, entry); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, notRecorded(at.route, "nothing was sent", err)
	}
	return entry, nil
}

// conclude writes into an entry how its attempt ended.
func (r *Runner) conclude(ctx context.Context, entry *ledger.Attempt, results []model.Result, err error) {
	entry.Ended, entry.State = r.clock.Now(), ledger.Done
	switch {
	case err != nil && ctx.Err() != nil && !isServiceError(err):
		entry.State = ledger.Unknown
	case model.Unseen(err):
		entry.State, entry.Kind, entry.Code = ledger.Unknown, model.KindOf(err).String(), codeOf(err)
	case err != nil:
		entry.State, entry.Kind, entry.Code = ledger.Failed, model.KindOf(err).String(), codeOf(err)
	}
	for i := range results {
		concludeRequest(entry, i, results[i])
	}
}

func concludeRequest(entry *ledger.Attempt, i int, result model.Result) {
	to := &entry.Requests[i]
	if result.Err != nil {
		if to.Failed = codeOf(result.Err); to.Failed == "" {
			to.Failed = model.KindOf(result.Err).String()
		}
		return
	}
	answer := result.Response
	to.Answered, to.Answer, to.Usage, to.Stop = true, answer.Body, answer.Usage, answer.Stop
	if entry.Answered = answer.Model; entry.Answered == "" {
		entry.Answered = entry.Target
	}
	entry.RequestID = answer.RequestID
}

// cost is what an answer cost, nil where that is not known: at the price by which it
// was reserved, so that it is never more. Where the model that was asked has no
// price, which no budget of dollars lets pass, it is that of the model that answered.
func (r *Runner) cost(at attempt, answer model.Response) *ledger.Money {
	price := at.paid.price
	if !price.known {
		price = r.tariff(at.route)
	}
	if !price.known && r.prices != nil && answer.Model != "" {
		price.Price, price.known = r.prices.Price(at.route.Provider.Name(), answer.Model)
	}
	if !price.known {
		return nil
	}
	return price.Cost(answer.Usage)
}

// codeOf is the service's own name of a failure, empty if it had no part in it.
func codeOf(err error) string {
	var failure *model.Error
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}

// recorded returns the answer that the ledger has for a call, if the call may
// have one: that of the route which comes first.
func (r *Runner) recorded(routes []Route, call Call) (Answer, bool, error) {
	if r.ledger == nil || !call.Policy.Possible() {
		return Answer{}, false, nil
	}
	for _, route := range routes {
		response, ok, err := r.ledger.Find(question(route, call))
		if err != nil {
			return Answer{}, false, notRecorded(route, "nothing was sent", err)
		}
		if ok {
			tally{r.counters, call.Session}.reused()
			r.observeReuse(route.Provider.Name(), route.Request.TargetModel())
			return route.answer(response, 0), true, nil
		}
	}
	return Answer{}, false, nil
}

func question(route Route, call Call) ledger.Question {
	return ledger.Question{
		Origin: call.Origin, Key: route.Request.Key(), Provider: route.Provider.Name(), Target: route.Request.TargetModel(),
		Policy: call.Policy, Uncounted: call.Policy.Mode == ledger.Replay,
	}
}

// Reject says that the answer to a call is not what the service promises: no
// other statement is to have it from the ledger.
func (r *Runner) Reject(call Call) error {
	if r.ledger == nil {
		return nil
	}
	routes, err := r.routes(call)
	for _, route := range routes { // whichever answered
		err = errors.Join(err, r.ledger.Reject(question(route, call)))
	}
	return err
}

// recordedCall does so for a call that has not been routed.
func (r *Runner) recordedCall(call Call) (Answer, bool, error) {
	if r.ledger == nil || !call.Policy.Possible() {
		return Answer{}, false, nil
	}
	routes, err := r.routes(call)
	if err != nil {
		return Answer{}, false, nil // it fails when it is made
	}
	return r.recorded(routes, call)
}

func notRecorded(route Route, consequence string, err error) error {
	return &model.Error{
		Kind: model.NotRecorded, Service: route.Request.Service, Err: err,
		Message: fmt.Sprintf("the ledger could not record a call of model %q, so %s: %v; see to the disk of the data directory, "+
			"or turn the ledger off (ledger.enabled = false)", route.Request.TargetModel(), consequence, err),
	}
}
