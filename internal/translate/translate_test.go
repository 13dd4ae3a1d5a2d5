package translate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"airglow/internal/model"
	"airglow/internal/model/modeltest"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

// backend answers as the test says.
type backend struct {
	chat    func(context.Context, translate.Chat) (neutral.Result, error)
	embed   func(context.Context, translate.Embed) (neutral.Vectors, error)
	started chan struct{}
}

func (b *backend) Name() string { return "fake" }

func (b *backend) Chat(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	if b.chat != nil {
		return b.chat(ctx, chat)
	}
	return b.echo(ctx, chat)
}

func (b *backend) Embed(ctx context.Context, embed translate.Embed) (neutral.Vectors, error) {
	return b.embed(ctx, embed)
}

// echo answers with the last turn, word by word.
func (b *backend) echo(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	said := chat.Turns[len(chat.Turns)-1].Text()
	switch said {
	case "slow":
		b.started <- struct{}{}
		<-ctx.Done()
		return neutral.Result{}, fmt.Errorf("fake: %w", ctx.Err())
	case "bad":
		return neutral.Result{}, &model.Error{Kind: model.Unavailable, Service: model.Bedrock, Message: "it is down"}
	}
	result := neutral.Result{Text: "you said " + said, Usage: model.Usage{InputTokens: 3, OutputTokens: 4, Known: true}}
	if chat.Emit == nil {
		return result, ctx.Err()
	}
	for _, word := range strings.SplitAfter(result.Text, " ") {
		if err := chat.Emit(neutral.Piece{Text: word}); err != nil {
			return neutral.Result{}, fmt.Errorf("fake: %w", err)
		}
		if said == "half" {
			return neutral.Result{}, &model.Error{Kind: model.Unavailable, Service: model.Bedrock, Message: "it broke off"}
		}
	}
	return result, ctx.Err()
}

const claudeID = "anthropic.claude-3-haiku-20240307-v1:0"

func claude(text string, more ...string) model.Request {
	body := fmt.Sprintf(`{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,"messages":[{"role":"user","content":%q}]%s}`, text, strings.Join(more, ""))
	return model.Request{Service: model.Bedrock, Model: claudeID, Target: "small", Body: []byte(body)}
}

func titan(text, config string) model.Request {
	body := fmt.Sprintf(`{"inputText":%q,"textGenerationConfig":{%s}}`, text, config)
	return model.Request{Service: model.Bedrock, Model: "amazon.titan-text-express-v1", Target: "small", Body: []byte(body)}
}

func TestContract(t *testing.T) {
	modeltest.Run(t, func(*testing.T) modeltest.Subject {
		b := &backend{started: make(chan struct{}, 1)}
		return modeltest.Subject{Provider: translate.New(b), Good: claude("hello"), Bad: claude("bad"), Slow: claude("slow"), Started: b.started}
	})
	modeltest.RunStream(t, func(*testing.T) modeltest.StreamSubject {
		b := &backend{started: make(chan struct{}, 1)}
		return modeltest.StreamSubject{
			Provider: translate.New(b), Good: claude("hello"), Bad: claude("bad"), Half: claude("half"), Slow: claude("slow"), Started: b.started,
		}
	})
}

// answering returns the provider of a backend that answers with a result.
func answering(r neutral.Result) *translate.Provider {
	return translate.New(&backend{chat: func(context.Context, translate.Chat) (neutral.Result, error) { return r, nil }})
}

// at takes a value out of JSON by a path of members and numbers.
func at(t *testing.T, body []byte, path ...any) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v, _ = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v
}

