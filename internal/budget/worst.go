package budget

import (
	"bytes"
	"encoding/json"
	"math"

	"airglow/internal/dialect"
	"airglow/internal/ledger"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// The bound of a request's tokens.
//
// A tokenizer of bytes, or one that falls back to them, makes every token out of
// at least one byte of the text; so the text has no more tokens than bytes, and
// since the body holds the text, escaped or not, neither than the body has. What
// the service adds of its own is bounded by constants: a template with its system
// prompt, and the text that explains tools to the model. A picture counts by its
// size instead of its bytes. What the body only refers to, or what is expanded
// page by page or frame by frame, is bounded by the largest context of a model.
const (
	templateTokens = 512
	toolsTokens    = 1024
	imageTokens    = 8192
	contextTokens  = 1 << 20
)

// mostOutput bounds an answer where the request does not: no model of Bedrock
// writes more at a time.
const mostOutput = 128 << 10

// Worst is the most that a request can cost.
type Worst struct {
	ledger.Charge
	// Counted is false where nobody counts tokens, as of SageMaker's endpoints and of
	// Amazon's Comprehend: only budgets of calls bound those.
	Counted bool
	// Priced is false where the price is not known, and so the cost has no bound.
	Priced bool
}

// Terms are what is known of whoever is asked.
type Terms struct {
	// Price is that of the model; Priced is false where it is not known.
	Price  ledger.Price
	Priced bool
	// Input is how many tokens the request will count for, where Metered says that
	// this is known.
	Input   int64
	Metered bool
}

// WorstOf is the most that a request can cost on terms.
func WorstOf(req model.Request, t Terms) Worst {
	w := Worst{Charge: ledger.Charge{Calls: 1}, Counted: req.Service == model.Bedrock || t.Metered, Priced: t.Priced}
	if !w.Counted {
		return w
	}
	var input, output int64
	if req.Service == model.Bedrock {
		input, output = bound(req)
	}
	if t.Metered {
		input = t.Input
	}
	w.Tokens = ledger.Saturated(input, output)
	dearest := max(t.Price.Input, t.Price.CacheRead, t.Price.CacheWrite)
	w.Cost = roundedUp((float64(input)*dearest + float64(output)*t.Price.Output) / 1e6)
	return w
}

// Together is the most that several requests in one attempt can cost.
func Together(list []Worst) Worst {
	sum := Worst{Priced: true}
	for _, w := range list {
		sum.Charge = sum.Plus(w.Charge)
		sum.Counted = sum.Counted || w.Counted
		sum.Priced = sum.Priced && w.Priced
	}
	return sum
}

// countsFor reports whether a budget in a unit bounds the request.
func (w Worst) countsFor(u ledger.Unit) bool { return w.Counted || u == ledger.UnitCalls }

// Answered is what a request counts for that got an answer; cost is nil where that
// is not known.
func (w Worst) Answered(u model.Usage, cost *ledger.Money) ledger.Charge {
	if !w.Counted || !u.Known || u.Estimated { // an estimate may be too low
		return w.Charge
	}
	c := w.Charge
	c.Tokens = u.InputTokens + u.OutputTokens + u.CacheReadTokens + u.CacheWriteTokens
	if cost != nil {
		c.Cost = *cost
	}
	return c
}

// Failed is what a request counts for that failed. What the service refused was
// not billed; where nobody knows, it counts for the most that it can have cost.
func (w Worst) Failed(err error) ledger.Charge {
	switch kind := model.KindOf(err); kind {
	case model.NotConfigured, model.NoCredentials, model.Unsupported:
		return ledger.Charge{} // nothing was sent
	case model.Denied, model.NotFound, model.Invalid, model.Throttled, model.NotReady, model.Quota:
		return ledger.Charge{Calls: w.Calls}
	case model.TooLarge, model.Unavailable:
		if codeOf(err) != "" { // the service said so itself
			return ledger.Charge{Calls: w.Calls}
		}
	}
	return w.Charge
}

// roundedUp is an amount of dollars, at most the largest there is.
func roundedUp(dollars float64) ledger.Money {
	units := math.Ceil(dollars * float64(ledger.Dollar))
	if units >= math.MaxInt64 {
		return math.MaxInt64
	}
	return ledger.Money(units)
}

// bound is the most tokens that a request to Bedrock has, and that its answer can
// have.
func bound(req model.Request) (input, output int64) {
	input = int64(len(req.Body)+len(req.Parameters)) + templateTokens
	family, ok := dialect.ForRequest(req)
	if ok && family.Embeds() {
		return input + imageTokens*int64(bytes.Count(req.Body, []byte(`"image`))), 0
	}
	if ok {
		if chat, err := family.DecodeChat(req.Body); err == nil {
			return input + extras(chat), answer(chat.MaxTokens, req.Parameters)
		}
	}
	return input + guessedExtras(req.Body), max(guessedAnswer(req.Body), answer(1, req.Parameters))
}

// extras are the tokens of a chat that are not its text's.
func extras(chat neutral.Chat) (tokens int64) {
	if len(chat.Tools) > 0 {
		tokens += toolsTokens
	}
	for _, turn := range chat.Turns {
		for _, part := range turn.Parts {
			if part.Image != nil {
				tokens += imageTokens
			}
		}
	}
	return tokens
}

// answer is the most tokens of an answer to which a request allows so many, none
// for no limit, and to which the model map adds parameters.
func answer(tokens int, parameters string) int64 {
	limit, count := limits([]byte(parameters))
	switch {
	case tokens > 0:
		limit = max(limit, float64(tokens))
	case limit <= 0:
		limit = mostOutput
	}
	return atMost(limit * count)
}

func atMost(tokens float64) int64 { return int64(min(tokens, 1<<40)) }

// guessedExtras are those of a body in a form that nobody here speaks.
func guessedExtras(body []byte) int64 {
	tokens := toolsTokens + imageTokens*int64(bytes.Count(body, []byte(`"image`)))
	for _, sign := range []string{`"document`, `"video`, `"audio`, `"file`, `s3Location`, `://`} {
		if bytes.Contains(body, []byte(sign)) {
			return tokens + contextTokens
		}
	}
	return tokens
}

// outputLimits are what the families call the most tokens of an answer,
// answerCounts how many answers they give at once.
var (
	outputLimits = map[string]bool{
		"max_tokens": true, "maxTokens": true, "max_new_tokens": true, "maxTokenCount": true, "max_gen_len": true,
		"max_tokens_to_sample": true, "max_completion_tokens": true, "maxOutputTokens": true,
	}
	answerCounts = map[string]bool{"n": true, "num_generations": true, "numResults": true}
)

// guessedAnswer is the most tokens of the answer to a body in a form that nobody
// here speaks: what any member says that is known as such a limit.
func guessedAnswer(body []byte) int64 {
	limit, count := limits(body)
	if limit <= 0 {
		limit = mostOutput
	}
	return atMost(limit * count)
}

// limits are the largest limit of an answer that a body names, 0 for none, and how
// many answers it wants.
func limits(body []byte) (limit, count float64) {
	limit, count = 0, 1
	var tree any
	if json.Unmarshal(body, &tree) != nil {
		return limit, count
	}
	walk(tree, func(name string, n float64) {
		if outputLimits[name] {
			limit = max(limit, n)
		}
		if answerCounts[name] {
			count = max(count, n)
		}
	})
	return limit, count
}

// walk visits the members that are numbers.
func walk(tree any, visit func(name string, n float64)) {
	switch tree := tree.(type) {
	case map[string]any:
		for name, value := range tree {
			if n, ok := value.(float64); ok {
				visit(name, n)
			} else {
				walk(value, visit)
			}
		}
	case []any:
		for _, value := range tree {
			walk(value, visit)
		}
	}
}
