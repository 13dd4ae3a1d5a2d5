package translate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"airglow/internal/model"
	"airglow/internal/model/modeltest"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

// embedder gives vectors of a width, which depend on the text alone, and a token for
// each byte. A text "bad" fails it.
type embedder struct {
	backend
	width int
	calls [][]string
}

func (b *embedder) MostTexts() int { return 40 }

func newEmbedder(width int) *embedder {
	b := &embedder{width: width}
	b.backend.embed = func(ctx context.Context, e translate.Embed) (neutral.Vectors, error) {
		b.calls = append(b.calls, e.Texts)
		v := neutral.Vectors{Usage: model.Usage{Known: true}}
		for _, text := range e.Texts {
			if text == "bad" {
				return neutral.Vectors{}, &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException", Message: "a text is bad"}
			}
			vector := make([]float32, b.width)
			for i := range vector {
				vector[i] = float32(len(text)+i) / 8
			}
			v.Floats = append(v.Floats, vector)
			v.Usage.InputTokens += int64(len(text))
		}
		return v, ctx.Err()
	}
	return b
}

// titanV2 is a request for a vector of a length.
func titanV2(text string, dimensions int) model.Request {
	return model.Request{Service: model.Bedrock, Model: "amazon.titan-embed-text-v2:0", Target: "small",
		Body: fmt.Appendf(nil, `{"inputText":%q,"dimensions":%d}`, text, dimensions)}
}

func cohere(texts ...string) model.Request {
	list, err := json.Marshal(texts)
	if err != nil {
		panic(err)
	}
	return model.Request{Service: model.Bedrock, Model: "cohere.embed-english-v3", Target: "small",
		Body: fmt.Appendf(nil, `{"texts":%s,"input_type":"search_query"}`, list)}
}

func TestBatchContract(t *testing.T) {
	modeltest.RunBatch(t, func(*testing.T) modeltest.BatchSubject {
		return modeltest.BatchSubject{
			Provider: translate.New(newEmbedder(256)),
			Good:     []model.Request{titanV2("one", 256), titanV2("three", 256), titanV2("seventeen", 256)},
			Refused:  titanV2("x", 255),
			Bad:      []model.Request{titanV2("one", 256), titanV2("bad", 256)},
		}
	})
}

// Texts of several requests travel in one, and each request gets its own.
func TestBatchIsOneRequest(t *testing.T) {
	b := newEmbedder(1024)
	p := translate.New(b)
	reqs := []model.Request{cohere("a", "bb"), cohere("ccc"), cohere("dddd")}
	results, err := p.InvokeBatch(t.Context(), reqs)
	if err != nil || len(b.calls) != 1 || len(b.calls[0]) != 4 {
		t.Fatalf("%v, %v", b.calls, err)
	}
	var sum int64
	for i, r := range results {
		if texts, ok := at(t, r.Response.Body, "texts").([]any); r.Err != nil || !ok || len(texts) != []int{2, 1, 1}[i] {
			t.Errorf("%d: %s, %v", i, r.Response.Body, r.Err)
		}
		sum += r.Response.Usage.InputTokens
	}
	if sum != 10 {
		t.Errorf("%d tokens are counted of 10", sum)
	}
	if limits := p.BatchLimits(reqs[0]); limits.Requests != 20 || limits.MostRequests != 20 {
		t.Errorf("two texts of at most forty: %+v", limits)
	}
	if limits := p.BatchLimits(claude("q")); limits != (model.BatchLimits{}) {
		t.Errorf("a chat: %+v", limits)
	}
}

// Requests that want different vectors go apart; a failure is only that of those
// that went together.
func TestBatchOfSeveralWishes(t *testing.T) {
	other := cohere("bad")
	other.Body = []byte(`{"texts":["bad"],"input_type":"classification"}`)
	results, err := translate.New(newEmbedder(1024)).InvokeBatch(t.Context(), []model.Request{cohere("a"), other, cohere("b")})
	if err != nil || results[0].Err != nil || results[2].Err != nil || model.KindOf(results[1].Err) != model.Invalid {
		t.Errorf("%+v, %v", results, err)
	}
}

// A vector is as long as it should be, or there is none.
func TestDimensions(t *testing.T) {
	with := func(req model.Request, parameters string) model.Request { req.Parameters = parameters; return req }
	for name, tc := range map[string]struct {
		width int
		req   model.Request
		texts []string // of the error; none where there is an answer
	}{
		"as asked":               {512, titanV2("x", 512), nil},
		"too long":               {1024, titanV2("x", 256), []string{"1024 numbers", "256 are asked for", "target in the model map", "matryoshka = true"}},
		"cut, where that may be": {1024, with(titanV2("x", 256), `{"matryoshka":true}`), nil},
		"too short":              {384, titanV2("x", 512), []string{"384 numbers", "512 are asked for"}},
		"too short all the same": {384, with(titanV2("x", 512), `{"matryoshka":true}`), []string{"384 numbers"}},
		"the family's own":       {768, model.Request{Service: model.Bedrock, Model: "amazon.titan-embed-text-v1", Target: "small", Body: []byte(`{"inputText":"x"}`)}, []string{"768 numbers", "1536"}},
	} {
		got, err := translate.New(newEmbedder(tc.width)).Invoke(t.Context(), tc.req)
		if (err != nil) != (tc.texts != nil) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, text := range tc.texts {
			if model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), "ValidationException") {
				t.Errorf("%s: %v lacks %q", name, err, text)
			}
		}
		if err == nil {
			checkUnit(t, name, got.Body)
		}
	}
}

// checkUnit: Titan's vectors have the length 1 unless the request says otherwise.
func checkUnit(t *testing.T, name string, body []byte) {
	t.Helper()
	vector, _ := at(t, body, "embedding").([]any)
	var sum float64
	for _, f := range vector {
		sum += f.(float64) * f.(float64)
	}
	if len(vector) == 0 || math.Abs(sum-1) > 1e-4 {
		t.Errorf("%s: %d numbers of length %g", name, len(vector), math.Sqrt(sum))
	}
}

func TestBadVectors(t *testing.T) {
	nan := float32(math.NaN())
	for name, floats := range map[string][][]float32{
		"none": {}, "too many": {{1}, {1}}, "empty": {{}}, "zero": {make([]float32, 1024)}, "no number": {append(make([]float32, 1023), nan)},
		"infinite": {append(make([]float32, 1023), float32(math.Inf(1)))},
	} {
		p := translate.New(&backend{embed: func(context.Context, translate.Embed) (neutral.Vectors, error) {
			return neutral.Vectors{Floats: floats}, nil
		}})
		if _, err := p.Invoke(t.Context(), titanV2("x", 1024)); model.KindOf(err) != model.BadAnswer || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoStreamOfEmbeddings(t *testing.T) {
	_, err := translate.New(newEmbedder(1024)).InvokeStream(t.Context(), titanV2("x", 1024), nil)
	if model.KindOf(err) != model.Unsupported {
		t.Errorf("%v", err)
	}
	if n, exact, err := translate.New(newEmbedder(1024)).CountTokens(t.Context(), titanV2("four words of text", 1024)); n < 3 || exact || err != nil {
		t.Errorf("%d, %v, %v", n, exact, err)
	}
}
