package bedrock_test

import (
	"encoding/json"
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
	"airglow/internal/modelserver"
)

const (
	liveClaude = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
	liveNova   = "us.amazon.nova-lite-v1:0"
)

// to returns a request with a target.
func to(req model.Request, target string) model.Request {
	req.Target = target
	return req
}

func novaAnswer(text string) awstest.Answer {
	return awstest.JSON(`{"output":{"message":{"role":"assistant","content":[{"text":"` + text + `"}]}},"stopReason":"end_turn",` +
		`"usage":{"inputTokens":5,"outputTokens":2,"totalTokens":7}}`)
}

// A live profile of the same family gets the old model's body as it was written.
func TestSameFamilyIsUntouched(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.JSON(`{"odd": [ 1 ]}`))
	req := to(request("anthropic.claude-3-haiku-20240307-v1:0", `{ "anthropic_version" : "bedrock-2023-05-31", "what": "ever" }`), liveClaude)
	got, err := newProvider(t, server).Invoke(t.Context(), req)
	if err != nil || string(got.Body) != `{"odd": [ 1 ]}` || got.Model != liveClaude {
		t.Errorf("%+v, %v", got, err)
	}
	if call := server.Calls(awstest.InvokeModel)[0]; string(call.Body) != string(req.Body) || call.Target != liveClaude {
		t.Errorf("sent %s to %s", call.Body, call.Target)
	}
}

// A newer Claude takes temperature or top_p, not both: the body that has both, as the
// blog's has, goes with the one, and is else what was written.
func TestSamplingOfANewerClaude(t *testing.T) {
	const both = `{"anthropic_version":"bedrock-2023-05-31", "max_tokens":9, "temperature":0,"top_p":0,"top_k":1, "messages":[{"role":"user","content":"hello"}]}`
	one := strings.Replace(both, `"top_p":0,`, "", 1)
	server := awstest.Start(t)
	refuse := func(call awstest.Call, answer awstest.Answer) awstest.Answer {
		if strings.Contains(string(call.Body), "temperature") && strings.Contains(string(call.Body), "top_p") {
			return awstest.Failure(400, "ValidationException", "temperature and top_p cannot both be specified for this model")
		}
		return answer
	}
	server.Handle(awstest.InvokeModel, func(call awstest.Call) awstest.Answer { return refuse(call, awstest.JSON(claudeWhole)) })
	server.Handle(awstest.InvokeModelStream, func(call awstest.Call) awstest.Answer { return refuse(call, claudeStream()) })
	provider := newProvider(t, server)
	req := to(request("anthropic.claude-3-haiku-20240307-v1:0", both), liveClaude)
	if _, err := provider.Invoke(t.Context(), req); err != nil {
		t.Error(err)
	}
	if _, err := provider.InvokeStream(t.Context(), req, func([]byte) error { return nil }); err != nil {
		t.Error(err)
	}
	withParameters := req
	withParameters.Body, withParameters.Parameters = []byte(strings.Replace(both, `"temperature":0,"top_p":0,`, `"top_p":0.5,`, 1)), `{"temperature":0.3}`
	if _, err := provider.Invoke(t.Context(), withParameters); err != nil {
		t.Error(err)
	}
	for _, call := range append(server.Calls(awstest.InvokeModel)[:1], server.Calls(awstest.InvokeModelStream)...) {
		if string(call.Body) != one {
			t.Errorf("sent %s", call.Body)
		}
	}
	server.Queue(awstest.CountTokens, awstest.JSON(`{"inputTokens":38}`))
	if _, _, err := provider.CountTokens(t.Context(), req); err != nil {
		t.Error(err)
	}
	var counted struct {
		Input struct{ InvokeModel struct{ Body []byte } }
	}
	if err := json.Unmarshal(server.Calls(awstest.CountTokens)[0].Body, &counted); err != nil || string(counted.Input.InvokeModel.Body) != one {
		t.Errorf("counted %s, %v", counted.Input.InvokeModel.Body, err)
	}
	// A request for the model that the SQL names is its writer's own.
	_, err := provider.Invoke(t.Context(), request(liveClaude, both))
	if model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), "cannot both be specified") {
		t.Errorf("named itself: %v", err)
	}
}

// A model of another family gets a body of its own, and answers in the form of the
// model that the SQL names.
func TestOtherFamilyIsTranslated(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, novaAnswer("a river"))
	got, err := newProvider(t, server).Invoke(t.Context(), to(modelserver.Titan("What is the Nile?"), liveNova))
	if err != nil || !strings.Contains(string(got.Body), `"outputText":"a river","completionReason":"FINISH"`) {
		t.Fatalf("%s, %v", got.Body, err)
	}
	if want := (model.Usage{InputTokens: 5, OutputTokens: 2, Known: true}); got.Usage != want || got.Model != liveNova || got.Provider != "bedrock" {
		t.Errorf("%+v", got)
	}
	var sent struct {
		Messages []struct {
			Content []struct{ Text string }
		}
		InferenceConfig struct{ MaxTokens int }
	}
	call := server.Calls(awstest.InvokeModel)[0]
	if json.Unmarshal(call.Body, &sent) != nil || len(sent.Messages) != 1 || sent.Messages[0].Content[0].Text != "What is the Nile?" ||
		sent.InferenceConfig.MaxTokens != 100 || call.Target != liveNova {
		t.Errorf("sent %s to %s", call.Body, call.Target)
	}
}

