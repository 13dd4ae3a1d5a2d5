package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The defaults and bounds that Amazon documents for Meta's models.
const (
	llamaMaxTokens   = 512
	llamaTokenLimit  = 2048
	llamaTemperature = 0.5
	llamaTopP        = 0.9
)

// llama is the family of Meta's models, of all generations. Its prompts are in
// the template of the generation, see llamaTemplate.
func llama() form.Spec {
	return form.Spec{
		Name:     "Meta Llama",
		Pattern:  "meta.llama*",
		Prefixes: []string{"meta.llama"},
		Owns: func(o jsonbody.Object) bool {
			_, headed := readHeaders(o.String(Member))
			return o.Has("max_gen_len") || headed
		},
		Chat: llamaCompletion().form(decodeLlama, requestLlama),
	}
}

// llamaTemplate returns the template of a model's generation. A model of unknown
// generation is taken for one of the third.
func llamaTemplate(id string) template {
	switch {
	case strings.HasPrefix(id, "meta.llama2"):
		return llama2()
	case strings.HasPrefix(id, "meta.llama4"):
		return template{read: readHeaders, write: headers{open: "<|header_start|>", close: "<|header_end|>", end: "<|eot|>"}.write}
	default:
		return template{read: readHeaders, write: headers{open: "<|start_header_id|>", close: "<|end_header_id|>", end: "<|eot_id|>"}.write}
	}
}

// headers are the markers of a template in which each turn has a header with its
// role: that of Llama 3 and 3.x, and that of Llama 4.
type headers struct{ open, close, end string }

const headersBegin = "<|begin_of_text|>"

func readHeaders(prompt string) (script, bool) {
	begun := strings.TrimPrefix(strings.TrimSpace(prompt), headersBegin)
	for _, h := range []headers{
		{open: "<|start_header_id|>", close: "<|end_header_id|>"},
		{open: "<|header_start|>", close: "<|header_end|>"},
	} {
		if strings.HasPrefix(strings.TrimSpace(begun), h.open) {
			return h.read(begun), true
		}
	}
	// A text that only begins as the template does is the user's.
	s := plain(withoutEnds(begun))
	return s, len(begun) < len(strings.TrimSpace(prompt))
}

func (h headers) read(prompt string) (s script) {
	s.turns = make([]neutral.Turn, 0, strings.Count(prompt, h.open))
	for turn := range strings.SplitSeq(prompt, h.open) {
		role, text, ok := strings.Cut(turn, h.close)
		if !ok {
			role, text = string(neutral.User), turn
		}
		text = withoutEnds(text)
		switch strings.TrimSpace(role) {
		case "system":
			s.tell(text)
		case string(neutral.Assistant):
			s.say(neutral.Assistant, text)
		default: // "ipython" and "tool" bring what a tool gave, which the user's side says
			s.say(neutral.User, text)
		}
	}
	return s
}

// withoutEnds takes off the marks by which turns end.
func withoutEnds(text string) string {
	return without(text, "<|eot_id|>", "<|eot|>", "<|eom_id|>", "<|eom|>", "<|end_of_text|>", headersBegin)
}

func (h headers) write(system string, turns []neutral.Turn) string {
	var b strings.Builder
	b.WriteString(headersBegin)
	say := func(role, text, end string) {
		// Every mark of the template, also those for tools and pictures, begins so.
		b.WriteString(h.open + role + h.close + "\n\n" + blunt(text, "<|") + end)
	}
	if system != "" {
		say("system", system, h.end)
	}
	last := turns[len(turns)-1]
	for _, t := range turns[:len(turns)-1] {
		say(string(t.Role), t.Text(), h.end)
	}
	if last.Role == neutral.User {
		say(string(neutral.User), last.Text(), h.end)
		last.Parts = nil
	}
	say(string(neutral.Assistant), last.Text(), "")
	return b.String()
}

func decodeLlama(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{MaxTokens: llamaMaxTokens, Temperature: new(llamaTemperature), TopP: new(llamaTopP)}
	f.Members([]string{Member}, "max_gen_len", "temperature", "top_p", "images")
	Read(f, a, &chat, template{read: readHeaders}, llama2())
	f.Integer("max_gen_len", jsonbody.Between(1, llamaTokenLimit), &chat.MaxTokens)
	f.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	f.Number("top_p", jsonbody.Between(0, 1), &chat.TopP)
	if images := f.List("images", jsonbody.Span{}); len(images) > 0 && f.Sound() {
		return neutral.Chat{}, form.Unsupported("pictures beside the prompt")
	}
	return chat, form.Refusal(f)
}

type llamaRequest struct {
	Prompt      string   `json:"prompt"`
	MaxGenLen   int      `json:"max_gen_len,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
}

func requestLlama(w *jsonbody.Writer, id string, c neutral.Chat) error {
	c, err := reach{family: "Meta Llama", dialogue: true, prefill: true, tokens: llamaTokenLimit, temperature: 1}.fit(c)
	if err != nil {
		return err
	}
	w.Value(llamaRequest{llamaTemplate(id).write(c.System, c.Turns), c.MaxTokens, c.Temperature, c.TopP})
	return nil
}

// llamaAnswer is the answer, llamaChunk a part of a stream of it, in which what is
// not known is null.
type llamaAnswer struct {
	Generation   string `json:"generation"`
	InputTokens  *int64 `json:"prompt_token_count,omitempty"`
	OutputTokens *int64 `json:"generation_token_count,omitempty"`
	StopReason   string `json:"stop_reason"`
}

type llamaChunk struct {
	Generation   string        `json:"generation"`
	InputTokens  *int64        `json:"prompt_token_count"`
	OutputTokens *int64        `json:"generation_token_count"`
	StopReason   *string       `json:"stop_reason"`
	Metrics      *form.Metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

func llamaCompletion() completion {
	return completion{
		family: "Meta Llama",
		whole:  func(p part) any { return llamaAnswer{p.text, p.in, p.out, stopOrLength(p.stop)} },
		chunks: func(p part) []any {
			c := llamaChunk{Generation: p.text, InputTokens: p.in, OutputTokens: p.out, Metrics: p.metrics()}
			if p.last {
				c.StopReason = new(stopOrLength(p.stop))
			} else {
				c.OutputTokens = nil
			}
			return []any{c}
		},
		read: func(a jsonbody.Reader) part {
			p := part{text: form.RequiredText(a, "generation"), in: form.Count(a, "prompt_token_count"), out: form.Count(a, "generation_token_count")}
			p.stop, p.last = ending(a.String("stop_reason"))
			return p
		},
	}
}
