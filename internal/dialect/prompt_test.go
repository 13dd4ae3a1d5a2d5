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

// ask puts a prompt into an otherwise good body.
func ask(id, prompt string) []byte {
	quoted, err := json.Marshal(prompt)
	if err != nil {
		panic(err)
	}
	if strings.HasPrefix(id, "anthropic") {
		return []byte(`{"max_tokens_to_sample":9,"prompt":` + string(quoted) + `}`)
	}
	return []byte(`{"prompt":` + string(quoted) + `}`)
}

// said shows a chat's turns: "s" the system, "u" the user, "a" the assistant.
func said(c neutral.Chat) string {
	var all []string
	if c.System != "" {
		all = append(all, "s "+c.System)
	}
	for _, turn := range c.Turns {
		all = append(all, string(turn.Role)[:1]+" "+turn.Text())
	}
	return strings.Join(all, "|")
}

// Templates as people write them, whole and broken.
func TestPromptsAreReadAsTurns(t *testing.T) {
	const (
		llama  = "meta.llama3-8b-instruct-v1:0"
		claude = "anthropic.claude-v2"
		small  = "mistral.mistral-7b-instruct-v0:2"
		r1     = "us.deepseek.r1-v1:0"
	)
	for _, c := range []struct{ id, prompt, want string }{
		{llama, "Tell me of <|eot_id|> and [INST].", "u Tell me of <|eot_id|> and [INST]."},
		{llama, "  two  ", "u   two  "},
		{llama, "<|begin_of_text|>Once upon a time", "u Once upon a time"},
		{llama, "<|begin_of_text|>\n<|start_header_id|>user<|end_header_id|>q<|eot_id|>\n<|start_header_id|>assistant<|end_header_id|>\n", "u q"},
		{llama, "<|start_header_id|>user<|end_header_id|>\n\nq", "u q"},
		{llama, "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", "u S"},
		{llama, "<|start_header_id|>assistant<|end_header_id|>\n\nOnce", "u Once"},
		{llama, "<|start_header_id|>user<|end_header_id|>q<|eot_id|><|start_header_id|>user<|end_header_id|>r<|eot_id|>", "u q\n\nr"},
		{llama, "<|start_header_id|>user<|end_header_id|>q<|eot_id|><|start_header_id|>assistant<|end_header_id|>a<|eot_id|>", "u q|a a"},
		{llama, "<|start_header_id|>user<|end_header_id|>q<|eot_id|><|start_header_id|>ipython<|end_header_id|>41<|eot_id|>", "u q\n\n41"},
		{llama, "<|start_header_id|>user", "u user"},
		{llama, "<|header_start|>user<|header_end|>\n\nq<|eot|><|header_start|>assistant<|header_end|>\n\n", "u q"},
		{llama, "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nq [/INST]", "s S|u q"},
		{llama, "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nq [/INST] a </s><s>[INST] r [/INST]", "s S|u q|a a|u r"},

		{small, "<s>[INST] q [/INST]", "u q"},
		{small, "[INST] q [/INST] The answer is", "u q|a The answer is"},
		{small, "<s>[INST] q", "u q"},
		{small, "<s> q", "u q"},
		{small, "<s>[INST] q [/INST] a</s> [INST] r [/INST]", "u q|a a|u r"},
		{small, "<s>[INST] q [/INST] a</s>", "u q|a a"},
		{small, "Explain [INST] q [/INST] to me", "u Explain [INST] q [/INST] to me"},
		{small, "<s>[INST]<<SYS>>S<</SYS>>[/INST]", "u S"},

		{claude, "\n\nHuman: q\n\nAssistant:", "u q"},
		{claude, "Human: q\n\nAssistant:", "u q"},
		{claude, "S\n\nHuman: q\n\nAssistant: {", "s S|u q|a {"},
		{claude, "\n\nHuman: q\n\nAssistant: a\n\nHuman: r\n\nAssistant:", "u q|a a|u r"},
		{claude, "\n\nHuman: q", "u q"},
		{claude, "q\n\nAssistant:", "u q"},
		{claude, "\n\nHuman: q\n\nHuman: r\n\nAssistant:", "u q\n\nr"},
		{claude, "\n\nAssistant: Once", "u Once"},
		{claude, "q", "u q"},

		{r1, "<｜begin▁of▁sentence｜><｜User｜>q<｜Assistant｜><think>\n", "u q"},
		{r1, "<｜begin▁of▁sentence｜><｜User｜>q<｜Assistant｜>", "u q"},
		{r1, "<｜User｜>q", "u q"},
		{r1, "<｜begin▁of▁sentence｜>S<｜User｜>q<｜Assistant｜><think>thought</think>a<｜end▁of▁sentence｜><｜User｜>r<｜Assistant｜><think>\n", "s S|u q|a a|u r"},
		{r1, "<｜begin▁of▁sentence｜>q", "u q"},
		{r1, "q", "u q"},
	} {
		chat, err := family(t, c.id).DecodeChat(ask(c.id, c.prompt))
		if err != nil || said(chat) != c.want {
			t.Errorf("%q: %q, %v; want %q", c.prompt, said(chat), err, c.want)
		}
	}
}

