package dialect_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// speech is what a family can say, for making chats and answers that it carries
// whole.
type speech struct {
	id, form string
	// defaults are those that stand in a chat where the body is silent.
	defaults neutral.Chat
	// hottest is the highest temperature.
	hottest float64
	// The rest says what there are words for.
	topK, seed, images, tools, failed, schema bool
	choices, efforts                          []string
	ids, models, reasoning, signature         bool
	thoughts                                  bool // in a request
	sequence, cacheWrite                      bool
	stops                                     []neutral.StopReason
}

// The families of lists of messages.
func speeches() []speech {
	stops := []neutral.StopReason{neutral.StopEnd, neutral.StopLength, neutral.StopFiltered}
	claude := speech{id: haiku, defaults: neutral.Chat{Temperature: new(1.0), TopP: new(0.999)}, hottest: 1,
		topK: true, images: true, tools: true, failed: true, schema: true, choices: []string{"auto", "any", "none", "tool:t0"},
		efforts: []string{"none", "2000"}, ids: true, models: true, reasoning: true, signature: true, thoughts: true, sequence: true, cacheWrite: true,
		stops: []neutral.StopReason{neutral.StopEnd, neutral.StopLength, neutral.StopRefused, neutral.StopSequence}}
	wire := claude
	wire.id, wire.form = "claude-3-haiku", "anthropic"
	nova := speech{id: "amazon.nova-2-lite-v1:0", defaults: neutral.Chat{Temperature: new(0.7), TopP: new(0.9)}, hottest: 1,
		topK: true, images: true, tools: true, failed: true, choices: []string{"auto", "any", "tool:t0"}, efforts: []string{"none", "low", "medium"},
		reasoning: true, signature: true, thoughts: true, cacheWrite: true, stops: append(stops, neutral.StopSequence)}
	converse := nova
	converse.form, converse.schema = "converse", true
	openAI := speech{id: "m", form: "openai", hottest: 2, seed: true, images: true, tools: true, schema: true,
		choices: []string{"auto", "any", "none", "tool:t0"}, efforts: []string{"none", "low", "medium", "high"},
		ids: true, models: true, reasoning: true, stops: stops}
	like := openAI
	like.id, like.form = "qwen.qwen3-32b-v1:0", ""
	oss := like
	oss.id, oss.images, oss.efforts = "openai.gpt-oss-20b-1:0", false, []string{"low", "medium", "high"}
	mistral := speech{id: "mistral.pixtral-large-2502-v1:0", defaults: neutral.Chat{MaxTokens: 8192, Temperature: new(0.7), TopP: new(1.0)}, hottest: 1,
		images: true, tools: true, schema: true, choices: []string{"auto", "any", "none"}, ids: true, models: true, stops: stops}
	jamba := speech{id: "ai21.jamba-1-5-mini-v1:0", defaults: neutral.Chat{MaxTokens: 4096, Temperature: new(1.0)}, hottest: 2,
		ids: true, models: true, stops: stops}
	return []speech{claude, wire, nova, converse, openAI, like, oss, mistral, jamba}
}

func (s speech) family(t testing.TB) dialect.Family {
	t.Helper()
	if s.form == "" {
		return family(t, s.id)
	}
	f, ok := dialect.ByForm(s.form)
	if !ok {
		t.Fatalf("no form %s", s.form)
	}
	return f.WithModel(s.id)
}

// dice makes random values.
type dice struct{ *rand.Rand }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// words returns a text that is not empty.
func (d dice) words() string {
	letters := []string{"a", "B", " ", "\n", "é", "😀", `"`, `\`, "<", "&", "\t", "\u2028", "{", "</", "0"}
	text := "w"
	for range d.IntN(20) {
		text += letters[d.IntN(len(letters))]
	}
	return text
}

func (d dice) object() json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"type":"object","properties":{"p%d":{"type":"string"}}}`, d.IntN(9)))
}

