package budget_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"airglow/internal/budget"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

func request(id, body string) model.Request {
	return model.Request{Service: model.Bedrock, Model: id, Body: []byte(body)}
}

func TestTheBoundOfAnAnswer(t *testing.T) {
	// Free input leaves the output's bound.
	output := func(req model.Request) int64 {
		return int64(budget.WorstOf(req, budget.Terms{Price: ledger.Price{Output: 1e6}, Priced: true}).Cost / ledger.Dollar)
	}
	const claude = "anthropic.claude-3-haiku-20240307-v1:0"
	message := `"messages":[{"role":"user","content":"hi"}]}`
	for name, c := range map[string]struct {
		req  model.Request
		want int64
	}{
		"what the request says":    {request(claude, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":77,`+message), 77},
		"the family's default":     {request("amazon.titan-text-express-v1", `{"inputText":"hi"}`), 512},
		"an embedding":             {request("amazon.titan-embed-text-v2:0", `{"inputText":"hi"}`), 0},
		"nothing is said":          {request("amazon.nova-lite-v1:0", `{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`), 128 << 10},
		"a form that is not known": {request("acme.wonder-v1", `{"config":{"max_new_tokens":9},"n":3}`), 27},
		"and says nothing":         {request("acme.wonder-v1", `{"text":"max_tokens"}`), 128 << 10},
		"no JSON":                  {request("acme.wonder-v1", `hi`), 128 << 10},
	} {
		if got := output(c.req); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestTheBoundOfARequest(t *testing.T) {
	const claude = "anthropic.claude-3-haiku-20240307-v1:0"
	body := func(more, content string) string {
		return `{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,` + more + `"messages":[{"role":"user","content":` + content + `}]}`
	}
	plain := body("", `"`+strings.Repeat("語", 100)+`"`)
	w := budget.WorstOf(request(claude, plain), budget.Terms{Price: ledger.Price{Input: 1, CacheWrite: 2, CacheRead: 0.1, Output: 5}, Priced: true})
	if w.Calls != 1 || w.Tokens < int64(len(plain))+1 || w.Tokens > int64(len(plain))+1000 || !w.Counted || !w.Priced {
		t.Errorf("%+v for %d bytes", w, len(plain))
	}
	if want := ledger.Dollars((float64(w.Tokens-1)*2 + 5) / 1e6); w.Cost != want { // all of it may go to the cache
		t.Errorf("%s, want %s", w.Cost, want)
	}
	picture := body("", `[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]`)
	if w := budget.WorstOf(request(claude, picture), budget.Terms{Price: ledger.Price{}, Priced: true}); w.Tokens < 5000 {
		t.Errorf("a picture has %d tokens", w.Tokens)
	}
	document := body("", `[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}}]`)
	if w := budget.WorstOf(request(claude, document), budget.Terms{Price: ledger.Price{}, Priced: true}); w.Tokens < 1_000_000 {
		t.Errorf("a document has %d tokens", w.Tokens)
	}
	tools := body(`"tools":[{"name":"t","description":"d","input_schema":{"type":"object"}}],`, `"hi"`)
	if w := budget.WorstOf(request(claude, tools), budget.Terms{Price: ledger.Price{}, Priced: true}); w.Tokens < int64(len(tools))+1000 {
		t.Errorf("tools have %d tokens", w.Tokens)
	}
	if w := budget.WorstOf(request(claude, plain), budget.Terms{Price: ledger.Price{Input: math.MaxFloat64}, Priced: true}); w.Cost != math.MaxInt64 {
		t.Errorf("%d", w.Cost)
	}
}

func TestWhatAnEndedRequestCountsFor(t *testing.T) {
	w := budget.Worst{Charge: ledger.Charge{Calls: 1, Tokens: 100, Cost: 1000}, Counted: true, Priced: true}
	cost := ledger.Money(7)
	known := model.Usage{Known: true, InputTokens: 1, OutputTokens: 2, CacheReadTokens: 3, CacheWriteTokens: 4}
	if c := w.Answered(known, &cost); c != (ledger.Charge{Calls: 1, Tokens: 10, Cost: 7}) {
		t.Errorf("%+v", c)
	}
	if c := w.Answered(known, nil); c != (ledger.Charge{Calls: 1, Tokens: 10, Cost: 1000}) {
		t.Errorf("%+v", c)
	}
	if c := w.Answered(model.Usage{}, nil); c != w.Charge {
		t.Errorf("%+v", c)
	}
	if c := (budget.Worst{Charge: ledger.Charge{Calls: 1}}).Answered(known, &cost); c != (ledger.Charge{Calls: 1}) {
		t.Errorf("%+v", c)
	}
	for name, f := range map[string]struct {
		err  error
		want ledger.Charge
	}{
		"cut off":     {context.Canceled, w.Charge},
		"refused":     {&model.Error{Kind: model.Throttled, Code: "ThrottlingException"}, ledger.Charge{Calls: 1}},
		"busy":        {&model.Error{Kind: model.Unavailable, Code: "ServiceUnavailableException"}, ledger.Charge{Calls: 1}},
		"no word":     {&model.Error{Kind: model.Unavailable}, w.Charge},
		"gave up":     {&model.Error{Kind: model.ModelTimeout, Code: "ModelTimeoutException"}, w.Charge},
		"never sent":  {&model.Error{Kind: model.NoCredentials}, ledger.Charge{}},
		"our defect":  {&model.Error{Kind: model.Internal}, w.Charge},
		"a long text": {&model.Error{Kind: model.TooLarge}, w.Charge},
	} {
		if c := w.Failed(f.err); c != f.want {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// What the model map adds to a body counts, and what a provider counts itself is
// taken from it.
func TestTermsOfWhoIsAsked(t *testing.T) {
	free := model.Request{Service: model.Bedrock, Model: "x", Body: []byte(`{"prompt":"a"}`), Parameters: `{"max_tokens":300,"n":2}`}
	plain := free
	plain.Parameters = ""
	with, without := budget.WorstOf(free, budget.Terms{}), budget.WorstOf(plain, budget.Terms{})
	if with.Tokens < without.Tokens {
		t.Errorf("%d tokens with parameters, %d without", with.Tokens, without.Tokens)
	}
	claude := model.Request{Service: model.Bedrock, Model: "anthropic.claude-3-haiku-20240307-v1:0",
		Body: []byte(`{"anthropic_version":"bedrock-2023-05-31","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}`)}
	one := budget.WorstOf(claude, budget.Terms{})
	claude.Parameters = `{"max_tokens":300,"n":2}`
	if two := budget.WorstOf(claude, budget.Terms{}); two.Tokens != one.Tokens-10+600+int64(len(claude.Parameters)) {
		t.Errorf("%d tokens with parameters, %d without", two.Tokens, one.Tokens)
	}
	sentiment := model.Request{Service: model.Comprehend, Body: []byte("a lovely room")}
	if w := budget.WorstOf(sentiment, budget.Terms{}); w.Counted || w.Tokens != 0 {
		t.Errorf("%+v", w)
	}
	if w := budget.WorstOf(sentiment, budget.Terms{Input: 3, Metered: true}); !w.Counted || w.Tokens != 3 {
		t.Errorf("%+v", w)
	}
}
