package dialect_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

const (
	novaLite = "amazon.nova-lite-v1:0"
	pixtral  = "mistral.pixtral-large-2502-v1:0"
	jamba    = "ai21.jamba-1-5-mini-v1:0"
	gptOSS   = "openai.gpt-oss-20b-1:0"
	qwen     = "qwen.qwen3-32b-v1:0"
	sonnet45 = "anthropic.claude-sonnet-4-5-20250929-v1:0"
)

// formOf returns a form's family for a model.
func formOf(t testing.TB, form, id string) dialect.Family {
	t.Helper()
	if form == "" {
		return family(t, id)
	}
	f, ok := dialect.ByForm(form)
	if !ok {
		t.Fatalf("no form %s", form)
	}
	return f.WithModel(id)
}

func TestMessagesAreRefused(t *testing.T) {
	const (
		ask     = `"messages":[{"role":"user","content":"q"}]`
		askNova = `"messages":[{"role":"user","content":[{"text":"q"}]}]`
	)
	for _, c := range []struct{ form, id, body, want string }{
		{"", novaLite, `{"a":1,` + askNova + `}`, "#: extraneous key [a] is not permitted"},
		{"", novaLite, `{}`, "#: required key [messages] not found"},
		{"", novaLite, `{"messages":[{"role":"user","content":"q"}]}`, "#/messages/0/content: expected type: JSONArray, found: String"},
		{"", novaLite, `{"messages":[{"role":"user","content":[]}]}`, "#/messages/0/content: expected minimum item count: 1, found: 0"},
		{"", novaLite, `{"messages":[]}`, "#/messages: expected minimum item count: 1, found: 0"},
		{"", novaLite, `{"messages":[{"role":"bot","content":[{"text":"q"}]}]}`, "#/messages/0/role: bot is not a valid enum value"},
		{"", novaLite, `{"messages":[{"role":"assistant","content":[{"text":"q"}]}]}`, "A conversation must start with a user message."},
		{"", novaLite, `{"messages":[{"role":"user","content":[{"text":"q"}]},{"role":"user","content":[{"text":"q"}]}]}`, "A conversation must alternate between user and assistant roles."},
		{"", novaLite, `{"inferenceConfig":{"topP":2},` + askNova + `}`, "#/inferenceConfig/topP: 2 is not less or equal to 1"},
		{"", novaLite, `{"inferenceConfig":{"maxTokens":0},` + askNova + `}`, "#/inferenceConfig/maxTokens: 0 is not greater or equal to 1"},
		{"", novaLite, `{"inferenceConfig":{"stopSequences":[""]},` + askNova + `}`, "#/inferenceConfig/stopSequences/0: expected minLength: 1, actual: 0"},
		{"", novaLite, `{"toolConfig":{"tools":[{"toolSpec":{"name":"f"}}]},` + askNova + `}`, "#/toolConfig/tools/0/toolSpec: required key [inputSchema] not found"},
		{"", novaLite, `{"messages":[{"role":"user","content":[{"image":{"format":"bmp","source":{"bytes":"aGk="}}}]}]}`, "bmp is not a format of images"},
		{"converse", haiku, `{"modelId":"x",` + askNova + `}`, "#: extraneous key [modelId] is not permitted"},
		{"converse", haiku, `{"inferenceConfig":{"topK":1},` + askNova + `}`, "#/inferenceConfig: extraneous key [topK] is not permitted"},
		{"", qwen, `{"messages":"q"}`, "#/messages: expected type: JSONArray, found: String"},
		{"", qwen, `{"messages":["q"]}`, "#/messages/0: expected type: JSONObject, found: String"},
		{"", qwen, `{"messages":[{"content":"q"}]}`, "#/messages/0: required key [role] not found"},
		{"", qwen, `{"messages":[{"role":"system","content":"q"}]}`, "#/messages: the first message that is not the system's must be the user's"},
		{"", qwen, `{"anthropic_version":"bedrock-2023-05-31",` + ask + `}`, "#: extraneous key [anthropic_version] is not permitted"},
		{"", qwen, `{"temperature":3,` + ask + `}`, "#/temperature: 3 is not less or equal to 2"},
		{"", qwen, `{"tool_choice":"must",` + ask + `}`, "#/tool_choice: must is not a valid enum value"},
		{"", qwen, `{"messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}]}`, "#/messages/1/tool_calls/0/function/arguments: expected type: JSONObject"},
		{"", gptOSS, `{"stream":true,` + ask + `}`, "#/stream: true is not permitted"},
		{"", gptOSS, `{"model":"openai.gpt-oss-120b-1:0",` + ask + `}`, "#/model: openai.gpt-oss-120b-1:0 is not the model that is invoked"},
		{"", jamba, `{"tools":[],` + ask + `}`, "#: extraneous key [tools] is not permitted"},
		{"", novaLite, `{"inferenceConfig":{"topK":129},` + askNova + `}`, "#/inferenceConfig/topK: 129 is not less or equal to 128"},
		{"", jamba, `{"max_tokens":4097,` + ask + `}`, "#/max_tokens: 4097 is not less or equal to 4096"},
		{"", jamba, `{"n":17,` + ask + `}`, "#/n: 17 is not less or equal to 16"},
		{"", qwen, `{"prompt":""}`, "#/prompt: expected minLength: 1, actual: 0"},
		{"", qwen, `{"prompt":"q",` + ask + `,"inputText":"q"}`, "#: extraneous key [inputText] is not permitted"},
		{"", qwen, `{"prompt":"q",` + ask + `}`, "#: extraneous key [prompt] is not permitted"},
		{"", gptOSS, `{"prompt":"q"}`, "#: required key [messages] not found"},
		{"", pixtral, `{"top_k":5,` + ask + `}`, "#: extraneous key [top_k] is not permitted"},
		{"", haiku, message(`"thinking":{"type":"enabled","budget_tokens":10},` + ask), "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"},
		{"", haiku, message(`"tool_choice":{"type":"some"},"tools":[],` + ask), "tool_choice: Input tag 'some'"},
		{"", haiku, message(`"tools":[{"name":"f"}],` + ask), "tools.0.input_schema: Field required"},
		{"", haiku, message(`"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"?"}}]}]`), "messages.0.content.0.source.data: Input should be a valid base64 string"},
		{"anthropic", "claude-3", message(ask), "anthropic_version: Extra inputs are not permitted"},
	} {
		_, err := formOf(t, c.form, c.id).DecodeChat([]byte(c.body))
		var e *model.Error
		if !errors.As(err, &e) || e.Kind != model.Invalid || e.Code != "ValidationException" || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.body, err, c.want)
		}
	}
}

