package dialect

import "fmt"

// The defaults and bounds that Amazon documents for Cohere's Command R and R+. It
// documents no default for the tokens of an answer.
const (
	commandRTemperature = 0.3
	commandRLeastP      = 0.01
	commandRMostP       = 0.99
	commandRStops       = 5
)

// commandR is the family of Cohere's Command R and R+, which take the turns before
// apart from the last one.
func commandR() Family {
	c := completion{
		family: "Cohere Command R",
		whole:  func(p part) any { return commandRWhole(p) },
		chunks: commandRChunks,
		read:   readCommandR,
	}
	return Family{
		name:     c.family,
		pattern:  "cohere.command-r*",
		prefixes: []string{"cohere.command-r"},
		asks:     "message",
		owns:     func(o object) bool { return o.has("message") },
		chat:     c.form(decodeCommandR, requestCommandR),
	}
}

// commandRAnswer leaves out the chat's history, which the service repeats.
type commandRAnswer struct {
	ResponseID   string `json:"response_id"`
	Text         string `json:"text"`
	GenerationID string `json:"generation_id"`
	Reason       string `json:"finish_reason"`
}

func commandRWhole(p part) *commandRAnswer {
	return &commandRAnswer{cohereID(p.id), p.all, cohereID(cohereID(p.id) + "/0"), cohereReason(p.stop)}
}