func TestTitanGoesOnWithAnAnswer(t *testing.T) {
	for text, want := range map[string]string{
		`User: q\nBot: The answer is`:     "u q|a The answer is",
		`User: q\nBot: a\nUser: r`:        "u User: q\nBot: a\nUser: r",
		`Summarize:\nUser: q\nBot: a`:     "u Summarize:\nUser: q\nBot: a",
		`User: q\nBot: a\nUser: r\nBot: `: "u q|a a|u r",
	} {
		chat, err := family(t, titan).DecodeChat([]byte(`{"inputText":"` + text + `"}`))
		if err != nil || said(chat) != want {
			t.Errorf("%s: %q, %v; want %q", text, said(chat), err, want)
		}
	}
}

func TestDefaultsOfPrompts(t *testing.T) {
	for id, want := range map[string]string{
		"meta.llama3-8b-instruct-v1:0":       "tokens 512, temperature 0.5, top p 0.9, top k 0",
		"mistral.mistral-7b-instruct-v0:2":   "tokens 512, temperature 0.5, top p 0.9, top k 50",
		"mistral.mixtral-8x7b-instruct-v0:1": "tokens 512, temperature 0.5, top p 0.9, top k 50",
		"mistral.mistral-large-2402-v1:0":    "tokens 8192, temperature 0.7, top p 1, top k 0",
		"mistral.mistral-small-2402-v1:0":    "tokens 8192, temperature 0.7, top p 1, top k 0",
		"anthropic.claude-v2:1":              "tokens 9, temperature 1, top p 1, top k 250",
		"deepseek.r1-v1:0":                   "tokens 0, temperature -, top p -, top k 0",
		"ai21.j2-mid":                        "tokens 200, temperature 0.7, top p 1, top k 0",
		"cohere.command-text-v14":            "tokens 20, temperature 0.9, top p 0.75, top k 0",
	} {
		chat, err := family(t, id).DecodeChat(ask(id, "q"))
		if err != nil || !strings.Contains(showChat(chat), want) {
			t.Errorf("%s: %s, %v; want %s", id, showChat(chat), err, want)
		}
	}
	chat, err := family(t, "cohere.command-r-v1:0").DecodeChat([]byte(`{"message":"q"}`))
	if want := "tokens 0, temperature 0.3, top p 0.75, top k 0"; err != nil || !strings.Contains(showChat(chat), want) {
		t.Errorf("%s, %v; want %s", showChat(chat), err, want)
	}
}