func TestWhatMessagesCannotCarryIsUnsupported(t *testing.T) {
	const ask = `"messages":[{"role":"user","content":"q"}]`
	for _, c := range []struct{ form, id, body string }{
		{"", qwen, `{"n":2,` + ask + `}`},
		{"", qwen, `{"logprobs":true,` + ask + `}`},
		{"", qwen, `{"frequency_penalty":0.5,` + ask + `}`},
		{"", qwen, `{"messages":[{"role":"user","content":[{"type":"input_audio"}]}]}`},
		{"", qwen, `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}`},
		{"converse", haiku, `{"guardrailConfig":{},"messages":[{"role":"user","content":[{"text":"q"}]}]}`},
		{"converse", haiku, `{"additionalModelRequestFields":{"x":1},"messages":[{"role":"user","content":[{"text":"q"}]}]}`},
		{"converse", haiku, `{"messages":[{"role":"user","content":[{"document":{}}]}]}`},
	} {
		f := formOf(t, c.form, c.id)
		if _, err := f.DecodeChat([]byte(c.body)); model.KindOf(err) != model.Unsupported {
			t.Errorf("%s: %v", c.body, err)
		}
	}
	for _, body := range []string{
		`{"n":2,"logit_bias":{"1":2},"x":{"y":1},` + ask + `}`,
		`{"messages":[{"role":"user","content":"q","x":1}]}`,
	} {
		if _, err := family(t, qwen).Lenient().DecodeChat([]byte(body)); err != nil {
			t.Errorf("leniently, %s: %v", body, err)
		}
	}
	picture := neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: []neutral.Part{{Image: &neutral.Image{Format: "png", Data: []byte("x")}}}}}}
	schema := neutral.Chat{Turns: ask1(), Schema: json.RawMessage(`{}`)}
	tools := neutral.Chat{Turns: ask1(), Tools: []neutral.Tool{{Name: "f"}, {Name: "g"}}, Choice: "tool:f"}
	for id, chats := range map[string][]neutral.Chat{jamba: {picture, schema, tools}, gptOSS: {picture}, novaLite: {schema}, pixtral: {tools}} {
		for _, chat := range chats {
			if _, err := family(t, id).EncodeChat(chat); model.KindOf(err) != model.Unsupported {
				t.Errorf("%s, %s: %v", id, show(chat), err)
			}
		}
	}
}

