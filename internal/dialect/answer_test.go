package dialect_test

import (
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// Answers as the services have been seen to give them, beside those of the golden
// bodies.
func TestAnswersAsTheyCome(t *testing.T) {
	for _, c := range []struct{ id, body, want string }{
		{"meta.llama3-8b-instruct-v1:0", `{"generation":"a","prompt_token_count":null,"generation_token_count":5,"stop_reason":"length"}`, `id "", reasoning "", text "a", stop 1, sequence "", usage {0 0 0 0 false false}`},
		{"anthropic.claude-v2", `{"type":"completion","completion":" a","stop_reason":"max_tokens","stop":null}`, `id "", reasoning "", text " a", stop 1, sequence "", usage {0 0 0 0 false false}`},
		{titan, `{"inputTextTokenCount":1,"results":[{"tokenCount":2,"outputText":"a","completionReason":"FINISHED"}]}`, `id "", reasoning "", text "a", stop 0, sequence "", usage {1 2 0 0 true false}`},
		{"deepseek.r1-v1:0", `{"choices":[{"text":"<think>\nwhy\n</think>\n\na","stop_reason":"stop"}]}`, `id "", reasoning "why", text "a", stop 0, sequence "", usage {0 0 0 0 false false}`},
		{"deepseek.r1-v1:0", `{"choices":[{"text":"a","stop_reason":"length"}]}`, `id "", reasoning "", text "a", stop 1, sequence "", usage {0 0 0 0 false false}`},
		{"ai21.j2-mid-v1", `{"id":1234,"prompt":{"text":"q","tokens":[]},"completions":[{"data":{"text":"a","tokens":[]},"finishReason":{"reason":"length","length":5}}]}`, `id "1234", reasoning "", text "a", stop 1, sequence "", usage {0 0 0 0 false false}`},
		{"cohere.command-text-v14", `{"generations":[{"finish_reason":"ERROR_TOXIC","id":"x","text":"a"}],"id":"y","prompt":"q"}`, `id "y", reasoning "", text "a", stop 3, sequence "", usage {0 0 0 0 false false}`},
		{"cohere.command-r-v1:0", `{"response_id":"y","text":"a","generation_id":"z","chat_history":[],"finish_reason":"max_tokens","meta":{"billed_units":{"input_tokens":3,"output_tokens":4}}}`, `id "y", reasoning "", text "a", stop 1, sequence "", usage {3 4 0 0 true false}`},
	} {
		got, err := family(t, c.id).DecodeResult([]byte(c.body))
		if err != nil || showResult(got) != c.want {
			t.Errorf("%s %s:\n got %s, %v\nwant %s", c.id, c.body, showResult(got), err, c.want)
		}
	}
}

func TestPromptsAnswersThatAreNone(t *testing.T) {
	for id, bodies := range map[string][]string{
		"meta.llama3-8b-instruct-v1:0":     {`{}`, `{"generation":5}`, `{"generation":"a","prompt_token_count":-1}`, `{"generation":"a","stop_reason":5}`, `[]`},
		"mistral.mistral-7b-instruct-v0:2": {`{}`, `{"outputs":[]}`, `{"outputs":["a"]}`, `{"outputs":[{"stop_reason":"stop"}]}`},
		"anthropic.claude-v2":              {`{"stop_reason":"max_tokens"}`},
		"deepseek.r1-v1:0":                 {`{"choices":[{}]}`},
		"ai21.j2-mid-v1":                   {`{"completions":[{"data":{}}]}`, `{"completions":[{"data":{"text":"a"}}]}`},
		"cohere.command-text-v14":          {`{}`, `{"generations":[{"text":"a","finish_reason":"ERROR"}]}`},
		"cohere.command-r-v1:0":            {`{}`, `{"text":"a","finish_reason":"ERROR"}`},
		titan:                              {`{}`, `{"results":[{"outputText":5}]}`},
	} {
		for _, body := range bodies {
			if _, err := family(t, id).DecodeResult([]byte(body)); model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s %s: %v", id, body, err)
			}
		}
	}
}

func TestStreamsThatBreakOff(t *testing.T) {
	for id, chunk := range map[string]string{
		"meta.llama3-8b-instruct-v1:0":     `{"generation":"a","stop_reason":null}`,
		"mistral.mistral-7b-instruct-v0:2": `{"outputs":[{"text":"a","stop_reason":null}]}`,
		"anthropic.claude-v2":              `{"completion":"a","stop_reason":null}`,
		"deepseek.r1-v1:0":                 `{"choices":[{"text":"a","stop_reason":null}]}`,
		"cohere.command-text-v14":          `{"text":"a","is_finished":false}`,
		"cohere.command-r-v1:0":            `{"event_type":"text-generation","text":"a","is_finished":false}`,
		titan:                              `{"outputText":"a","completionReason":null}`,
	} {
		d, err := family(t, id).StreamDecoder()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Piece([]byte(chunk)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if _, err := d.End(); model.KindOf(err) != model.BadAnswer {
			t.Errorf("%s: %v", id, err)
		}
		for _, bad := range []string{`{}x`, `{"amazon-bedrock-invocationMetrics":5}`} {
			if _, err := d.Piece([]byte(bad)); model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s %s: %v", id, bad, err)
			}
		}
	}
}

