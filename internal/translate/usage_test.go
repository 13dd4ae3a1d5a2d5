package translate_test

import (
	"context"
	"testing"

	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

// What a server does not count, or counts below nothing, is counted in its place. The
// thoughts that a family does not show were written as well.
func TestMissingUsageIsEstimated(t *testing.T) {
	for name, result := range map[string]neutral.Result{
		"none":          {Text: "A faint light of the upper air."},
		"below nothing": {Text: "A faint light of the upper air.", Usage: model.Usage{InputTokens: -4, Known: true}},
		"thoughts":      {Text: "A faint", Reasoning: "light of the upper air."},
	} {
		got, err := answering(result).Invoke(t.Context(), claude("What is the airglow?"))
		// 7 tokens of the question and 8 around it; 8 of the answer and its end.
		want := model.Usage{Known: true, Estimated: true, InputTokens: 15, OutputTokens: 9}
		if err != nil || got.Usage != want || at(t, got.Body, "usage", "output_tokens") != 9.0 {
			t.Errorf("%s: %+v, %v: %s", name, got.Usage, err, got.Body)
		}
	}
}

func TestReportedUsageIsNoEstimate(t *testing.T) {
	want := model.Usage{Known: true, InputTokens: 3, OutputTokens: 4, CacheReadTokens: 5}
	got, err := answering(neutral.Result{Text: "A faint light.", Usage: want}).Invoke(t.Context(), claude("What is the airglow?"))
	if err != nil || got.Usage != want {
		t.Errorf("%+v, %v", got.Usage, err)
	}
}

func TestMissingUsageOfAStreamIsEstimated(t *testing.T) {
	var last []byte
	got, err := answering(neutral.Result{Text: "A faint light."}).InvokeStream(t.Context(), titan("q", ""), func(piece []byte) error {
		last = piece
		return nil
	})
	if err != nil || !got.Usage.Estimated || at(t, last, "totalOutputTextTokenCount") != 5.0 {
		t.Errorf("%+v, %v: %s", got.Usage, err, last)
	}
}

func TestMissingUsageOfEmbeddingsIsEstimated(t *testing.T) {
	b := newEmbedder(4)
	counted := b.backend.embed
	b.backend.embed = func(ctx context.Context, e translate.Embed) (neutral.Vectors, error) {
		v, err := counted(ctx, e)
		v.Usage = model.Usage{}
		return v, err
	}
	p := translate.New(b)
	results, err := p.InvokeBatch(t.Context(), []model.Request{ownText("hello world"), ownText("hello")})
	if err != nil || len(results) != 2 {
		t.Fatal(results, err)
	}
	for i, want := range []int64{2, 1} {
		if got := results[i].Response.Usage; got != (model.Usage{Known: true, Estimated: true, InputTokens: want}) {
			t.Errorf("%d: %+v", i, got)
		}
	}
}

// ownText is a request for a vector of any length.
func ownText(text string) model.Request {
	return model.Request{Service: model.Bedrock, Model: "airglow.use-lite-en", Target: "small",
		Body: []byte(`{"inputText":"` + text + `","dimensions":4}`)}
}