func (d dice) chat(s speech) neutral.Chat {
	c := s.defaults
	if d.chance(70) {
		c.MaxTokens = 3900 + d.IntN(100)
	} else if c.MaxTokens == 0 && c.TopP != nil && *c.TopP == 0.999 {
		c.MaxTokens = 4096 // Claude requires a number
	}
	if d.chance(50) {
		c.Temperature = new(float64(d.IntN(int(s.hottest)*4+1)) / 4)
	}
	if d.chance(50) {
		c.TopP = new(float64(1+d.IntN(3)) / 4)
	}
	if s.topK && d.chance(30) {
		c.TopK = 1 + d.IntN(100)
	}
	for range d.IntN(3) {
		c.Stop = append(c.Stop, d.words())
	}
	if s.seed && d.chance(30) {
		c.Seed = new(int64(d.IntN(1000)))
	}
	if s.schema && d.chance(30) {
		c.Schema = d.object()
	}
	if s.efforts != nil && d.chance(40) {
		c.Reasoning = s.efforts[d.IntN(len(s.efforts))]
	}
	if c.Reasoning == "2000" { // Claude samples as it likes then
		c.Temperature, c.TopP, c.TopK = s.defaults.Temperature, s.defaults.TopP, 0
	}
	if d.chance(50) {
		c.System = d.words()
	}
	if s.tools && d.chance(50) {
		d.equip(s, &c)
	}
	d.talk(s, &c)
	return c
}

func (d dice) equip(s speech, c *neutral.Chat) {
	for i := range 1 + d.IntN(3) {
		tool := neutral.Tool{Name: fmt.Sprintf("t%d", i), Schema: d.object()}
		if d.chance(60) {
			tool.Description = d.words()
		}
		c.Tools = append(c.Tools, tool)
	}
	if d.chance(50) {
		c.Choice = neutral.ToolChoice(s.choices[d.IntN(len(s.choices))])
	}
}

func (d dice) talk(s speech, c *neutral.Chat) {
	var open []string // tools that the assistant waits for
	for i := range 1 + 2*d.IntN(3) {
		turn := neutral.Turn{Role: neutral.User}
		for _, id := range open {
			result := neutral.ToolResult{ID: id, Text: d.words(), Failed: s.failed && d.chance(30)}
			turn.Parts = append(turn.Parts, neutral.Part{ToolResult: &result})
		}
		open = nil
		if i%2 == 1 {
			turn.Role = neutral.Assistant
			if s.thoughts && d.chance(30) {
				thought := neutral.Thought{Text: d.words(), Signature: "c2ln"}
				turn.Parts = append(turn.Parts, neutral.Part{Thought: &thought})
			}
		}
		if turn.Parts == nil || d.chance(50) {
			turn.Parts = append(turn.Parts, neutral.Part{Text: d.words()})
		}
		if turn.Role == neutral.User && s.images && d.chance(30) {
			turn.Parts = append(turn.Parts, neutral.Part{Image: &neutral.Image{Format: "png", Data: []byte(d.words())}})
		}
		if turn.Role == neutral.Assistant && s.tools && d.chance(50) {
			for n := range 1 + d.IntN(2) {
				id := fmt.Sprintf("id-%d-%d", i, n)
				turn.Parts, open = append(turn.Parts, neutral.Part{ToolUse: &neutral.ToolUse{ID: id, Name: "t0", Input: json.RawMessage(`{"a":[1,"b"]}`)}}), append(open, id)
			}
		}
		c.Turns = append(c.Turns, turn)
	}
}

func (d dice) result(s speech) neutral.Result {
	var r neutral.Result
	if s.ids {
		r.ID = "abc"
	}
	if s.models {
		r.Model = "model"
	}
	if d.chance(80) {
		r.Text = d.words()
	}
	if s.reasoning && d.chance(50) {
		r.Reasoning = d.words()
		if s.signature {
			r.Signature = "c2ln"
		}
	}
	r.Stop = s.stops[d.IntN(len(s.stops))]
	if r.Stop == neutral.StopSequence && s.sequence {
		r.Sequence = d.words()
	}
	if s.tools && d.chance(40) {
		r.Stop, r.Sequence = neutral.StopTool, ""
		for i := range 1 + d.IntN(3) {
			r.ToolUses = append(r.ToolUses, neutral.ToolUse{ID: fmt.Sprintf("id%d", i), Name: d.words(), Input: json.RawMessage(`{"a":[1,"b"]}`)})
		}
	}
	if d.chance(80) {
		r.Usage = model.Usage{InputTokens: int64(1 + d.IntN(99)), OutputTokens: int64(d.IntN(99)), CacheReadTokens: int64(d.IntN(9)), Known: true}
		if s.cacheWrite {
			r.Usage.CacheWriteTokens = int64(d.IntN(9))
		}
	}
	return r
}