func TestCrossingRefusals(t *testing.T) {
	server := awstest.Start(t)
	provider := newProvider(t, server)
	converse := request("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", `{}`)
	converse.Form = "converse"
	for name, tc := range map[string]struct {
		req  model.Request
		kind model.Kind
		text string
	}{
		"a bad body":     {to(request("amazon.titan-text-express-v1", `{"prompt":1}`), liveNova), model.Invalid, "required key [inputText] not found"},
		"unknown family": {converse, model.Unsupported, "does not tell its family"},
	} {
		_, err := provider.Invoke(t.Context(), tc.req)
		if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v", name, err)
		}
		if checked := provider.Check(tc.req); checked == nil || checked.Error() != err.Error() {
			t.Errorf("%s: Check says %v, Invoke %v", name, checked, err)
		}
	}
	if n := server.Requests(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	server.Queue(awstest.InvokeModel, awstest.JSON(`{"output":{}}`))
	_, err := provider.Invoke(t.Context(), to(modelserver.Titan("q"), liveNova))
	if model.KindOf(err) != model.BadAnswer || !strings.Contains(err.Error(), "ModelErrorException") {
		t.Errorf("an answer of no form: %v", err)
	}
}

// claudeStream is the stream of an answer of two words.
func claudeStream() awstest.Answer {
	return awstest.Chunks(
		`{"type":"message_start","message":{"id":"msg_bdrk_x","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello "}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"there"}}`,
		`{"type":"content_block_stop","index":0}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}`,
		`{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":5,"outputTokenCount":2,"invocationLatency":9,"firstByteLatency":4}}`)
}

// The input that the service has in its cache of prompts is counted in streams, too,
// of a model that is named and of one that stands in for it.
func TestStreamCountsTheCache(t *testing.T) {
	const claudeStart = `{"type":"message_start","message":{"id":"msg_bdrk_x","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":20,"cache_creation_input_tokens":3000,"cache_read_input_tokens":400,"output_tokens":1}}}`
	text := []string{`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"hello"}}`, `{"type":"content_block_stop","index":0}`}
	const metrics = `"amazon-bedrock-invocationMetrics":{"inputTokenCount":20,"outputTokenCount":10,"cacheReadInputTokenCount":400,"cacheWriteInputTokenCount":3000}`
	claudeEnd := func(usage string) string {
		return `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{` + usage + `"output_tokens":10}}`
	}
	nova := func(usage, metrics string) awstest.Answer {
		return awstest.Chunks(`{"messageStart":{"role":"assistant"}}`, `{"contentBlockDelta":{"delta":{"text":"hello"},"contentBlockIndex":0}}`, `{"contentBlockStop":{"contentBlockIndex":0}}`,
			`{"messageStop":{"stopReason":"end_turn"}}`, `{"metadata":{"usage":{"inputTokens":20,"outputTokens":10`+usage+`}}`+metrics+`}`)
	}
	want := model.Usage{InputTokens: 20, OutputTokens: 10, CacheReadTokens: 400, CacheWriteTokens: 3000, Known: true}
	for name, tc := range map[string]struct {
		model  string
		stream awstest.Answer
	}{
		"Claude, at the beginning":      {liveClaude, awstest.Chunks(claudeStart, text[0], text[1], claudeEnd(""), `{"type":"message_stop"}`)},
		"Claude, with input at the end": {liveClaude, awstest.Chunks(claudeStart, text[0], text[1], claudeEnd(`"input_tokens":20,`), `{"type":"message_stop"}`)},
		"Claude, in the metrics":        {liveClaude, awstest.Chunks(strings.Replace(claudeStart, "cache_", "x_", 2), text[0], text[1], claudeEnd(""), `{"type":"message_stop",`+metrics+`}`)},
		"Nova":                          {liveNova, nova(`,"cacheReadInputTokenCount":400,"cacheWriteInputTokenCount":3000`, "")},
		"Nova, in the metrics":          {liveNova, nova("", ","+metrics)},
		"Converse's names":              {liveNova, nova(`,"cacheReadInputTokens":400,"cacheWriteInputTokens":3000`, "")},
	} {
		server := awstest.Start(t)
		server.Handle(awstest.InvokeModelStream, func(awstest.Call) awstest.Answer { return tc.stream })
		provider := newProvider(t, server)
		for _, req := range []model.Request{request(tc.model, `{}`), to(modelserver.Titan("q"), tc.model)} {
			got, err := provider.InvokeStream(t.Context(), req, func([]byte) error { return nil })
			if err != nil || got.Usage != want {
				t.Errorf("%s, named %s: %+v, %v", name, req.Model, got.Usage, err)
			}
		}
	}
}

