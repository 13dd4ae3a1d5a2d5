package dialect_test

import (
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

// A prompt that is to be sent as it stands is one turn, whatever template it has; the
// settings are read as ever, and what breaks the schema is refused as ever.
func TestRawPromptsAreNotRead(t *testing.T) {
	for id, c := range map[string]struct{ before, prompt, after string }{
		"meta.llama3-8b-instruct-v1:0":        {`{"prompt":`, `<|begin_of_text|><|start_header_id|>user<|end_header_id|>q<|eot_id|>`, `,"max_gen_len":7}`},
		"mistral.mistral-7b-instruct-v0:2":    {`{"prompt":`, `<s>[INST] q [/INST]`, `,"max_tokens":7}`},
		"anthropic.claude-v2":                 {`{"prompt":`, `\n\nHuman: q\n\nAssistant:`, `,"max_tokens_to_sample":7}`},
		"us.deepseek.r1-v1:0":                 {`{"prompt":`, `<｜begin▁of▁sentence｜><｜User｜>q<｜Assistant｜><think>\nI begin`, `,"max_tokens":7}`},
		"amazon.titan-text-express-v1":        {`{"inputText":`, `User: q\nBot:`, `,"textGenerationConfig":{"maxTokenCount":7}}`},
		"ai21.j2-mid-v1":                      {`{"prompt":`, `q`, `,"maxTokens":7}`},
		"cohere.command-text-v14":             {`{"prompt":`, `q`, `,"max_tokens":7}`},
		"mistral.mistral-large-2402-v1:0":     {`{"prompt":`, `<s>[INST] q [/INST]`, `,"max_tokens":7}`},
		"meta.llama4-scout-17b-instruct-v1:0": {`{"prompt":`, `<|header_start|>user<|header_end|>q`, `,"max_gen_len":7}`},
	} {
		body := []byte(c.before + `"` + c.prompt + `"` + c.after)
		family, _ := dialect.ForRequest(model.Request{Service: model.Bedrock, Model: id, Body: body})
		chat, err := family.Raw().DecodeChat(body)
		want := strings.ReplaceAll(c.prompt, `\n`, "\n")
		if err != nil || !chat.Raw || chat.System != "" || len(chat.Turns) != 1 || chat.Turns[0].Text() != want || chat.MaxTokens != 7 {
			t.Errorf("%s: %+v, %v", id, chat, err)
		}
		if _, err := family.Raw().DecodeChat([]byte(c.before + `"",` + `"x":1}`)); model.KindOf(err) != model.Invalid {
			t.Errorf("%s, a body at fault: %v", id, err)
		}
		// It has a place in completions, and in no chat.
		completions, _ := dialect.ByForm("openai-completions")
		written, err := completions.WithModel("m").EncodeChat(chat)
		if err != nil || !strings.HasPrefix(string(written), `{"model":"m","prompt":"`+c.prompt+`","max_tokens":7`) {
			t.Errorf("%s: %s, %v", id, written, err)
		}
		chats, _ := dialect.ByForm("openai")
		if _, err := chats.EncodeChat(chat); model.KindOf(err) != model.Unsupported {
			t.Errorf("%s as a chat: %v", id, err)
		}
		chat.Raw = false
		if _, err := completions.EncodeChat(chat); model.KindOf(err) != model.Unsupported {
			t.Errorf("%s, a chat as a completion: %v", id, err)
		}
	}
}

func TestRawMessagesAreReadAsEver(t *testing.T) {
	body := []byte(`{"anthropic_version":"bedrock-2023-05-31","max_tokens":7,"messages":[{"role":"user","content":"q"}]}`)
	chat, err := family(t, haiku).Raw().DecodeChat(body)
	if err != nil || chat.Raw || chat.Turns[0].Text() != "q" {
		t.Errorf("%+v, %v", chat, err)
	}
}

func TestCompletionsAsTheyCome(t *testing.T) {
	completions, _ := dialect.ByForm("openai-completions")
	for body, want := range map[string]string{
		`{"id":"c","choices":[{"text":" a","finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}`: `id "c", reasoning "", text " a", stop 0, sequence "", usage {3 2 0 0 true false}`,
		`{"choices":[{"text":"","finish_reason":"length","logprobs":null}],"usage":null}`:                               `id "", reasoning "", text "", stop 1, sequence "", usage {0 0 0 0 false false}`,
		`{"choices":[{"text":"a","finish_reason":"stop","stop_reason":"END"}]}`:                                         `id "", reasoning "", text "a", stop 2, sequence "END", usage {0 0 0 0 false false}`,
	} {
		result, err := completions.DecodeResult([]byte(body))
		if got := showResult(result); err != nil || got != want {
			t.Errorf("%s:\n got %s, %v\nwant %s", body, got, err, want)
		}
	}
	for _, body := range []string{`{}`, `{"choices":[]}`, `{"choices":[{"text":7,"finish_reason":"stop"}]}`, `[]`} {
		if _, err := completions.DecodeResult([]byte(body)); model.KindOf(err) != model.BadAnswer {
			t.Errorf("%s: %v", body, err)
		}
	}
	reader, err := completions.StreamDecoder()
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range []string{
		`{"choices":[{"text":"a f","finish_reason":null}]}`, `{"choices":[{"text":"aint","finish_reason":null}]}`,
		`{"choices":[{"text":"","finish_reason":"length"}]}`, `{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}`, `[DONE]`,
	} {
		if _, err := reader.Piece([]byte(chunk)); err != nil {
			t.Errorf("%s: %v", chunk, err)
		}
	}
	result, err := reader.End()
	if got, want := showResult(result), `id "", reasoning "", text "a faint", stop 1, sequence "", usage {3 2 0 0 true false}`; err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	if _, err := reader.Piece([]byte(`{"error":{"message":"too much"}}`)); model.KindOf(err) != model.ModelFailed {
		t.Errorf("a failure in a stream: %v", err)
	}
}
