package builtin_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"airglow/internal/builtin"
	"airglow/internal/model"
)

const (
	haiku = "anthropic.claude-3-haiku-20240307-v1:0"
	titan = "amazon.titan-text-express-v1"

	queueNews = "Nimbus Queue now supports message ordering in all Regions. With this launch, customers can process up to 3,000 ordered messages per second without changing their code. Previously, ordering was limited to Europe (Frankfurt) and US East (Ohio). To learn more, visit the Nimbus Queue documentation."
	bridge    = "The council approved a budget of 4.2 million euros for the new bridge on Tuesday. Work on the bridge will begin in March 2027 and take two years. Mayor Ada Byrne said the old bridge would stay open for cyclists. Shopkeepers in Mill Street fear they will lose customers during construction. Engineers recommend steel because the river floods every spring."
)

func provider(t testing.TB) *builtin.Provider {
	t.Helper()
	p, err := builtin.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// claudeBody is a request of Anthropic messages; extra members replace.
func claudeBody(t testing.TB, prompt string, extra map[string]any) []byte {
	t.Helper()
	body := map[string]any{
		"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1024, "temperature": 0, "top_p": 0, "top_k": 1,
		"messages": []any{map[string]any{"role": "user", "content": []any{map[string]any{"type": "text", "text": prompt}}}},
	}
	for k, v := range extra {
		body[k] = v
	}
	return encode(t, body)
}

type claudeAnswer struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Content []struct{ Text string }
	Reason  string  `json:"stop_reason"`
	Stop    *string `json:"stop_sequence"`
	Usage   struct {
		In  int64 `json:"input_tokens"`
		Out int64 `json:"output_tokens"`
	}
}

func (a claudeAnswer) text() string {
	if len(a.Content) == 0 {
		return ""
	}
	return a.Content[0].Text
}

func invoke(t testing.TB, p *builtin.Provider, req model.Request) (model.Response, claudeAnswer) {
	t.Helper()
	r, err := p.Invoke(context.Background(), req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Service, req.Model, err)
	}
	var a claudeAnswer
	if err := json.Unmarshal(r.Body, &a); err != nil {
		t.Fatal(err)
	}
	return r, a
}

// ask sends a prompt as Anthropic messages and returns the answer's text.
func ask(t testing.TB, p *builtin.Provider, prompt string) string {
	t.Helper()
	_, a := invoke(t, p, model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, prompt, nil)})
	return a.text()
}

func TestClaudeBody(t *testing.T) {
	p := provider(t)
	req := model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, "Please pick up product name only from the following description. "+queueNews+" ?", nil)}
	r, a := invoke(t, p, req)
	if a.text() != "Nimbus Queue" || a.Reason != "end_turn" || a.Stop != nil || !strings.HasPrefix(a.ID, "msg_bdrk_") {
		t.Errorf("%s", r.Body)
	}
	if r.Provider != "builtin" || r.Model != builtin.TextModel || a.Model != builtin.TextModel {
		t.Errorf("answered by %s %s, body says %s", r.Provider, r.Model, a.Model)
	}
	if !r.Usage.Known || r.Usage.InputTokens != a.Usage.In || r.Usage.OutputTokens != a.Usage.Out || a.Usage.In < 60 || a.Usage.Out < 2 {
		t.Errorf("usage %+v, in the body %+v", r.Usage, a.Usage)
	}
	if again, _ := invoke(t, p, req); string(again.Body) != string(r.Body) {
		t.Errorf("the same request gave %s and then %s", r.Body, again.Body)
	}
}

func TestTitanBody(t *testing.T) {
	body := encode(t, map[string]any{
		"inputText":            "Please summarize the following description in 200 characters or less. " + queueNews + " ?",
		"textGenerationConfig": map[string]any{"maxTokenCount": 1024, "stopSequences": []string{}, "temperature": 0, "topP": 1},
	})
	r, err := provider(t).Invoke(context.Background(), model.Request{Service: model.Bedrock, Model: titan, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		InputTextTokenCount int64
		Results             []struct {
			TokenCount                   int64
			OutputText, CompletionReason string
		}
	}
	if err := json.Unmarshal(r.Body, &a); err != nil || len(a.Results) != 1 {
		t.Fatalf("%s: %v", r.Body, err)
	}
	got := a.Results[0]
	if got.CompletionReason != "FINISH" || a.InputTextTokenCount != r.Usage.InputTokens || got.TokenCount != r.Usage.OutputTokens {
		t.Errorf("%s, usage %+v", r.Body, r.Usage)
	}
	if n := utf8.RuneCountInString(got.OutputText); n > 200 || !strings.HasPrefix(got.OutputText, "Nimbus Queue now supports message ordering") {
		t.Errorf("%d characters: %q", n, got.OutputText)
	}
}

func TestFamilyFromTheBodyWhenTheModelDoesNotTell(t *testing.T) {
	p := provider(t)
	const prompt = "Summarize in one sentence: " + bridge
	for _, id := range []string{"extractive", builtin.TextModel, "", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl", "us." + haiku} {
		if r, a := invoke(t, p, model.Request{Service: model.Bedrock, Model: id, Body: claudeBody(t, prompt, nil)}); a.text() == "" {
			t.Errorf("model %q, Claude body: %s", id, r.Body)
		}
	}
	r, _ := invoke(t, p, model.Request{Service: model.Bedrock, Model: "extractive", Body: encode(t, map[string]any{"inputText": prompt})})
	if !strings.Contains(string(r.Body), `"outputText":"The council`) {
		t.Errorf("Titan body: %s", r.Body)
	}
}

func TestMaxTokensAndStopSequences(t *testing.T) {
	p := provider(t)
	const prompt = "Summarize in three sentences: " + bridge
	_, full := invoke(t, p, model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, prompt, nil)})
	for _, n := range []int{1, 2, 7, 20} {
		_, a := invoke(t, p, model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, prompt, map[string]any{"max_tokens": n})})
		if a.Reason != "max_tokens" || a.Usage.Out > int64(n) || !strings.HasPrefix(full.text(), a.text()) || a.text() == "" {
			t.Errorf("%d tokens: %q, %s, %d used", n, a.text(), a.Reason, a.Usage.Out)
		}
	}
	_, a := invoke(t, p, model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, prompt, map[string]any{"stop_sequences": []string{"never there", " million"}})})
	if a.Reason != "stop_sequence" || a.Stop == nil || *a.Stop != " million" || a.text() != "The council approved a budget of 4.2" {
		t.Errorf("%q, %s, %v", a.text(), a.Reason, a.Stop)
	}
}

