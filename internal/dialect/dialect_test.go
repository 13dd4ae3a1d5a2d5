package dialect_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

const (
	haiku = "anthropic.claude-3-haiku-20240307-v1:0"
	titan = "amazon.titan-text-express-v1"
)

func family(t testing.TB, id string) dialect.Family {
	t.Helper()
	f, ok := dialect.ForModel(id)
	if !ok {
		t.Fatalf("no family for %s", id)
	}
	return f
}

func TestForModel(t *testing.T) {
	for id, want := range map[string]string{
		haiku:         "Anthropic messages",
		"us." + haiku: "Anthropic messages",
		"eu.anthropic.claude-sonnet-4-5-20250929-v1:0": "Anthropic messages",
		"apac." + haiku:                         "Anthropic messages",
		"global.anthropic.claude-sonnet-4-v1:0": "Anthropic messages",
		"us-gov." + haiku:                       "Anthropic messages",
		"arn:aws:bedrock:us-east-1::foundation-model/" + haiku:                 "Anthropic messages",
		"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu." + haiku: "Anthropic messages",
		titan: "Amazon Titan text",
		"arn:aws:bedrock:us-east-1::foundation-model/" + titan:                              "Amazon Titan text",
		"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6": "",
		"arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl":             "",
		"amazon.titan-embed-image-v1":                                                       "",
		"amazon.nova-reel-v1:0":                                                             "",
		"mistral.mistral-large-2407-v1:0":                                                   "Mistral chat",
		"ai21.jamba-1-5-large-v1:0":                                                         "AI21 Jamba",
		"openai.gpt-oss-20b-1:0":                                                            "OpenAI gpt-oss",
		"deepseek.v3-v1:0":                                                                  "OpenAI-like",
		"qwen.qwen3-32b-v1:0":                                                               "OpenAI-like",
		"local.qwen3-4b-v1:0":                                                               "OpenAI-like",
		"local.nomic-embed-text":                                                            "",
		"stability.sd3-5-large-v1:0":                                                        "",
		"my.anthropic.claude":                                                               "",
		"extractive":                                                                        "",
		"":                                                                                  "",
	} {
		f, ok := dialect.ForModel(id)
		if f.Name() != want || ok != (want != "") {
			t.Errorf("ForModel(%q) = %q, %v", id, f.Name(), ok)
		}
	}
}

func TestForBody(t *testing.T) {
	for body, want := range map[string]string{
		`{"anthropic_version":"bedrock-2023-05-31"}`: "Anthropic messages",
		`{"messages":[]}`:   "OpenAI-like",
		`{"inputText":"x"}`: "Amazon Titan text",
		`{"InputText":"x"}`: "",
		`{"prompt":"x"}`:    "",
		`[1]`:               "",
		`null`:              "",
		``:                  "",
	} {
		if f, ok := dialect.ForBody([]byte(body)); f.Name() != want || ok != (want != "") {
			t.Errorf("ForBody(%s) = %q, %v", body, f.Name(), ok)
		}
	}
}

