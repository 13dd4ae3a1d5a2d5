// Package bill says what the model calls of an analysed plan are likely to come to: a
// sample of the plan's rows, the ledger's history and the prices make an estimate of it.
package bill

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/dialect"
	"airglow/internal/estimate"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/model"
	"airglow/internal/sample"
)

// biller makes a bill of what was found in a plan.
type biller struct {
	Options
	// sizes are those of the answers of functions, 0 where none is recorded.
	sizes map[sample.Subject]int
}

// Ledger is what a bill needs of the ledger.
type Ledger interface {
	// Find looks for a recorded answer, as ledger.Recorder has it.
	Find(q ledger.Question) (answer model.Response, ok bool, err error)
	// History is what is known of calls.
	History(of []ledger.Called) (map[ledger.Called]*ledger.History, error)
}

// Options is what a bill is made by.
type Options struct {
	// Builder runs the plans below the calls on a sample of rows.
	Builder sql.NodeExecBuilder
	// Runner tells who would answer.
	Runner *infer.Runner
	// Ledger has the answers and the history of calls; nil for none.
	Ledger Ledger
	// Prices tell what models cost; nil knows none.
	Prices ledger.Pricing
	// Policy says which recorded answers the statement may have, and User and Digest
	// whose it may resume.
	Policy       ledger.Policy
	User, Digest string
	// AtOnce is how many calls the statement may have under way.
	AtOnce int
}

// Of is the bill of an analysed plan. It reads rows, for a bounded time, and the
// ledger; it makes no call.
func Of(ctx *sql.Context, n sql.Node, by Options) (estimate.Bill, error) {
	b := biller{Options: by, sizes: map[sample.Subject]int{}}
	return b.lines(sample.Run(ctx, n, sample.Options{Builder: by.Builder, Known: b.known, AnswerBytes: b.answerBytes}))
}

// answerBytes is about the size of a function's answers, by those that are recorded.
func (b biller) answerBytes(of sample.Subject) (int, bool) {
	size, looked := b.sizes[of]
	if !looked && b.Ledger != nil {
		size = b.recordedBytes(of)
		b.sizes[of] = size
	}
	return size, size > 0
}

func (b biller) recordedBytes(of sample.Subject) int {
	routes, err := b.Runner.Foresee(infer.Call{Request: model.Request{Service: of.Service, Model: of.Model}})
	if err != nil {
		return 0
	}
	called := ledger.Called{Function: of.Function, Provider: routes[0].Question.Provider, Model: routes[0].Question.Target}
	histories, err := b.Ledger.History([]ledger.Called{called})
	if err != nil {
		return 0 // the bill will say so
	}
	size, _ := histories[called].AnswerBytes()
	return size
}

// known returns any answer that the ledger has to a call, as others will be like
// it. Who may make the call may have it, with airglow_reuse = 'always'.
func (b biller) known(call infer.Call) (infer.Answer, bool) {
	answer, ok := b.recorded(call, ledger.Policy{Reuse: ledger.ReuseAlways})
	return infer.Answer{Response: answer}, ok
}

// recorded looks for an answer that a policy allows.
func (b biller) recorded(call infer.Call, policy ledger.Policy) (model.Response, bool) {
	if b.Ledger == nil {
		return model.Response{}, false
	}
	if policy.Reuse == ledger.ReuseDeterministic {
		policy.Repeatable = call.Origin.Deterministic || Repeatable(call.Request)
	}
	call.Policy, call.Origin.User, call.Origin.Digest = policy, b.User, b.Digest
	routes, err := b.Runner.Foresee(call)
	if err != nil {
		return model.Response{}, false
	}
	for _, to := range routes {
		to.Question.Uncounted = true
		if answer, ok, err := b.Ledger.Find(to.Question); ok && err == nil {
			return answer, true
		}
	}
	return model.Response{}, false
}

// subject is a function of the bill.
type subject struct {
	sample.Subject
	places []estimate.Place
	// foreseen is who is asked first.
	foreseen infer.Foreseen
	// err is set when nobody would answer.
	err error
	// silent is true where answers are no tokens, metered where whoever is asked
	// counts those of inputs.
	silent, metered bool
}

func (s *subject) called() ledger.Called {
	return ledger.Called{Function: s.Function, Provider: s.foreseen.Question.Provider, Model: s.foreseen.Question.Target}
}