func TestRefusals(t *testing.T) {
	bedrock := func(id string, body []byte) model.Request {
		return model.Request{Service: model.Bedrock, Model: id, Body: body}
	}
	prompt := func(s string) model.Request { return bedrock(haiku, claudeBody(t, s, nil)) }
	p := provider(t)
	for name, c := range map[string]struct {
		req  model.Request
		kind model.Kind
		says []string
	}{
		"open question":               {prompt("What is the most popular food in India ?"), model.Unsupported, []string{"only on text given in the prompt", "cannot answer open questions", "model map"}},
		"another open question":       {prompt("What is the proportion of land and sea on Earth?"), model.Unsupported, []string{"cannot answer open questions"}},
		"a name without text":         {prompt("Tell me the capital of Peru."), model.Unsupported, []string{"cannot answer open questions"}},
		"question and small talk":     {prompt("What is the capital of Peru? I would like to know."), model.Unsupported, []string{"cannot answer open questions"}},
		"summary of nothing":          {prompt("Summarize the following text:"), model.Unsupported, []string{"only on text given"}},
		"no instruction":              {prompt(bridge), model.Unsupported, []string{"no instruction"}},
		"one class":                   {prompt("Classify this text as sports: " + bridge), model.Unsupported, []string{"at least two"}},
		"one class of a list":         {prompt("Classify the text below. Labels: sports.\n\n" + bridge), model.Unsupported, []string{"at least two"}},
		"one class of one":            {prompt("Reply with one of: billing. My parcel has not arrived."), model.Unsupported, []string{"at least two"}},
		"one class in an array":       {prompt("Classify the following text into [\"sports\"]. " + bridge), model.Unsupported, []string{"at least two"}},
		"one class in tags":           {prompt("<labels>sports</labels>\n<text>" + bridge + "</text>\nWhich label fits the text?"), model.Unsupported, []string{"at least two"}},
		"translation":                 {prompt("Translate the following text to French: " + bridge), model.Unsupported, []string{"cannot translate"}},
		"writing":                     {prompt("Write a poem about the sea."), model.Unsupported, []string{"cannot write"}},
		"unknown family":              {bedrock("stability.sd3-5-large-v1:0", []byte(`{"prompt":"x"}`)), model.Unsupported, []string{"stability.sd3-5-large-v1:0", "anthropic.claude*", "amazon.titan-text*"}},
		"other family with like body": {bedrock("amazon.nova-reel-v1:0", []byte(`{"messages":[]}`)), model.Unsupported, []string{"amazon.nova-reel-v1:0"}},
		"tools":                       {bedrock("amazon.nova-lite-v1:0", []byte(`{"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}]},"messages":[{"role":"user","content":[{"text":"Summarize."}]}]}`)), model.Unsupported, []string{"does not know tools"}},
		"an image":                    {bedrock("amazon.nova-lite-v1:0", []byte(`{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"aGk="}}}]}]}`)), model.Unsupported, []string{"does not know images"}},
		"thinking":                    {bedrock("openai.gpt-oss-20b-1:0", []byte(`{"reasoning_effort":"low","messages":[{"role":"user","content":"Summarize."}]}`)), model.Unsupported, []string{"does not know extended thinking"}},
		"a schema":                    {bedrock("qwen.qwen3-32b-v1:0", []byte(`{"response_format":{"type":"json_object"},"messages":[{"role":"user","content":"Summarize."}]}`)), model.Unsupported, []string{"does not know JSON schemas"}},
		"no family at all":            {bedrock("extractive", []byte(`{"prompt":"x"}`)), model.Unsupported, []string{"anthropic.claude*"}},
		"invalid body":                {bedrock(haiku, []byte(`{"messages":[]}`)), model.Invalid, []string{"ValidationException", "required key [max_tokens] not found"}},
		"sagemaker":                   {model.Request{Service: model.SageMaker, Model: "churn", Body: []byte("1,2")}, model.Unsupported, []string{"SageMaker", "map it to provider sagemaker in the model map"}},
		"german said to be english":   {model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte("Das Zimmer war sauber und das Personal freundlich.")}, model.Unsupported, []string{"this text is in German", "English only", "model map"}},
		"sentiment of japanese":       {prompt("What is the sentiment of this review?\n\n部屋は清潔で、スタッフも親切でした。"), model.Unsupported, []string{"this text is in Japanese"}},
		"a vector of 1024":            {bedrock("amazon.titan-embed-text-v2:0", []byte(`{"inputText":"x"}`)), model.Invalid, []string{"512 numbers, and 1024", "ValidationException", `"dimensions"`, "model map"}},
		"a vector of 1536":            {bedrock("amazon.titan-embed-text-v1", []byte(`{"inputText":"x"}`)), model.Invalid, []string{"1536 are asked for", "target"}},
		"Cohere's 1024":               {bedrock("cohere.embed-english-v3", []byte(`{"texts":["x"],"input_type":"clustering"}`)), model.Invalid, []string{"1024 are asked for"}},
		"a shorter vector":            {model.Request{Service: model.Bedrock, Model: "airglow.use-lite-en-v1", Parameters: `{"matryoshka":true}`, Body: []byte(`{"inputText":"x","dimensions":256}`)}, model.Invalid, []string{"256 are asked for"}},
		"a vector of nothing":         {bedrock("airglow.use-lite-en-v1", []byte(`{"texts":["x",""],"input_type":"clustering"}`)), model.Invalid, []string{"text 2 of 2 is blank"}},
		"german":                      {model.Request{Service: model.Comprehend, Model: "sentiment", Language: "de", Body: []byte("gut")}, model.Unsupported, []string{"English only"}},
		"empty text":                  {model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte(" ")}, model.Invalid, []string{"empty"}},
		"long text":                   {model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte(strings.Repeat("a ", 2501))}, model.TooLarge, []string{"5002"}},
	} {
		_, err := p.Invoke(context.Background(), c.req)
		if checked := p.Check(c.req); checked != nil && checked.Error() != err.Error() {
			t.Errorf("%s: Check says %v, Invoke %v", name, checked, err)
		}
		var e *model.Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.Service != c.req.Service {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "Shopkeepers") {
			t.Errorf("%s: the error repeats the request", name)
		}
	}
}