func text(s string) []neutral.Part { return []neutral.Part{{Text: s}} }

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		model, body string
		want        neutral.Chat
	}{
		"claude, as the walkthrough sends it": {haiku,
			`{"anthropic_version": "bedrock-2023-05-31","max_tokens": 1024,"temperature": 0,"top_p": 0, "top_k":1, "stop_sequences": [],"messages": [{"role": "user","content": [{"type": "text", "text": "Hi ?"}]}]}`,
			neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: text("Hi ?")}}, MaxTokens: 1024, Temperature: new(0.0), TopP: new(0.0), TopK: 1}},
		"claude with defaults": {haiku,
			`{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}`,
			neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: text("Hi")}}, MaxTokens: 5, Temperature: new(1.0), TopP: new(0.999)}},
		"claude with all": {haiku,
			`{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":[],"max_tokens":5,"system":[{"type":"text","text":"A"},{"type":"text","text":"B"}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"q2"},{"role":"assistant","content":""}],"temperature":0.5,"top_p":0.25,"top_k":7,"stop_sequences":["END"],"thinking":{"type":"disabled"},"tools":[]}`,
			neutral.Chat{System: "A\n\nB", Turns: []neutral.Turn{{Role: neutral.User, Parts: text("q")}, {Role: neutral.Assistant, Parts: text("a")}, {Role: neutral.User, Parts: text("q2")}, {Role: neutral.Assistant, Parts: text("")}},
				MaxTokens: 5, Temperature: new(0.5), TopP: new(0.25), TopK: 7, Stop: []string{"END"}, Reasoning: "none"}},
		"titan with defaults": {titan,
			`{"inputText":"Hi"}`,
			neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: text("Hi")}}, MaxTokens: 512, Temperature: new(0.7), TopP: new(0.9)}},
		"titan, as the walkthrough sends it": {titan,
			`{ "inputText": "Hi", "textGenerationConfig": {"maxTokenCount":1024,"stopSequences":[],"temperature":0,"topP":1}}`,
			neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: text("Hi")}}, MaxTokens: 1024, Temperature: new(0.0), TopP: new(1.0)}},
		"titan conversation": {titan,
			`{"inputText":"User: one\ntwo\nBot: three\nUser: four\nBot:","textGenerationConfig":{"stopSequences":["User:"]}}`,
			neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: text("one\ntwo")}, {Role: neutral.Assistant, Parts: text("three")}, {Role: neutral.User, Parts: text("four")}},
				MaxTokens: 512, Temperature: new(0.7), TopP: new(0.9), Stop: []string{"User:"}}},
		"titan text that only looks like a conversation": {titan,
			`{"inputText":"User: one\nUser: two\nBot:"}`,
			neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: text("User: one\nUser: two\nBot:")}}, MaxTokens: 512, Temperature: new(0.7), TopP: new(0.9)}},
	} {
		got, err := family(t, c.model).DecodeChat([]byte(c.body))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

// message puts members into an otherwise good body of Anthropic messages.
func message(members string) string {
	return `{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,` + members + `}`
}

func TestDecodeRefuses(t *testing.T) {
	const ask = `"messages":[{"role":"user","content":"q"}]`
	for _, c := range []struct{ model, body, want string }{
		{haiku, `{"a":`, "Malformed input request, please reformat your input and try again."},
		{haiku, `[]`, "Malformed input request, please reformat your input and try again."},
		{haiku, `{"messages":[]}`, "Malformed input request: #: required key [anthropic_version] not found#: required key [max_tokens] not found, please reformat your input and try again."},
		{haiku, message(`"model":"x",` + ask), "model: Extra inputs are not permitted"},
		{haiku, strings.Replace(message(ask), "bedrock-2023-05-31", "v1", 1), "Invalid API version: v1"},
		{haiku, strings.Replace(message(ask), "9", "0", 1), "max_tokens: must be greater than or equal to 1"},
		{haiku, strings.Replace(message(ask), "9", `"9"`, 1), "max_tokens: Input should be a valid integer"},
		{haiku, strings.Replace(message(ask), "9", "1.5", 1), "max_tokens: Input should be a valid integer"},
		{haiku, message(`"temperature":2,` + ask), "temperature: range: 0..1"},
		{haiku, message(`"top_p":"1",` + ask), "top_p: Input should be a valid number"},
		{haiku, message(`"top_k":501,` + ask), "top_k: range: 0..500"},
		{haiku, message(`"stop_sequences":"x",` + ask), "stop_sequences: Input should be a valid list"},
		{haiku, message(`"stop_sequences":[" "],` + ask), "stop_sequences: each stop sequence must contain non-whitespace"},
		{haiku, message(`"messages":[]`), "messages: at least one message is required"},
		{haiku, message(`"messages":"hi"`), "messages: Input should be a valid list"},
		{haiku, message(`"messages":[{"role":"assistant","content":"a"}]`), `messages: first message must use the "user" role`},
		{haiku, message(`"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]`), `messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row`},
		{haiku, message(`"messages":[{"role":"system","content":"a"}]`), "messages.0.role: Input should be 'user' or 'assistant'"},
		{haiku, message(`"messages":[{"role":"user"}]`), "messages.0.content: Field required"},
		{haiku, message(`"messages":[{"role":"user","content":""}]`), "messages.0: all messages must have non-empty content except for the optional final assistant message"},
		{haiku, message(`"messages":[{"role":"user","content":[{"type":"text","text":""}]}]`), "messages: text content blocks must be non-empty"},
		{haiku, message(`"messages":[{"role":"user","content":[{"type":"text"}]}]`), "messages.0.content.0.text: Field required"},
		{haiku, message(`"messages":[{"role":"user","content":[{"type":"wav"}]}]`), "messages.0.content.0: Input tag 'wav' found using 'type' does not match any of the expected tags"},
		{titan, `{"messages":[],"max_tokens":5}`, "Malformed input request: #: required key [inputText] not found#: extraneous key [max_tokens] is not permitted#: extraneous key [messages] is not permitted, please reformat your input and try again."},
		{titan, `{"inputText":""}`, "Malformed input request: #/inputText: expected minLength: 1, actual: 0, please reformat your input and try again."},
		{titan, `{"inputText":5}`, "Malformed input request: #/inputText: expected type: String, found: Integer, please reformat your input and try again."},
		{titan, `{"inputText":"x","textGenerationConfig":{"stopSequences":"x"}}`, "Malformed input request: #/textGenerationConfig/stopSequences: expected type: JSONArray, found: String, please reformat your input and try again."},
		{titan, `{"inputText":"x","textGenerationConfig":{"top_k":1,"maxTokenCount":0,"temperature":1.5}}`, "Malformed input request: #/textGenerationConfig: extraneous key [top_k] is not permitted#/textGenerationConfig/maxTokenCount: 0 is not greater or equal to 1#/textGenerationConfig/temperature: 1.5 is not less or equal to 1, please reformat your input and try again."},
		{titan, `{"inputText":"x","textGenerationConfig":{"maxTokenCount":99999}}`, "Malformed input request: #/textGenerationConfig/maxTokenCount: 99999 is not less or equal to 8192, please reformat your input and try again."},
	} {
		_, err := family(t, c.model).DecodeChat([]byte(c.body))
		var e *model.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no *model.Error but %v", c.body, err)
			continue
		}
		if e.Kind != model.Invalid || e.Service != model.Bedrock || e.Code != "ValidationException" || e.Message != c.want {
			t.Errorf("%s:\n got %v %s %q\nwant %q", c.body, e.Kind, e.Code, e.Message, c.want)
		}
	}
}