func TestPromptsAreRefusedInTheServicesWords(t *testing.T) {
	const again = ", please reformat your input and try again."
	for _, c := range []struct{ id, body, want string }{
		{"meta.llama3-8b-instruct-v1:0", `{"prompt":"q","max_gen_len":2049,"top_k":5}`, "#: extraneous key [top_k] is not permitted#/max_gen_len: 2049 is not less or equal to 2048"},
		{"meta.llama3-8b-instruct-v1:0", `{"messages":[]}`, "#: required key [prompt] not found#: extraneous key [messages] is not permitted"},
		{"meta.llama3-8b-instruct-v1:0", `{"prompt":"<|start_header_id|>user<|end_header_id|>\n\n<|eot_id|>"}`, "#/prompt: expected minLength: 1, actual: 0"},
		{"meta.llama3-8b-instruct-v1:0", `{"prompt":["q"]}`, "#/prompt: expected type: String, found: JSONArray"},
		{"mistral.mixtral-8x7b-instruct-v0:1", `{"prompt":"q","max_tokens":5000,"top_k":0}`, "#/max_tokens: 5000 is not less or equal to 4096#/top_k: 0 is not greater or equal to 1"},
		{"mistral.mistral-7b-instruct-v0:2", `{"prompt":"q","stop":["1","2","3","4","5","6","7","8","9","10","11"]}`, "#/stop: expected maximum item count: 10, found: 11"},
		{"mistral.mistral-7b-instruct-v0:2", `{"prompt":"q","stop":"x"}`, "#/stop: expected type: JSONArray, found: String"},
		{"anthropic.claude-v2", `{"prompt":"q"}`, "#: required key [max_tokens_to_sample] not found"},
		{"anthropic.claude-v2", `{"prompt":"q","max_tokens_to_sample":0,"temperature":null}`, "#/max_tokens_to_sample: 0 is not greater or equal to 1#/temperature: expected type: Number, found: Null"},
		{"deepseek.r1-v1:0", `{"prompt":"q","max_tokens":40000,"temperature":1.5}`, "#/max_tokens: 40000 is not less or equal to 32768#/temperature: 1.5 is not less or equal to 1"},
		{"ai21.j2-mid-v1", `{"prompt":"","maxTokens":"9"}`, "#/prompt: expected minLength: 1, actual: 0#/maxTokens: expected type: Integer, found: String"},
		{"ai21.j2-mid-v1", `{"prompt":"q","countPenalty":{"scale":"1","x":2}}`, "#/countPenalty: extraneous key [x] is not permitted#/countPenalty/scale: expected type: Number, found: String"},
		{"cohere.command-text-v14", `{"prompt":"q","truncate":"LEFT","stream":1}`, "#/truncate: LEFT is not a valid enum value#/stream: expected type: Boolean, found: Integer"},
		{"cohere.command-r-v1:0", `{"message":"q","p":1,"chat_history":[{"role":"user","message":"x"},5,{"message":"x"}]}`,
			"#/chat_history/0/role: user is not a valid enum value#/chat_history/1: expected type: JSONObject, found: Integer#/chat_history/2: required key [role] not found#/p: 1 is not less or equal to 0.99"},
		{"amazon.titan-text-lite-v1", `{"inputText":"q","textGenerationConfig":{"maxTokenCount":4097}}`, "#/textGenerationConfig/maxTokenCount: 4097 is not less or equal to 4096"},
		{"amazon.titan-text-premier-v1:0", `{"inputText":"q","textGenerationConfig":{"maxTokenCount":3073}}`, "#/textGenerationConfig/maxTokenCount: 3073 is not less or equal to 3072"},
	} {
		_, err := family(t, c.id).DecodeChat([]byte(c.body))
		var e *model.Error
		if !errors.As(err, &e) || e.Kind != model.Invalid || e.Message != "Malformed input request: "+c.want+again {
			t.Errorf("%s %s:\n got %v\nwant %s", c.id, c.body, err, c.want)
		}
	}
}

func TestWhatPromptsCannotCarryIsUnsupported(t *testing.T) {
	for _, c := range []struct{ id, body, want string }{
		{"meta.llama3-2-11b-instruct-v1:0", `{"prompt":"q","images":["aaaa"]}`, "pictures"},
		{"deepseek.r1-v1:0", `{"prompt":"<｜User｜>q<｜Assistant｜><think>\nLet me"}`, "the beginning of a thought"},
		{"ai21.j2-mid-v1", `{"prompt":"q","numResults":2}`, "numResults"},
		{"ai21.j2-mid-v1", `{"prompt":"q","minTokens":2}`, "minTokens"},
		{"ai21.j2-mid-v1", `{"prompt":"q","countPenalty":{"scale":1}}`, "penalties"},
		{"cohere.command-text-v14", `{"prompt":"q","num_generations":2}`, "num_generations"},
		{"cohere.command-text-v14", `{"prompt":"q","return_likelihoods":"ALL"}`, "return_likelihoods"},
		{"cohere.command-text-v14", `{"prompt":"q","logit_bias":{"7":1}}`, "logit_bias"},
		{"cohere.command-r-v1:0", `{"message":"q","documents":[{"title":"t","snippet":"s"}]}`, "documents"},
		{"cohere.command-r-v1:0", `{"message":"q","raw_prompting":true}`, "raw_prompting"},
		{"cohere.command-r-v1:0", `{"message":"q","presence_penalty":0.5}`, "presence_penalty"},
	} {
		_, err := family(t, c.id).DecodeChat([]byte(c.body))
		if model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v", c.id, c.body, err)
		}
	}
}