func ask1() []neutral.Turn { return []neutral.Turn{{Role: neutral.User, Parts: text("q")}} }

// What the families say differently, and what they take together.
func TestHowAChatIsAsked(t *testing.T) {
	titanLike := neutral.Chat{Turns: ask1(), MaxTokens: 512, Temperature: new(0.7), TopP: new(0.9)}
	greedy := neutral.Chat{Turns: ask1(), MaxTokens: 9, Temperature: new(0.0), TopP: new(0.0), TopK: 1}
	likeliest := neutral.Chat{Turns: ask1(), MaxTokens: 9, Temperature: new(0.5), TopP: new(0.5), TopK: 1}
	thoughtful := neutral.Chat{Turns: ask1(), MaxTokens: 3000, Temperature: new(0.5), TopP: new(0.5), TopK: 5, Reasoning: "medium"}
	cramped := neutral.Chat{Turns: ask1(), MaxTokens: 500, Reasoning: "high"}
	prefilled := neutral.Chat{Turns: append(ask1(), neutral.Turn{Role: neutral.Assistant, Parts: text("")}), MaxTokens: 9}
	idle := neutral.Chat{Turns: ask1(), Tools: []neutral.Tool{{Name: "f"}}, Choice: "none"}
	const claudeAsk = `"messages":[{"role":"user","content":[{"type":"text","text":"q"}]}]`
	const likeAsk = `{"messages":[{"role":"user","content":"q"}],`
	const novaAsk = `{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"q"}]}]`
	const converseAsk = `{"messages":[{"role":"user","content":[{"text":"q"}]}]`
	for _, c := range []struct {
		form, id string
		chat     neutral.Chat
		want     string
	}{
		{"", haiku, titanLike, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":512,` + claudeAsk + `,"temperature":0.7,"top_p":0.9}`},
		{"", sonnet45, titanLike, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":512,` + claudeAsk + `,"temperature":0.7}`},
		{"", sonnet45, greedy, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,` + claudeAsk + `,"temperature":0,"top_k":1}`},
		{"", sonnet45, neutral.Chat{Turns: ask1()}, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":4096,` + claudeAsk + `}`},
		{"", sonnet45, thoughtful, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":3000,` + claudeAsk + `,"thinking":{"type":"enabled","budget_tokens":2999}}`},
		{"anthropic", "claude-opus-4-7", thoughtful, `{"model":"claude-opus-4-7","max_tokens":3000,` + claudeAsk + `,"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}}`},
		{"anthropic", "qwen3:4b", cramped, `{"model":"qwen3:4b","max_tokens":500,` + claudeAsk + `}`},
		{"", haiku, prefilled, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"q"}]},{"role":"assistant","content":""}]}`},
		{"", novaLite, titanLike, novaAsk + `,"inferenceConfig":{"maxTokens":512}}`},
		{"", novaLite, greedy, novaAsk + `,"inferenceConfig":{"maxTokens":9,"temperature":0,"topK":1}}`},
		{"", novaLite, prefilled, novaAsk + `,"inferenceConfig":{"maxTokens":9}}`},
		{"", novaLite, idle, novaAsk + `}`},
		{"converse", novaLite, likeliest, converseAsk + `,"inferenceConfig":{"maxTokens":9,"temperature":0.5,"topP":0.5},"additionalModelRequestFields":{"inferenceConfig":{"topK":1}}}`},
		{"converse", sonnet45, titanLike, converseAsk + `,"inferenceConfig":{"maxTokens":512,"temperature":0.7}}`},
		{"converse", qwen, likeliest, converseAsk + `,"inferenceConfig":{"maxTokens":9,"temperature":0}}`},
		{"converse", novaLite, cramped, converseAsk + `,"inferenceConfig":{"maxTokens":500}}`},
		{"converse", "amazon.nova-2-lite-v1:0", cramped, converseAsk + `,"additionalModelRequestFields":{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}}}`},
		{"", gptOSS, neutral.Chat{Turns: ask1(), Reasoning: "max"}, likeAsk + `"reasoning_effort":"high"}`},
		{"", gptOSS, neutral.Chat{Turns: ask1(), Reasoning: "none"}, likeAsk + `"reasoning_effort":"low"}`},
		{"", qwen, neutral.Chat{Turns: ask1(), Reasoning: "4000"}, likeAsk + `"reasoning_effort":"medium"}`},
		{"converse", gptOSS, cramped, converseAsk + `,"inferenceConfig":{"maxTokens":500},"additionalModelRequestFields":{"reasoning_effort":"high"}}`},
		{"openai", "m", greedy, `{"model":"m","messages":[{"role":"user","content":"q"}],"max_tokens":9,"temperature":0}`},
		{"openai", "m", likeliest, `{"model":"m","messages":[{"role":"user","content":"q"}],"max_tokens":9,"temperature":0}`},
		{"", gptOSS, cramped, likeAsk + `"max_completion_tokens":500,"reasoning_effort":"high"}`},
		{"", pixtral, neutral.Chat{Turns: ask1(), MaxTokens: 8192, Temperature: new(0.7), TopP: new(1.0), Tools: []neutral.Tool{{Name: "f"}}, Choice: "tool:f"},
			likeAsk + `"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"any"}`},
	} {
		body, err := formOf(t, c.form, c.id).EncodeChat(c.chat)
		if err != nil || string(body) != c.want {
			t.Errorf("%s %s:\n got %s, %v\nwant %s", c.form, c.id, body, err, c.want)
		}
	}
}