// lines are the bill: a line for each function, in the order of the plan.
func (b biller) lines(found []sample.Found) (estimate.Bill, error) {
	subjects := b.subjects(found)
	var called []ledger.Called
	for _, s := range subjects {
		called = append(called, s.called())
	}
	var histories map[ledger.Called]*ledger.History
	if b.Ledger != nil {
		var err error
		if histories, err = b.Ledger.History(called); err != nil {
			return nil, err
		}
	}
	var bill estimate.Bill
	for _, s := range subjects {
		bill = append(bill, b.line(s, histories[s.called()]))
	}
	return bill, nil
}

// subjects puts what was found of a function together.
func (b biller) subjects(found []sample.Found) []*subject {
	var list []*subject
	by := map[sample.Subject]*subject{}
	for _, f := range found {
		s := by[f.Subject]
		if s == nil {
			s = &subject{Subject: f.Subject}
			request := model.Request{Service: f.Service, Model: f.Model}
			var routes []infer.Foreseen
			routes, s.err = b.Runner.Foresee(infer.Call{Request: request, Origin: ledger.Origin{Function: f.Function}})
			if s.err == nil {
				s.foreseen = routes[0]
			}
			by[f.Subject], list = s, append(list, s)
		}
		for i, call := range f.Calls {
			if call != nil {
				in := &f.Inputs[i]
				_, in.Recorded = b.recorded(*call, b.Policy)
				in.Most, s.silent = mostTokens(call.Request)
				in.Tokens, in.Metered = b.metered(*call)
				s.metered = s.metered || in.Metered
			}
		}
		s.places = append(s.places, f.Place)
	}
	return list
}

// metered is what a call will count for as input, if whoever is asked first knows.
func (b biller) metered(call infer.Call) (int64, bool) {
	routes, err := b.Runner.Foresee(call)
	if err != nil {
		return 0, false
	}
	return routes[0].InputTokens()
}

// mostTokens is how many tokens an answer may have; 0 when the body does not say.
// silent is true for a model that answers with vectors or with labels.
func mostTokens(req model.Request) (most int, silent bool) {
	if req.Service != model.Bedrock {
		return 0, true
	}
	family, ok := dialect.ForRequest(req)
	if !ok {
		return 0, false
	}
	if family.Embeds() {
		return 0, true
	}
	chat, err := family.DecodeChat(req.Body)
	if err != nil {
		return 0, false
	}
	return chat.MaxTokens, false
}

func (b biller) line(s *subject, h *ledger.History) estimate.Line {
	to, limits := s.foreseen.Question, s.foreseen.Limits
	q := estimate.Question{
		Function: s.Function, Model: s.Model, Places: s.places, Tokens: s.Service == model.Bedrock || s.metered, Silent: s.silent,
		Limits: estimate.Limits{CallsPerMinute: limits.CallsPerMinute, TokensPerMinute: limits.TokensPerMinute},
	}
	if to.Target != "" {
		q.Model = to.Target
	}
	if limits.Concurrency == 0 {
		limits.Concurrency = infer.DefaultConcurrency
	}
	q.Limits.AtOnce = min(b.AtOnce, limits.Concurrency)
	if h != nil {
		q.History = historyOf(h)
	}
	if b.Prices != nil && s.err == nil {
		if price, ok := b.Prices.Price(to.Provider, to.Target); ok {
			q.Cost = func(input, output float64) float64 { return (input*price.Input + output*price.Output) / 1e6 }
		}
	}
	line := estimate.Of(q)
	if s.err != nil {
		line.Notes = append(line.Notes, s.err.Error())
	}
	return line
}

// historyOf is the ledger's history in the terms of package estimate. Input from a
// cache of prompts is input.
func historyOf(h *ledger.History) estimate.History {
	input := func(u model.Usage) float64 { return float64(u.InputTokens + u.CacheReadTokens + u.CacheWriteTokens) }
	out := estimate.History{Calls: h.Calls}
	if h.Calls > 0 && h.Tokens.Known {
		out.InputTokens, out.OutputTokens = input(h.Tokens)/float64(h.Calls), float64(h.Tokens.OutputTokens)/float64(h.Calls)
	}
	for _, e := range h.Examples {
		out.Examples = append(out.Examples, estimate.Example{
			Bytes: e.Bytes, InputTokens: input(e.Usage), OutputTokens: float64(e.Usage.OutputTokens), Took: e.Took, Counted: e.Usage.Known,
		})
	}
	return out
}

// Repeatable reports whether a request asks for the likeliest answer.
func Repeatable(req model.Request) bool {
	if req.Service != model.Bedrock {
		return false
	}
	family, ok := dialect.ForRequest(req)
	if !ok || family.Embeds() {
		return ok
	}
	chat, err := family.DecodeChat(req.Body)
	return err == nil && chat.Temperature != nil && *chat.Temperature == 0
}