func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := provider(t).Invoke(ctx, model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, "Summarize: "+bridge, nil)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	p := provider(t)
	const prompt = "Summarize in one sentence: " + bridge
	want := ask(t, provider(t), prompt)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if got := ask(t, p, prompt); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
	group.Wait()
}

// judged is the answer of DetectSentiment.
type judged struct {
	Sentiment      string
	SentimentScore struct{ Mixed, Positive, Neutral, Negative float64 }
}

func judge(t testing.TB, p *builtin.Provider, text string) judged {
	t.Helper()
	r, err := p.Invoke(context.Background(), model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	if r.Model != builtin.SentimentModel || !r.Usage.Known || r.Usage.InputTokens == 0 {
		t.Errorf("%+v", r)
	}
	var j judged
	if err := json.Unmarshal(r.Body, &j); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestSentimentScores(t *testing.T) {
	p := provider(t)
	for _, text := range []string{"I love it.", "It broke.", "It is blue.", "Good but slow.", "漢字", "?!", strings.Repeat("It was late and the box was broken. ", 100)} {
		j := judge(t, p, text)
		s := j.SentimentScore
		if sum := s.Mixed + s.Positive + s.Neutral + s.Negative; sum < 1-1e-9 || sum > 1+1e-9 {
			t.Errorf("%q: scores sum to %v", text, sum)
		}
		best := map[string]float64{"MIXED": s.Mixed, "POSITIVE": s.Positive, "NEUTRAL": s.Neutral, "NEGATIVE": s.Negative}
		for label, score := range best {
			if score > best[j.Sentiment] {
				t.Errorf("%q: %s, though %s has %v", text, j.Sentiment, label, score)
			}
		}
	}
}

func FuzzInvoke(f *testing.F) {
	p := provider(f)
	for _, prompt := range []string{"Summarize: a. B c d. E!", "List product names in this text: Nimbus Queue is X.", "Group the following: a,b. C d e f. G h i j k.", "From this text: who? A said b.", "Key phrases of the text below:\n\n" + bridge} {
		f.Add(prompt, 10, "x")
	}
	f.Fuzz(func(t *testing.T, prompt string, max int, stop string) {
		if len(prompt) > 2000 {
			return
		}
		_, err := p.Invoke(context.Background(), model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, prompt, map[string]any{"max_tokens": max, "stop_sequences": []string{stop}})})
		var e *model.Error
		if err != nil && (!errors.As(err, &e) || e.Kind == model.Internal) {
			t.Errorf("%q: %v", prompt, err)
		}
	})
}