func TestConverseHasTheDefaultsOfItsModel(t *testing.T) {
	body := []byte(`{"messages":[{"role":"user","content":[{"text":"q"}]}]}`)
	for id, want := range map[string]neutral.Chat{
		haiku:   {Turns: ask1(), Temperature: new(1.0), TopP: new(0.999)},
		pixtral: {Turns: ask1(), MaxTokens: 8192, Temperature: new(0.7), TopP: new(1.0)},
		qwen:    {Turns: ask1()},
		"arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl": {Turns: ask1()},
	} {
		f, ok := dialect.ForRequest(model.Request{Model: id, Form: "converse", Body: body})
		chat, err := f.DecodeChat(body)
		if !ok || err != nil || show(chat) != show(want) {
			t.Errorf("%s: %s, %v, want %s", id, show(chat), err, show(want))
		}
	}
	if _, ok := dialect.ForRequest(model.Request{Model: haiku, Form: "other"}); ok {
		t.Error("a form that nobody knows has a family")
	}
}

func TestDefaultsStayWhatTheyAre(t *testing.T) {
	for _, s := range speeches() {
		f := s.family(t)
		body, err := f.EncodeChat(neutral.Chat{Turns: ask1()})
		if err != nil {
			t.Fatal(err)
		}
		first, err := f.DecodeChat(body)
		if err != nil {
			t.Fatal(err)
		}
		before := show(first)
		for _, number := range []*float64{first.Temperature, first.TopP} {
			if number != nil {
				*number = 0.125
			}
		}
		if again, err := f.DecodeChat(body); err != nil || show(again) != before {
			t.Errorf("%s: %s, %v, before %s", f.Name(), show(again), err, before)
		}
	}
}

func TestReasoningIsShownToWhoAsked(t *testing.T) {
	for _, c := range []struct {
		form, id, reasoning string
		want                bool
	}{
		{"", haiku, "", false}, {"", haiku, "none", false}, {"", haiku, "2000", true}, {"", novaLite, "", false},
		{"converse", haiku, "", false}, {"converse", gptOSS, "", true}, {"", gptOSS, "", true}, {"openai", "m", "", true},
	} {
		if got := formOf(t, c.form, c.id).ShowsReasoning(neutral.Chat{Reasoning: c.reasoning}); got != c.want {
			t.Errorf("%s %s, asked for %q: %v", c.form, c.id, c.reasoning, got)
		}
	}
}

func TestBodiesThatAreNoAnswer(t *testing.T) {
	for form, bodies := range map[string][]string{
		"anthropic": {`[]`, `{}`, `{"type":"error","error":{"message":"x"}}`, `{"content":[]}`, `{"content":[{"type":"tool_use","name":"f","input":"x"}],"stop_reason":"tool_use"}`},
		"converse":  {`{}`, `{"output":{"message":{"role":"assistant","content":[]}}}`, `{"output":{"message":{"content":[]}},"stopReason":"malformed_tool_use"}`},
		"openai":    {`{}`, `{"choices":[]}`, `{"choices":[{"message":{"content":"half"}}]}`, `{"choices":[{"message":{"content":7},"finish_reason":"stop"}]}`, `{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":"[1]"}}]},"finish_reason":"tool_calls"}]}`},
	} {
		for _, body := range bodies {
			if r, err := formOf(t, form, "m").DecodeResult([]byte(body)); model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s, %s: %s, %v", form, body, show(r), err)
			}
		}
	}
}

