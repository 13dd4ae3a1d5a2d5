package prompt

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

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
func commandR() form.Spec {
	c := completion{
		family: "Cohere Command R",
		whole:  func(p part) any { return commandRWhole(p) },
		chunks: commandRChunks,
		read:   readCommandR,
	}
	return form.Spec{
		Name:     c.family,
		Pattern:  "cohere.command-r*",
		Prefixes: []string{"cohere.command-r"},
		Asks:     "message",
		Owns:     func(o jsonbody.Object) bool { return o.Has("message") },
		Chat:     c.form(decodeCommandR, requestCommandR),
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
	return &commandRAnswer{form.CohereID(p.id), p.all, form.CohereID(form.CohereID(p.id) + "/0"), cohereReason(p.stop)}
}

type commandRChunk struct {
	Finished     bool            `json:"is_finished"`
	Event        string          `json:"event_type"`
	GenerationID string          `json:"generation_id,omitempty"`
	Text         string          `json:"text,omitempty"`
	Response     *commandRAnswer `json:"response,omitempty"`
	Reason       string          `json:"finish_reason,omitempty"`
	Metrics      *form.Metrics   `json:"amazon-bedrock-invocationMetrics,omitempty"`
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

func readCommandR(a jsonbody.Reader) (p part) {
	if event := a.String("event_type"); event != "" && event != "stream-end" {
		if event == "text-generation" {
			p.text = form.RequiredText(a, "text")
		}
		return p
	}
	whole := a
	if a.Has("event_type") {
		whole = form.RequiredInner(a, "response")
		form.RequiredText(whole, "text") // piece by piece already
	} else {
		p.text = form.RequiredText(a, "text")
	}
	p.id = whole.String("response_id")
	p.stop, p.last = cohereEnding(a, a.String("finish_reason"))
	meta, _ := whole.Inner("meta")
	billed, _ := meta.Inner("billed_units")
	p.in, p.out = form.Count(billed, "input_tokens"), form.Count(billed, "output_tokens")
	return p
}

func decodeCommandR(_ form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{Temperature: new(commandRTemperature), TopP: new(commandTopP)}
	f.Members([]string{"message"}, "chat_history", "preamble", "max_tokens", "temperature", "p", "k", "seed",
		"stop_sequences", "prompt_truncation", "frequency_penalty", "presence_penalty", "documents", "tools",
		"tool_results", "search_queries_only", "return_prompt", "raw_prompting")
	commandRTurns(f, &chat)
	cohereSampling(f, &chat, 1, jsonbody.Between(commandRLeastP, commandRMostP))
	chat.Stop = form.ReadStops(f, "stop_sequences", commandRStops)
	seed := -1
	f.Integer("seed", jsonbody.Span{}, &seed)
	if seed >= 0 {
		chat.Seed = new(int64(seed))
	}
	beyond := commandRBeyond(f)
	if !f.Sound() {
		return neutral.Chat{}, form.Refusal(f)
	}
	if beyond != "" {
		return neutral.Chat{}, form.Unsupported(beyond)
	}
	return chat, nil
}

// commandRBeyond returns what the body asks for that a chat cannot carry.
func commandRBeyond(f jsonbody.Reader) (what string) {
	for _, key := range []string{"documents", "tools", "tool_results"} {
		if len(f.List(key, jsonbody.Span{})) > 0 {
			what = key
		}
	}
	for _, key := range []string{"search_queries_only", "return_prompt", "raw_prompting"} {
		var on bool
		if f.Boolean(key, &on); on {
			what = key
		}
	}
	for _, key := range []string{"frequency_penalty", "presence_penalty"} {
		penalty := new(0.0)
		if f.Number(key, jsonbody.Between(0, 1), &penalty); *penalty > 0 {
			what = key
		}
	}
	truncation := "OFF"
	f.Choice("prompt_truncation", []string{"OFF", "AUTO_PRESERVE_ORDER"}, &truncation)
	if truncation != "OFF" {
		what = "prompt_truncation"
	}
	return what
}

// commandRTurns reads who said what. What the history has of the system belongs to
// the preamble.
func commandRTurns(f jsonbody.Reader, chat *neutral.Chat) {
	var s script
	s.tell(f.String("preamble"))
	for _, in := range f.Each("chat_history") {
		role, said := commandRSaid(in)
		switch role {
		case "SYSTEM":
			s.tell(said)
		case "CHATBOT":
			s.say(neutral.Assistant, said)
		default:
			s.say(neutral.User, said)
		}
	}
	message := f.Text("message", jsonbody.From(1))
	s.say(neutral.User, message)
	if message != "" && !s.fill(chat) {
		chat.Turns = plain(message).turns // of spaces alone
	}
}

// commandRSaid reads an entry of the history.
func commandRSaid(f jsonbody.Reader) (role, said string) {
	f.Members([]string{"role", "message"})
	f.Choice("role", []string{"USER", "CHATBOT", "SYSTEM"}, &role)
	return role, f.String("message")
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

func requestCommandR(w *jsonbody.Writer, _ string, c neutral.Chat) error {
	c, err := reach{
		family: "Cohere Command R", dialogue: true, tokens: commandTokenLimit, temperature: 1,
		topK: commandTopKLimit, stops: commandRStops,
	}.fit(c)
	if err != nil {
		return err
	}
	last := len(c.Turns) - 1
	r := commandRRequest{
		Message: c.Turns[last].Text(), Preamble: c.System, MaxTokens: c.MaxTokens,
		Temperature: c.Temperature, TopK: c.TopK, Seed: c.Seed, Stop: c.Stop,
	}
	for _, t := range c.Turns[:last] {
		role := "USER"
		if t.Role == neutral.Assistant {
			role = "CHATBOT"
		}
		r.History = append(r.History, commandRSpoken{role, t.Text()})
	}
	if c.TopP != nil {
		// The bounds are open where those of other families are closed.
		r.TopP = new(min(max(*c.TopP, commandRLeastP), commandRMostP))
	}
	w.Value(r)
	return nil
}