type commandRChunk struct {
	Finished     bool            `json:"is_finished"`
	Event        string          `json:"event_type"`
	GenerationID string          `json:"generation_id,omitempty"`
	Text         string          `json:"text,omitempty"`
	Response     *commandRAnswer `json:"response,omitempty"`
	Reason       string          `json:"finish_reason,omitempty"`
	Metrics      *metrics        `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

func commandRChunks(p part) (out []any) {
	if p.first {
		out = append(out, commandRChunk{Event: "stream-start", GenerationID: commandRWhole(p).GenerationID})
	}
	if p.text != "" {
		out = append(out, commandRChunk{Event: "text-generation", Text: p.text})
	}
	if p.last {
		out = append(out, commandRChunk{
			Finished: true, Event: "stream-end", Response: commandRWhole(p), Reason: cohereReason(p.stop), Metrics: p.metrics(),
		})
	}
	return out
}

func readCommandR(a *answer) (p part) {
	if event := a.word("event_type"); event != "" && event != "stream-end" {
		if event == "text-generation" {
			p.text = a.text("text")
		}
		return p
	}
	whole := a
	if a.o.has("event_type") {
		whole = a.object("response")
		whole.text("text") // said already, piece by piece
	} else {
		p.text = a.text("text")
	}
	p.id = whole.word("response_id")
	p.stop, p.last = cohereEnding(a, a.word("finish_reason"))
	if meta, ok := readObject(whole.o["meta"]); ok {
		units, _ := readObject(meta["billed_units"])
		billed := answer{o: units, fault: a.fault}
		p.in, p.out = billed.count("input_tokens"), billed.count("output_tokens")
	}
	return p
}

func decodeCommandR(_ string, o object) (Chat, error) {
	chat := Chat{Temperature: new(commandRTemperature), TopP: new(commandTopP)}
	f := readFields(o, []string{"message"}, "chat_history", "preamble", "max_tokens", "temperature", "p", "k", "seed",
		"stop_sequences", "prompt_truncation", "frequency_penalty", "presence_penalty", "documents", "tools",
		"tool_results", "search_queries_only", "return_prompt", "raw_prompting")
	commandRTurns(f, &chat)
	cohereSampling(f, &chat, 1, span{commandRLeastP, commandRMostP})
	f.stops("stop_sequences", commandRStops, &chat)
	seed := -1
	f.integer("seed", span{}, &seed)
	if seed >= 0 {
		chat.Seed = new(int64(seed))
	}
	beyond := commandRBeyond(f)
	if f.violations != nil {
		return Chat{}, f.err()
	}
	if beyond != "" {
		return Chat{}, unsupported(beyond)
	}
	return chat, nil
}

// commandRBeyond returns what the body asks for that a chat cannot carry.
func commandRBeyond(f *fields) (what string) {
	for _, key := range []string{"documents", "tools", "tool_results"} {
		if len(f.list(key, span{})) > 0 {
			what = key
		}
	}
	for _, key := range []string{"search_queries_only", "return_prompt", "raw_prompting"} {
		var on bool
		if f.boolean(key, &on); on {
			what = key
		}
	}
	for _, key := range []string{"frequency_penalty", "presence_penalty"} {
		var penalty float64
		if f.number(key, span{0, 1}, &penalty); penalty > 0 {
			what = key
		}
	}
	truncation := "OFF"
	f.choice("prompt_truncation", []string{"OFF", "AUTO_PRESERVE_ORDER"}, &truncation)
	if truncation != "OFF" {
		what = "prompt_truncation"
	}
	return what
}

// commandRTurns reads who said what. What the history has of the system belongs to
// the preamble.
func commandRTurns(f *fields, chat *Chat) {
	var s script
	var preamble, message string
	f.text("preamble", span{}, &preamble)
	s.tell(preamble)
	for i, raw := range f.list("chat_history", span{}) {
		place := fmt.Sprintf("chat_history/%d", i)
		o, ok := f.o.read(raw)
		if !ok {
			f.wrongType(place, "JSONObject", raw)
			continue
		}
		in := &fields{o: o, at: f.at + "/" + place}
		role, said := in.spoken()
		f.violations = append(f.violations, in.violations...)
		switch role {
		case "SYSTEM":
			s.tell(said)
		case "CHATBOT":
			s.say(Assistant, said)
		default:
			s.say(User, said)
		}
	}
	f.text("message", span{least: 1}, &message)
	s.say(User, message)
	if message != "" && !s.fill(chat) {
		chat.Turns = plain(message).turns // of spaces alone
	}
}

// spoken reads an entry of the history.
func (f *fields) spoken() (role, said string) {
	for _, key := range []string{"role", "message"} {
		if _, there := f.o[key]; !there {
			f.fault("required key [%s] not found", key)
		}
	}
	f.extraneous("role", "message")
	f.choice("role", []string{"USER", "CHATBOT", "SYSTEM"}, &role)
	f.text("message", span{}, &said)
	return role, said
}

type commandRRequest struct {
	Message     string           `json:"message"`
	History     []commandRSpoken `json:"chat_history,omitempty"`
	Preamble    string           `json:"preamble,omitempty"`
	MaxTokens   int              `json:"max_tokens,omitempty"`
	Temperature *float64         `json:"temperature,omitempty"`
	TopP        *float64         `json:"p,omitempty"`
	TopK        int              `json:"k,omitempty"`
	Seed        *int64           `json:"seed,omitempty"`
	Stop        []string         `json:"stop_sequences,omitempty"`
}

type commandRSpoken struct {
	Role    string `json:"role"`
	Message string `json:"message"`
}

func requestCommandR(_ string, c Chat) ([]byte, error) {
	c, err := reach{
		family: "Cohere Command R", dialogue: true, tokens: commandTokenLimit, temperature: 1,
		topK: commandTopKLimit, stops: commandRStops,
	}.fit(c)
	if err != nil {
		return nil, err
	}
	last := len(c.Turns) - 1
	r := commandRRequest{
		Message: c.Turns[last].Text(), Preamble: c.System, MaxTokens: c.MaxTokens,
		Temperature: c.Temperature, TopK: c.TopK, Seed: c.Seed, Stop: c.Stop,
	}
	for _, t := range c.Turns[:last] {
		role := "USER"
		if t.Role == Assistant {
			role = "CHATBOT"
		}
		r.History = append(r.History, commandRSpoken{role, t.Text()})
	}
	if c.TopP != nil {
		// The bounds are open where those of other families are closed.
		r.TopP = new(min(max(*c.TopP, commandRLeastP), commandRMostP))
	}
	return encodeJSON(r)
}