// Servers differ in small things.
func TestAnswersOfServers(t *testing.T) {
	for body, want := range map[string]neutral.Result{
		`{"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]}`:                                       {Text: "No.", Stop: neutral.StopRefused},
		`{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},"finish_reason":"stop"}]}`:    {Text: "ab"},
		`{"choices":[{"message":{"content":"a","reasoning":"r"},"finish_reason":"stop"}]}`:                                        {Text: "a", Reasoning: "r"},
		`{"choices":[{"message":{"content":"<think>r"},"finish_reason":"length"}]}`:                                               {Reasoning: "r", Stop: neutral.StopLength},
		`{"choices":[{"message":{"content":"a < b <think>"},"finish_reason":"stop"}]}`:                                            {Text: "a < b <think>"},
		`{"choices":[{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":""}}]},"finish_reason":"stop"}]}`: {Stop: neutral.StopTool, ToolUses: []neutral.ToolUse{{ID: "call_0", Name: "f", Input: json.RawMessage(`{}`)}}},
	} {
		got, err := formOf(t, "openai", "m").DecodeResult([]byte(body))
		if err != nil || show(got) != show(want) {
			t.Errorf("%s: %s, %v", body, show(got), err)
		}
	}
}

func TestStreamsThatGoWrong(t *testing.T) {
	for form, chunks := range map[string]map[string]model.Kind{
		"anthropic": {
			`[]`: model.BadAnswer, `{"type":7}`: model.BadAnswer,
			`{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}`:   model.BadAnswer,
			`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`:             model.Unavailable,
			`{"type":"error","error":{"type":"api_error","message":"Internal server error"}}`:         model.ModelFailed,
			`{"type":"error","error":{"type":"rate_limit_error","message":"Number of tokens is up"}}`: model.Throttled,
		},
		"converse": {`{"contentBlockDelta":{"delta":{"toolUse":{"input":"{"}}}}`: model.BadAnswer, `{"messageStop":{}}`: model.BadAnswer},
		"openai":   {`data`: model.BadAnswer, `{"error":{"message":"out of memory"}}`: model.ModelFailed, `{"choices":[{"delta":{"content":7}}]}`: model.BadAnswer},
	} {
		for chunk, want := range chunks {
			reader, err := formOf(t, form, "m").StreamDecoder()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := reader.Piece([]byte(chunk)); model.KindOf(err) != want {
				t.Errorf("%s, %s: %v", form, chunk, err)
			}
			if _, err := reader.End(); model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s, after %s: %v", form, chunk, err)
			}
		}
	}
	reader, err := formOf(t, "openai", "m").StreamDecoder()
	if err != nil {
		t.Fatal(err)
	}
	// Three uses of tools with the same number, whole; and the end of the events.
	for _, chunk := range []string{
		`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}]}}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}`,
		`[DONE]`,
	} {
		if _, err := reader.Piece([]byte(chunk)); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := reader.End(); err != nil || len(r.ToolUses) != 3 || r.Stop != neutral.StopTool {
		t.Errorf("%s, %v", show(r), err)
	}
}

// Of the vendors that keep to OpenAI's form some take a prompt in place of messages.
func TestAPromptInPlaceOfMessages(t *testing.T) {
	body := []byte(`{"prompt":"q","max_tokens":7,"stop":"END"}`)
	chat, err := family(t, qwen).DecodeChat(body)
	if err != nil || chat.Raw || len(chat.Turns) != 1 || chat.Turns[0].Text() != "q" || chat.MaxTokens != 7 {
		t.Errorf("%+v, %v", chat, err)
	}
	chat, err = family(t, qwen).Raw().DecodeChat(body)
	if err != nil || !chat.Raw || chat.Turns[0].Text() != "q" {
		t.Errorf("as it stands: %+v, %v", chat, err)
	}
}

// What another family allows is lowered to what this one takes.
func TestLimitsAreKept(t *testing.T) {
	chat := neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: []neutral.Part{{Text: "q"}}}}, MaxTokens: 9000, TopK: 400}
	for id, want := range map[string]string{novaLite: `"topK":128`, jamba: `"messages":[{"role":"user","content":"q"}]}`} {
		body, err := family(t, id).EncodeChat(chat)
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, %v", id, body, err)
		}
	}
}