func TestWhatAChatCannotCarryIsUnsupported(t *testing.T) {
	const ask = `"messages":[{"role":"user","content":"q"}]`
	for _, body := range []string{
		message(`"tools":[{"type":"bash_20250124","name":"bash"}],` + ask),
		message(`"messages":[{"role":"user","content":[{"type":"document","source":{}}]}]`),
		message(`"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}]`),
	} {
		if _, err := family(t, haiku).DecodeChat([]byte(body)); model.KindOf(err) != model.Unsupported {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestEncode(t *testing.T) {
	known := model.Usage{InputTokens: 12, OutputTokens: 3, Known: true}
	for _, c := range []struct {
		model  string
		result neutral.Result
		want   string
	}{
		{haiku, neutral.Result{ID: "abc", Model: "m", Text: "a <b> & \"c\"", Usage: known},
			`{"id":"msg_bdrk_abc","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"a <b> & \"c\""}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":3}}`},
		{haiku, neutral.Result{ID: "abc", Model: "m", Text: "a", Stop: neutral.StopSequence, Sequence: "END"},
			`{"id":"msg_bdrk_abc","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"a"}],"stop_reason":"stop_sequence","stop_sequence":"END"}`},
		{haiku, neutral.Result{ID: "abc", Model: "m", Text: "a", Stop: neutral.StopLength, Usage: known},
			`{"id":"msg_bdrk_abc","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"a"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":3}}`},
		{haiku, neutral.Result{ID: "abc", Model: "m", Stop: neutral.StopFiltered},
			`{"id":"msg_bdrk_abc","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"refusal","stop_sequence":null}`},
		{titan, neutral.Result{Text: "a", Usage: known},
			`{"inputTextTokenCount":12,"results":[{"tokenCount":3,"outputText":"a","completionReason":"FINISH"}]}`},
		{titan, neutral.Result{Text: "a", Stop: neutral.StopLength},
			`{"results":[{"outputText":"a","completionReason":"LENGTH"}]}`},
		{titan, neutral.Result{Text: "a", Stop: neutral.StopSequence, Usage: known},
			`{"inputTextTokenCount":12,"results":[{"tokenCount":3,"outputText":"a","completionReason":"STOP_CRITERIA_MET"}]}`},
		{titan, neutral.Result{Stop: neutral.StopFiltered},
			`{"results":[{"outputText":"","completionReason":"CONTENT_FILTERED"}]}`},
	} {
		got, err := family(t, c.model).EncodeResult(c.result)
		if err != nil || string(got) != c.want {
			t.Errorf("%v:\n got %s, %v\nwant %s", c.result, got, err, c.want)
		}
	}
}

func TestIDDependsOnRequestAndModelAlone(t *testing.T) {
	a := model.Request{Model: haiku, Body: []byte("a")}.Key()
	b := model.Request{Model: haiku, Body: []byte("b")}.Key()
	id := neutral.ID(a, "m")
	if len(id) != 24 || strings.Trim(id, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz") != "" {
		t.Errorf("id %q", id)
	}
	if id != neutral.ID(a, "m") || id == neutral.ID(b, "m") || id == neutral.ID(a, "n") {
		t.Error("ids repeat or change")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(message(`"messages":[{"role":"user","content":[{"type":"text","text":"q"}]}]`)))
	f.Add([]byte(message(`"system":"s","stop_sequences":["x"],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]`)))
	f.Add([]byte(`{"inputText":"User: a\nBot: b\nUser: c\nBot:","textGenerationConfig":{"maxTokenCount":1,"topP":0.5}}`))
	f.Add([]byte(`{"inputText":"User:\n\nBot:"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		dialect.ForBody(body)
		for _, d := range dialect.Families() {
			chat, err := d.DecodeChat(body)
			if err != nil {
				var e *model.Error
				if !errors.As(err, &e) {
					t.Fatalf("%s: %v is no *model.Error", d.Name(), err)
				}
				continue
			}
			if len(chat.Turns) == 0 || chat.Turns[0].Role != neutral.User || chat.MaxTokens < 0 {
				t.Fatalf("%s: %+v", d.Name(), chat)
			}
			for i, turn := range chat.Turns[1:] {
				if turn.Role == chat.Turns[i].Role {
					t.Fatalf("%s: roles do not alternate: %+v", d.Name(), chat)
				}
			}
		}
	})
}