// Command answers a request that has not asked for a stream in one chunk.
func TestCommandInOneChunk(t *testing.T) {
	d, _ := family(t, "cohere.command-text-v14").StreamDecoder()
	pieces, err := d.Piece([]byte(`{"generations":[{"finish_reason":"COMPLETE","id":"x","text":"a"}],"id":"y","prompt":"q","amazon-bedrock-invocationMetrics":{"inputTokenCount":1,"outputTokenCount":2,"invocationLatency":3,"firstByteLatency":3}}`))
	if err != nil || len(pieces) != 1 || pieces[0].Text != "a" {
		t.Errorf("%v, %v", pieces, err)
	}
	got, err := d.End()
	if want := `id "y", reasoning "", text "a", stop 0, sequence "", usage {1 2 0 0 true false}`; err != nil || showResult(got) != want {
		t.Errorf("%s, %v", showResult(got), err)
	}
}

// A thought that is cut off has no end; a thought alone has one.
func TestThoughtsOfR1(t *testing.T) {
	f := family(t, "deepseek.r1-v1:0")
	for _, c := range []struct {
		result neutral.Result
		want   string
	}{
		{neutral.Result{Reasoning: "why", Stop: neutral.StopLength}, "why"},
		{neutral.Result{Reasoning: "why"}, "why\n</think>\n\n"},
		{neutral.Result{Reasoning: "why", Text: "a"}, "why\n</think>\n\na"},
		{neutral.Result{Text: "a"}, "a"},
	} {
		var pieces []neutral.Piece
		if c.result.Reasoning != "" {
			pieces = append(pieces, neutral.Piece{Reasoning: c.result.Reasoning})
		}
		if c.result.Text != "" {
			pieces = append(pieces, neutral.Piece{Text: c.result.Text})
		}
		var streamed string
		for _, chunk := range strings.Split(writeStream(t, f, pieces, c.result), "\n") {
			d, _ := family(t, "mistral.mistral-7b-instruct-v0:2").StreamDecoder()
			got, err := d.Piece([]byte(strings.Replace(chunk, "choices", "outputs", 1)))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range got {
				streamed += p.Text
			}
		}
		whole, err := f.EncodeResult(c.result)
		if err != nil || streamed != c.want || !strings.Contains(string(whole), strings.ReplaceAll(c.want, "\n", `\n`)) {
			t.Errorf("%+v: %q, %s, %v", c.result, streamed, whole, err)
		}
	}
}