// pieces cuts an answer as a backend may.
func (d dice) pieces(r neutral.Result) (out []neutral.Piece) {
	for _, s := range d.cut(r.Reasoning) {
		out = append(out, neutral.Piece{Reasoning: s})
	}
	if r.Signature != "" {
		out = append(out, neutral.Piece{Signature: r.Signature})
	}
	for _, s := range d.cut(r.Text) {
		out = append(out, neutral.Piece{Text: s})
	}
	for i, use := range r.ToolUses {
		out = append(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: i, ID: use.ID, Name: use.Name}})
		for _, s := range d.cut(string(use.Input)) {
			out = append(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: i, Input: s}})
		}
	}
	return out
}

func (d dice) cut(s string) (out []string) {
	runes := []rune(s)
	for len(runes) > 0 {
		n := 1 + d.IntN(len(runes))
		out, runes = append(out, string(runes[:n])), runes[n:]
	}
	return out
}

// rounds is how many random values each family gets.
const rounds = 500

func eachSpeech(t *testing.T, test func(t *testing.T, s speech, f dialect.Family, d dice)) {
	for _, s := range speeches() {
		t.Run(strings.Trim(s.form+" "+s.id, " "), func(t *testing.T) {
			for seed := range uint64(rounds) {
				test(t, s, s.family(t), dice{newRand(seed)})
				if t.Failed() {
					t.Fatalf("with seed %d", seed)
				}
			}
		})
	}
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestAChatComesBack(t *testing.T) {
	eachSpeech(t, func(t *testing.T, s speech, f dialect.Family, d dice) {
		chat := d.chat(s)
		body, err := f.EncodeChat(chat)
		if err != nil {
			t.Fatalf("%s: %v", show(chat), err)
		}
		got, err := f.DecodeChat(body)
		if err != nil || !reflect.DeepEqual(got, chat) {
			t.Errorf("%s\n gave %s, %v\n want %s", body, show(got), err, show(chat))
		}
	})
}

func TestAResultComesBack(t *testing.T) {
	eachSpeech(t, func(t *testing.T, s speech, f dialect.Family, d dice) {
		result := d.result(s)
		body, err := f.EncodeResult(result)
		if err != nil {
			t.Fatalf("%s: %v", show(result), err)
		}
		got, err := f.DecodeResult(body)
		if err != nil || !reflect.DeepEqual(got, result) {
			t.Errorf("%s\n gave %s, %v\n want %s", body, show(got), err, show(result))
		}
	})
}

func TestAStreamComesBack(t *testing.T) {
	eachSpeech(t, func(t *testing.T, s speech, f dialect.Family, d dice) {
		result := d.result(s)
		got, pieces := roundTrip(t, f, result, d.pieces(result))
		if show(got) != show(result) {
			t.Errorf("gave %s\nwant %s", show(got), show(result))
		}
		// What was read is written again with the same content.
		if again, _ := roundTrip(t, f, got, pieces); show(again) != show(result) {
			t.Errorf("gave %s\nwant %s", show(again), show(result))
		}
	})
}

// roundTrip writes a stream and reads it.
func roundTrip(t *testing.T, f dialect.Family, r neutral.Result, pieces []neutral.Piece) (neutral.Result, []neutral.Piece) {
	t.Helper()
	head := neutral.Result{ID: r.ID, Model: r.Model}
	writer, err := f.StreamEncoder(head)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := f.StreamDecoder()
	if err != nil {
		t.Fatal(err)
	}
	var read []neutral.Piece
	send := func(chunks [][]byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, chunk := range chunks {
			if !json.Valid(chunk) {
				t.Fatalf("%s is no JSON", chunk)
			}
			more, err := reader.Piece(chunk)
			if err != nil {
				t.Fatalf("%s: %v", chunk, err)
			}
			read = append(read, more...)
		}
	}
	for _, p := range pieces {
		send(writer.Piece(p))
	}
	if _, err := reader.End(); err == nil {
		t.Error("a stream that broke off is an answer")
	}
	send(writer.End(r))
	got, err := reader.End()
	if err != nil {
		t.Fatal(err)
	}
	return got, read
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