// An answer that says nothing is none, unless something kept it from speaking.
func TestEmptyAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		result neutral.Result
		req    model.Request
		fails  bool
	}{
		"silence":       {neutral.Result{}, claude("x"), true},
		"thought alone": {neutral.Result{Reasoning: "hm"}, claude("x"), true},
		"cut off":       {neutral.Result{Stop: neutral.StopLength}, claude("x"), false},
		"refused":       {neutral.Result{Stop: neutral.StopRefused}, claude("x"), false},
		"a tool":        {neutral.Result{Stop: neutral.StopTool, ToolUses: []neutral.ToolUse{{Name: "f", Input: json.RawMessage("{}")}}}, claude("x"), false},
		"nothing to add": {neutral.Result{}, model.Request{Service: model.Bedrock, Model: claudeID, Body: []byte(
			`{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}`)}, false},
	} {
		_, err := answering(tc.result).Invoke(t.Context(), tc.req)
		if (err != nil) != tc.fails || err != nil && (model.KindOf(err) != model.BadAnswer || !strings.Contains(err.Error(), "ModelErrorException")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStops(t *testing.T) {
	for name, tc := range map[string]struct {
		result neutral.Result
		stop   string
	}{
		"cut off":  {neutral.Result{Text: "x", Stop: neutral.StopLength}, "length"},
		"refused":  {neutral.Result{Text: "x", Stop: neutral.StopRefused}, "refused"},
		"filtered": {neutral.Result{Text: "x", Stop: neutral.StopFiltered}, "filtered"},
		"whole":    {neutral.Result{Text: "x"}, ""},
	} {
		got, err := answering(tc.result).Invoke(t.Context(), titan("q", ""))
		if err != nil || string(got.Stop) != tc.stop {
			t.Errorf("%s: %q, %v", name, got.Stop, err)
		}
	}
}

// A server that passes over stop strings, or some of them, is stopped here.
func TestStopStrings(t *testing.T) {
	const stops = `,"stop_sequences":["END","three","EN"]`
	got, err := answering(neutral.Result{Text: "one\ntwo END three\n\n"}).Invoke(t.Context(), claude("q", stops))
	if err != nil || at(t, got.Body, "content", 0, "text") != "one\ntwo " || at(t, got.Body, "stop_reason") != "stop_sequence" || at(t, got.Body, "stop_sequence") != "END" {
		t.Errorf("%s, %v", got.Body, err)
	}
	var said strings.Builder
	b := &backend{chat: func(_ context.Context, chat translate.Chat) (neutral.Result, error) {
		for _, piece := range []string{"one\n", "two E", "N", "D three", "\n\n"} {
			if err := chat.Emit(neutral.Piece{Text: piece}); err != nil {
				return neutral.Result{}, fmt.Errorf("fake: %w", err)
			}
		}
		return neutral.Result{}, errors.New("it was not stopped")
	}}
	got, err = translate.New(b).InvokeStream(t.Context(), claude("q", `,"stop_sequences":["END","three"]`), func(piece []byte) error {
		if text, ok := at(t, piece, "delta").(map[string]any); ok && text["text"] != nil {
			said.WriteString(text["text"].(string))
		}
		return nil
	})
	if err != nil || said.String() != "one\ntwo " || at(t, got.Body, "stop_sequence") != "END" || !got.Usage.Estimated {
		t.Errorf("%q, %s, %v", said.String(), got.Body, err)
	}
}

// A backend that answers in one makes a stream all the same.
func TestStreamOfOnePiece(t *testing.T) {
	pieces := 0
	got, err := answering(neutral.Result{Text: "all at once STOP and more"}).InvokeStream(t.Context(), claude("q", `,"stop_sequences":["STOP"]`), func([]byte) error {
		pieces++
		return nil
	})
	if err != nil || pieces < 4 || at(t, got.Body, "content", 0, "text") != "all at once " {
		t.Errorf("%d pieces, %s, %v", pieces, got.Body, err)
	}
}

// Claude shows what it thought only to those who asked for it.
func TestReasoningIsWithheld(t *testing.T) {
	thoughtful := neutral.Result{Reasoning: "first this", Text: "then that"}
	got, err := answering(thoughtful).Invoke(t.Context(), claude("q"))
	if err != nil || strings.Contains(string(got.Body), "first this") {
		t.Errorf("%s, %v", got.Body, err)
	}
	var stream strings.Builder
	_, err = answering(thoughtful).InvokeStream(t.Context(), claude("q"), func(piece []byte) error {
		stream.Write(piece)
		return nil
	})
	if err != nil || strings.Contains(stream.String(), "first this") {
		t.Errorf("%s, %v", stream.String(), err)
	}
}

// What asks for the likeliest answer asks for it in one way.
func TestSampling(t *testing.T) {
	for name, tc := range map[string]struct {
		req  model.Request
		want string
	}{
		"the family's defaults": {claude("q"), "t=1 p=0.999 k=0 seed=-"},
		"as it says":            {claude("q", `,"temperature":0.4,"top_p":0.8,"top_k":7`), "t=0.4 p=0.8 k=7 seed=-"},
		"temperature 0":         {claude("q", `,"temperature":0,"top_p":0.5,"top_k":7`), "t=0 p=- k=0 seed=1"},
		"top_p 0":               {claude("q", `,"temperature":0.4,"top_p":0`), "t=0 p=- k=0 seed=1"},
		"top_k 1":               {claude("q", `,"top_k":1`), "t=0 p=- k=0 seed=1"},
		"Titan's defaults":      {titan("q", ""), "t=0.7 p=0.9 k=0 seed=-"},
		"Titan's walkthrough":   {titan("q", `"temperature":0,"topP":0`), "t=0 p=- k=0 seed=1"},
	} {
		var got string
		p := translate.New(&backend{chat: func(_ context.Context, chat translate.Chat) (neutral.Result, error) {
			got = fmt.Sprintf("t=%s p=%s k=%d seed=%s", show(chat.Temperature), show(chat.TopP), chat.TopK, show(chat.Seed))
			return neutral.Result{Text: "x"}, nil
		}})
		if _, err := p.Invoke(t.Context(), tc.req); err != nil || got != tc.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, tc.want, err)
		}
	}
}

func show[T any](v *T) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}

func TestRefusals(t *testing.T) {
	wrongService := claude("q")
	wrongService.Service = model.SageMaker
	unknown := claude("q")
	unknown.Model = "stability.stable-image-core-v1:0"
	parameters := claude("q")
	parameters.Parameters = "[1]"
	matryoshka := claude("q")
	matryoshka.Parameters = `{"matryoshka":7}`
	for name, tc := range map[string]struct {
		req  model.Request
		kind model.Kind
		text string
	}{
		"service":    {wrongService, model.Unsupported, "Bedrock functions only"},
		"family":     {unknown, model.Unsupported, "cannot stand in for model"},
		"body":       {model.Request{Service: model.Bedrock, Model: claudeID, Body: []byte("{")}, model.Invalid, "Malformed input request"},
		"parameters": {parameters, model.NotConfigured, "no JSON object"},
		"matryoshka": {matryoshka, model.NotConfigured, "neither true nor false"},
	} {
		p := answering(neutral.Result{Text: "x"})
		_, err := p.Invoke(t.Context(), tc.req)
		if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v", name, err)
		}
		if checked := p.Check(tc.req); fmt.Sprint(checked) != fmt.Sprint(err) {
			t.Errorf("%s: Check says %v, Invoke %v", name, checked, err)
		}
	}
}

func TestCountIsAnEstimate(t *testing.T) {
	n, exact, err := answering(neutral.Result{}).CountTokens(t.Context(), claude("four words of text, 日本"))
	if err != nil || exact || n < 8 || n > 20 {
		t.Errorf("%d, exact %v, %v", n, exact, err)
	}
}