func TestWhatAPromptHasNoWordForIsUnsupported(t *testing.T) {
	turn := func(role neutral.Role, part neutral.Part) neutral.Turn {
		return neutral.Turn{Role: role, Parts: []neutral.Part{part}}
	}
	q, a := turn(neutral.User, neutral.Part{Text: "q"}), turn(neutral.Assistant, neutral.Part{Text: "a"})
	chat := func(change func(*neutral.Chat)) neutral.Chat {
		c := neutral.Chat{Turns: []neutral.Turn{q}}
		change(&c)
		return c
	}
	const llama, j2 = "meta.llama3-8b-instruct-v1:0", "ai21.j2-mid-v1"
	for _, c := range []struct {
		id, want string
		chat     neutral.Chat
	}{
		{llama, "tools", chat(func(c *neutral.Chat) { c.Tools = []neutral.Tool{{Name: "f"}} })},
		{llama, "tools", chat(func(c *neutral.Chat) {
			c.Turns[0] = turn(neutral.User, neutral.Part{ToolResult: &neutral.ToolResult{}})
		})},
		{llama, "pictures", chat(func(c *neutral.Chat) { c.Turns[0] = turn(neutral.User, neutral.Part{Image: &neutral.Image{}}) })},
		{llama, "a JSON schema for the answer", chat(func(c *neutral.Chat) { c.Schema = []byte(`{}`) })},
		{llama, "a temperature above 1", chat(func(c *neutral.Chat) { c.Temperature = new(1.5) })},
		{llama, "strings that end the answer", chat(func(c *neutral.Chat) { c.Stop = []string{"x"} })},
		{"cohere.command-text-v14", "more than 4 strings", chat(func(c *neutral.Chat) { c.Stop = []string{"1", "2", "3", "4", "5"} })},
		{j2, "more than one turn", chat(func(c *neutral.Chat) { c.Turns = []neutral.Turn{q, a, q} })},
		{j2, "the beginning of the answer", chat(func(c *neutral.Chat) { c.Turns = []neutral.Turn{q, a} })},
		{"cohere.command-r-v1:0", "the beginning of the answer", chat(func(c *neutral.Chat) { c.Turns = []neutral.Turn{q, a} })},
	} {
		_, err := family(t, c.id).EncodeChat(c.chat)
		if model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), "has no word for "+c.want) {
			t.Errorf("%s: %v; want %s", c.id, err, c.want)
		}
	}
	for _, id := range []string{llama, j2} {
		if _, err := family(t, id).EncodeResult(neutral.Result{ToolUses: []neutral.ToolUse{{Name: "f"}}}); model.KindOf(err) != model.Unsupported {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// What the walkthrough sends is greedy three times over; it can be said everywhere.
func TestSettingsAreBentToAFamily(t *testing.T) {
	chat := neutral.Chat{
		System: "S", Turns: []neutral.Turn{{Role: neutral.User, Parts: text("q")}},
		MaxTokens: 100000, Temperature: new(0.0), TopP: new(0.0), TopK: 1,
	}
	hot := chat
	hot.Temperature, hot.TopP = new(1.0), new(1.0)
	for id, want := range map[string][2]string{
		"meta.llama2-13b-chat-v1":          {`{"prompt":"<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nq [/INST]","max_gen_len":2048,"temperature":0}`, `"temperature":0`},
		"mistral.mistral-7b-instruct-v0:2": {`{"prompt":"<s>[INST] S\n\nq [/INST]","max_tokens":8192,"temperature":0,"top_k":1}`, `"temperature":1,"top_p":1,"top_k":1`},
		"anthropic.claude-v2":              {`{"prompt":"S\n\nHuman: q\n\nAssistant:","max_tokens_to_sample":4096,"temperature":0,"top_k":1}`, `"temperature":1`},
		"amazon.titan-text-lite-v1":        {`{"inputText":"S\n\nq","textGenerationConfig":{"maxTokenCount":4096,"temperature":0}}`, `"temperature":0`},
		"ai21.j2-mid-v1":                   {`{"prompt":"S\n\nq","maxTokens":8191,"temperature":0}`, `"temperature":0`},
		"cohere.command-text-v14":          {`{"prompt":"S\n\nq","max_tokens":4096,"temperature":0,"k":1}`, `"temperature":1`},
		"cohere.command-r-v1:0":            {`{"message":"q","preamble":"S","max_tokens":4096,"temperature":0,"k":1}`, `"temperature":1,"p":0.99`},
	} {
		f := family(t, id)
		same(t, id, want[0], func() ([]byte, error) { return f.EncodeChat(chat) })
		if got, err := f.EncodeChat(hot); err != nil || !strings.Contains(string(got), want[1]) {
			t.Errorf("%s: %s, %v; want %s", id, got, err, want[1])
		}
	}
}

func TestForRequestLooksIntoTheBody(t *testing.T) {
	for _, c := range []struct{ id, body, want string }{
		{"anthropic.claude-v2", `{"prompt":"q","max_tokens_to_sample":9}`, "Anthropic text"},
		{"anthropic.claude-instant-v1", `{"anthropic_version":"bedrock-2023-05-31","messages":[]}`, "Anthropic messages"},
		{"us.anthropic.claude-v2:1", `{}`, "Anthropic messages"},
		{"anthropic.claude-v2", `not JSON`, "Anthropic text"},
		{haiku, `{"prompt":"q","max_tokens_to_sample":9}`, "Anthropic messages"},
		{"mistral.mistral-large-2402-v1:0", `{"prompt":"q"}`, "Mistral text"},
		{"mistral.mistral-large-2402-v1:0", `{"messages":[]}`, "Mistral chat"},
		{"mistral.mistral-large-2407-v1:0", `{"messages":[]}`, "Mistral chat"},
		{"my-model", `{"prompt":"q","max_tokens_to_sample":9}`, "Anthropic text"},
		{"my-model", `{"prompt":"q","max_gen_len":9}`, "Meta Llama"},
		{"my-model", `{"prompt":"<|begin_of_text|>q"}`, "Meta Llama"},
		{"my-model", `{"prompt":"<s>[INST] q [/INST]"}`, "Mistral text"},
		{"my-model", `{"prompt":"<｜User｜>q"}`, "DeepSeek R1"},
		{"my-model", `{"prompt":"q","maxTokens":9}`, "AI21 Jurassic-2"},
		{"my-model", `{"prompt":"q","k":9}`, "Cohere Command"},
		{"my-model", `{"message":"q"}`, "Cohere Command R"},
		{"my-model", `{"inputText":"q","dimensions":256}`, "Amazon Titan embeddings V2"},
		{"my-model", `{"texts":["q"],"input_type":"clustering"}`, "Cohere Embed v3"},
		{"my-model", `{"texts":["q"],"input_type":"clustering","output_dimension":256}`, "Cohere Embed v4"},
		{"my-model", `{"prompt":"q"}`, ""},
	} {
		f, ok := dialect.ForRequest(model.Request{Model: c.id, Body: []byte(c.body)})
		if f.Name() != c.want || ok != (c.want != "") {
			t.Errorf("%s %s: %q", c.id, c.body, f.Name())
		}
	}
}

func TestLenientPromptsPassOverMembers(t *testing.T) {
	for id, body := range map[string]string{
		"meta.llama3-8b-instruct-v1:0": `{"prompt":"q","top_k":5}`,
		titan:                          `{"inputText":"q","x":1,"textGenerationConfig":{"y":2}}`,
		"cohere.command-r-v1:0":        `{"message":"q","x":1,"chat_history":[{"role":"USER","message":"x","z":1}]}`,
	} {
		if _, err := family(t, id).Lenient().DecodeChat([]byte(body)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}