func TestStreamsHaveNoTools(t *testing.T) {
	for _, id := range []string{titan, "meta.llama3-8b-instruct-v1:0", "deepseek.r1-v1:0", "cohere.command-r-v1:0"} {
		e, err := family(t, id).StreamEncoder(neutral.Result{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Piece(neutral.Piece{Tool: &neutral.ToolPiece{Name: "f"}}); model.KindOf(err) != model.Unsupported {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// What is read from a prompt is written and read again as the same turns.
func FuzzPrompts(f *testing.F) {
	for _, seed := range []string{
		"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nq<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
		"<|header_start|>system<|header_end|>s<|eot|><|header_start|>user<|header_end|>q", "<s>[INST] <<SYS>>\ns\n<</SYS>>\n\nq [/INST] a</s>[INST] r [/INST]",
		"s\n\nHuman: q\n\nAssistant: a", "<｜begin▁of▁sentence｜>s<｜User｜>q<｜Assistant｜><think>\n\n</think>\n\na", "User: q\nBot: a\nUser: r\nBot:", "[INST]", "<s>",
		"Human:", "<｜User｜><｜Assistant｜></think>", "<<SYS>><</SYS>>", "\n\nHuman:\n\nHuman:",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, prompt string) {
		for _, v := range voices() {
			f := family(t, v.id)
			chat, err := f.DecodeChat(promptBody(v.id, prompt))
			mustBe(t, f, err)
			if err != nil {
				continue
			}
			if len(chat.Turns) == 0 || chat.Turns[0].Role != neutral.User {
				t.Fatalf("%s: %s", v.id, showChat(chat))
			}
			again, err := f.EncodeChat(chat)
			mustBe(t, f, err)
			if err != nil {
				t.Fatalf("%s: %s: %v", v.id, showChat(chat), err)
			}
			// A family without a system prompt has it in the first question.
			back, err := f.DecodeChat(again)
			if v.system && (err != nil || bare(back) != bare(chat)) && !blank(chat) {
				t.Fatalf("%s: %s\n gave %s\n and came back as %s, %v", v.id, showChat(chat), again, showChat(back), err)
			}
		}
	})
}

// blank is true for a chat with a turn of spaces alone, which templates drop.
func blank(c neutral.Chat) bool {
	for _, turn := range c.Turns {
		if strings.TrimSpace(turn.Text()) == "" {
			return true
		}
	}
	return false
}

func promptBody(id, prompt string) []byte {
	body := string(ask(id, prompt))
	switch {
	case strings.HasPrefix(id, "amazon"):
		body = strings.Replace(body, `"prompt"`, `"inputText"`, 1)
	case strings.HasPrefix(id, "cohere.command-r"):
		body = strings.Replace(body, `"prompt"`, `"message"`, 1)
	}
	return []byte(body)
}

// No answer, whole or in chunks, and no body of embeddings brings a decoder down,
// and each error is one of ours.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"generation":"a","prompt_token_count":1,"generation_token_count":2,"stop_reason":"stop"}`, `{"outputs":[{"text":"a","stop_reason":"length"}]}`,
		`{"completion":"a","stop_reason":"stop_sequence","stop":"\n\nHuman:"}`, `{"choices":[{"text":"b</think>a","stop_reason":"stop"}]}`,
		`{"id":1,"completions":[{"data":{"text":"a"},"finishReason":{"reason":"stop"}}]}`, `{"generations":[{"text":"a","finish_reason":"COMPLETE"}],"id":"x"}`,
		`{"is_finished":true,"event_type":"stream-end","response":{"response_id":"x","text":"a","meta":{"billed_units":{"input_tokens":1}}},"finish_reason":"COMPLETE"}`,
		`{"results":[{"outputText":"a","completionReason":"FINISH"}]}`, `{"embedding":[1,2],"embeddingsByType":{"binary":[1,0]},"inputTextTokenCount":3}`,
		`{"embeddings":{"float":[[1,2]],"ubinary":[[1]]},"id":"x","texts":["q"]}`, `{"amazon-bedrock-invocationMetrics":{"inputTokenCount":1,"outputTokenCount":2}}`,
		`{"inputText":"q","dimensions":256,"embeddingTypes":["binary"]}`, `{"texts":["q"],"inputs":[{"content":[{"type":"text","text":"q"}]}],"input_type":"clustering"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, d := range dialect.Families() {
			if d.Embeds() {
				embed, err := d.DecodeEmbed(body)
				mustBe(t, d, err)
				if err == nil && len(embed.Texts) == 0 {
					t.Fatalf("%s: no texts from %s", d.Name(), body)
				}
				_, err = d.DecodeVectors(body)
				mustBe(t, d, err)
				continue
			}
			_, err := d.DecodeResult(body)
			mustBe(t, d, err)
			reader, err := d.StreamDecoder()
			if err != nil {
				continue
			}
			_, err = reader.Piece(body)
			mustBe(t, d, err)
			_, err = reader.Piece(body)
			mustBe(t, d, err)
			_, err = reader.End()
			mustBe(t, d, err)
		}
	})
}

// A long prompt that is full of marks is read in time that its length bounds:
// what takes the square of it would not end here.
func TestLongPromptsAreReadInTime(t *testing.T) {
	marks := []string{
		"\n\nHuman: a", "\n\n", "User:\n", "\nUser: a\nBot: b", "[INST] a", "<<SYS>>", "[INST] a [/INST] b",
		"<|start_header_id|>user<|end_header_id|>a<|eot_id|>", "<|start_header_id|>system<|end_header_id|>a", "<｜User｜>a", "<｜Assistant｜>", "</think>", "<|",
	}
	for _, c := range []struct{ id, begin string }{
		{titan, "User: "}, {"meta.llama3-8b-instruct-v1:0", "<|begin_of_text|>"}, {"mistral.mistral-7b-instruct-v0:2", "<s>"},
		{"anthropic.claude-v2", "\n\nHuman: "}, {"deepseek.r1-v1:0", "<｜User｜>"}, {"deepseek.r1-v1:0", "<｜User｜><｜Assistant｜>"},
	} {
		f := family(t, c.id)
		for _, mark := range marks {
			chat, err := f.DecodeChat(promptBody(c.id, c.begin+strings.Repeat(mark, 1<<19/len(mark))))
			mustBe(t, f, err)
			if err == nil {
				_, err = f.EncodeChat(chat)
				mustBe(t, f, err)
			}
		}
	}
}

func BenchmarkPrompts(b *testing.B) {
	long := strings.Repeat("The sea is wide and the sky is blue. ", 110) // 4 KB
	for _, id := range []string{titan, "meta.llama3-8b-instruct-v1:0", "mistral.mistral-7b-instruct-v0:2", "anthropic.claude-v2", "deepseek.r1-v1:0"} {
		f := family(b, id)
		body, err := f.EncodeChat(neutral.Chat{System: "Be brief.", Turns: []neutral.Turn{{Role: neutral.User, Parts: text(long)}}})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(f.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, _ := dialect.ForRequest(model.Request{Model: id, Body: body})
				if _, err := f.DecodeChat(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