const claudeWhole = `{"id":"msg_bdrk_x","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hello there"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":2}}`

func TestStreamContract(t *testing.T) {
	for name, prompt := range map[string]func(string) model.Request{
		"same family":  func(p string) model.Request { return to(modelserver.Claude(p), liveClaude) },
		"other family": func(p string) model.Request { r := modelserver.Claude(p); r.Model = liveClaude; return crossed(r) },
	} {
		t.Run(name, func(t *testing.T) {
			modeltest.RunStream(t, func(t *testing.T) modeltest.StreamSubject {
				server, started := awstest.Start(t), make(chan struct{}, 1)
				server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return awstest.JSON(claudeWhole) })
				server.Handle(awstest.InvokeModelStream, func(call awstest.Call) awstest.Answer {
					body := string(call.Body)
					switch {
					case strings.Contains(body, "slow"):
						started <- struct{}{}
						return awstest.Answer{Wait: make(chan struct{})}
					case strings.Contains(body, "bad"):
						return awstest.Failure(400, "ValidationException", "no")
					case strings.Contains(body, "half"):
						answer := claudeStream()
						answer.Truncate = true
						return answer
					}
					return claudeStream()
				})
				return modeltest.StreamSubject{Provider: newProvider(t, server), Started: started,
					Good: prompt("hello"), Bad: prompt("bad"), Half: prompt("half"), Slow: prompt("slow")}
			})
		})
	}
}

// crossed is the request in the form of Nova, to be answered by a Claude.
func crossed(claude model.Request) model.Request {
	var body struct {
		Messages []struct {
			Content []struct {
				Text string `json:"text"`
			} `json:"content"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(claude.Body, &body); err != nil {
		panic(err)
	}
	text := body.Messages[0].Content[0].Text
	return to(request("amazon.nova-lite-v1:0", `{"messages":[{"role":"user","content":[{"text":"`+text+`"}]}]}`), liveClaude)
}

// An exception in the middle of a stream has its kind; a stream without an end is no
// answer.
func TestStreamFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		answer awstest.Answer
		kind   model.Kind
	}{
		"throttled": {awstest.Chunks(`{"type":"ping"}`).ThenException("throttlingException", "slow down"), model.Throttled},
		"no end":    {awstest.Chunks(`{"type":"ping"}`), model.BadAnswer},
		"garbage":   {awstest.Chunks(`{"type":`), model.BadAnswer},
	} {
		server := awstest.Start(t)
		server.Queue(awstest.InvokeModelStream, tc.answer)
		_, err := newProvider(t, server).InvokeStream(t.Context(), modelserver.Claude("q"), func([]byte) error { return nil })
		if model.KindOf(err) != tc.kind || err == nil {
			t.Errorf("%s: %v, %v", name, model.KindOf(err), err)
		}
	}
	server := awstest.Start(t)
	_, err := newProvider(t, server).InvokeStream(t.Context(), request("stability.image-v1", `{"x":1}`), nil)
	if model.KindOf(err) != model.Unsupported || server.Requests() != 0 {
		t.Errorf("a family that nobody knows: %v", err)
	}
}

// Embeddings cross families, too, and have the length that the SQL's model has.
func TestEmbeddingsCross(t *testing.T) {
	vector := strings.TrimSuffix(strings.Repeat("0.5,", 1536), ",")
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.JSON(`{"id":"x","response_type":"embeddings_by_type","embeddings":{"float":[[`+vector+`]]},"texts":["x"]}`).
		With("X-Amzn-Bedrock-Input-Token-Count", "4"))
	provider := newProvider(t, server)
	got, err := provider.Invoke(t.Context(), to(request("amazon.titan-embed-text-v1", `{"inputText":"x"}`), "cohere.embed-v4:0"))
	var answer struct {
		Embedding []float64
		Tokens    int `json:"inputTextTokenCount"`
	}
	if err != nil || json.Unmarshal(got.Body, &answer) != nil || len(answer.Embedding) != 1536 || answer.Tokens != 4 {
		t.Errorf("%d numbers, %d tokens, %v", len(answer.Embedding), answer.Tokens, err)
	}
	if sent := string(server.Calls(awstest.InvokeModel)[0].Body); !strings.Contains(sent, `"texts":["x"]`) {
		t.Errorf("sent %s", sent)
	}
	_, err = provider.Invoke(t.Context(), to(request("amazon.titan-embed-text-v1", `{"inputText":"x"}`), liveNova))
	if model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), "one gives embeddings") {
		t.Errorf("a chat for embeddings: %v", err)
	}
}
