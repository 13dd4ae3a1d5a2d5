package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The markers of Anthropic's text completions.
const (
	humanMark     = "\n\nHuman:"
	assistantMark = "\n\nAssistant:"
)

// The defaults and bounds that Amazon documents for text completions.
const (
	claudeTextTokenLimit = 4096
	claudeTextTopK       = 250
	claudeTextTopKLimit  = 500
)

// anthropicText is the family of Anthropic's text completions, which Claude 2 and
// Claude Instant take beside messages.
func anthropicText() form.Spec {
	c := completion{
		family: "Anthropic text",
		whole: func(p part) any {
			reason, stop := claudeTextStop(p)
			return claudeTextAnswer{p.text, &reason, stop, nil}
		},
		chunks: func(p part) []any {
			a := claudeTextAnswer{Completion: p.text, Metrics: p.metrics()}
			if p.last {
				reason, stop := claudeTextStop(p)
				a.StopReason, a.Stop = &reason, stop
			}
			return []any{a}
		},
		read: readClaudeText,
	}
	return form.Spec{
		Name:     c.family,
		Pattern:  "anthropic.claude-v2*, anthropic.claude-instant*",
		Prefixes: []string{"anthropic.claude-v2", "anthropic.claude-instant"},
		Asks:     Member,
		Owns:     func(o jsonbody.Object) bool { return o.Has("max_tokens_to_sample") },
		Chat:     c.form(decodeClaudeText, requestClaudeText),
	}
}

type claudeTextAnswer struct {
	Completion string        `json:"completion"`
	StopReason *string       `json:"stop_reason"`
	Stop       *string       `json:"stop"`
	Metrics    *form.Metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

// claudeTextStop gives both members that say why the text ended. The models end
// by the mark of the next question, which the service reports as a stop sequence.
// A refusal is not among the documented reasons; it has the word of messages, as
// an answer that is kept back must not look whole.
func claudeTextStop(p part) (reason string, stop *string) {
	switch p.stop {
	case neutral.StopLength:
		return "max_tokens", nil
	case neutral.StopSequence:
		return "stop_sequence", &p.sequence
	case neutral.StopFiltered, neutral.StopRefused:
		return "refusal", nil
	default:
		return "stop_sequence", new(humanMark)
	}
}

func readClaudeText(a jsonbody.Reader) part {
	p := part{text: form.RequiredText(a, "completion")}
	p.stop, p.last = ending(a.String("stop_reason"))
	if at := a.String("stop"); p.stop == neutral.StopEnd && at != "" && at != humanMark {
		p.stop, p.sequence = neutral.StopSequence, at
	}
	return p
}

// claudePrompt is the template: an optional system prompt, then the two marks in
// turn.
func claudePrompt() template { return template{read: readHuman, write: writeHuman} }

func readHuman(prompt string) (s script, ok bool) {
	// The service takes a prompt without the blank line before its first mark, too.
	if bare := strings.TrimLeft(prompt, " \n"); strings.HasPrefix(bare, humanMark[2:]) || strings.HasPrefix(bare, assistantMark[2:]) {
		prompt = "\n\n" + bare
	}
	before, role, rest := nextMark(prompt)
	if role == neutral.User {
		s.tell(before)
	} else {
		s.say(neutral.User, before)
	}
	ok = role != ""
	for speaker := role; speaker != ""; speaker = role {
		before, role, rest = nextMark(rest)
		s.say(speaker, before)
	}
	return s, ok
}

// nextMark cuts a text at its next mark and returns whose it is, or all of the
// text and "".
func nextMark(text string) (before string, whose neutral.Role, after string) {
	for at := 0; ; at++ {
		next := strings.Index(text[at:], humanMark[:2])
		if next < 0 {
			return text, "", ""
		}
		at += next
		if after, ok := strings.CutPrefix(text[at:], humanMark); ok {
			return text[:at], neutral.User, after
		}
		if after, ok := strings.CutPrefix(text[at:], assistantMark); ok {
			return text[:at], neutral.Assistant, after
		}
	}
}

func writeHuman(system string, turns []neutral.Turn) string {
	clean := func(text string) string { return blunt(text, humanMark, assistantMark) }
	var b strings.Builder
	b.WriteString(clean(system))
	if strings.HasPrefix(system, humanMark[2:]) || strings.HasPrefix(system, assistantMark[2:]) {
		b.Reset() // a mark at the very beginning needs no blank line
		b.WriteString(blunt(system, humanMark[2:], assistantMark[2:]))
	}
	for _, t := range turns {
		if t.Role == neutral.User {
			b.WriteString(humanMark + " " + clean(t.Text()))
		} else {
			b.WriteString(assistantMark + " " + clean(t.Text()))
		}
	}
	if turns[len(turns)-1].Role == neutral.User {
		b.WriteString(assistantMark)
	}
	return b.String()
}

func decodeClaudeText(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{Temperature: new(1.0), TopP: new(1.0), TopK: claudeTextTopK, TopKDefault: !f.Has("top_k")}
	f.Members([]string{Member, "max_tokens_to_sample"},
		"anthropic_version", "temperature", "top_p", "top_k", "stop_sequences")
	Read(f, a, &chat, claudePrompt())
	f.Integer("max_tokens_to_sample", jsonbody.From(1), &chat.MaxTokens)
	f.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	f.Number("top_p", jsonbody.Between(0, 1), &chat.TopP)
	f.Integer("top_k", jsonbody.Between(0, claudeTextTopKLimit), &chat.TopK)
	chat.Stop = form.ReadStops(f, "stop_sequences", 0)
	return chat, form.Refusal(f)
}

type claudeTextRequest struct {
	Prompt      string   `json:"prompt"`
	MaxTokens   int      `json:"max_tokens_to_sample"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	TopK        int      `json:"top_k,omitempty"`
	Stop        []string `json:"stop_sequences,omitempty"`
}

func requestClaudeText(w *jsonbody.Writer, _ string, c neutral.Chat) error {
	c, err := reach{
		family: "Anthropic text", dialogue: true, prefill: true,
		tokens: claudeTextTokenLimit, temperature: 1, topK: claudeTextTopKLimit, stops: -1,
	}.fit(c)
	if err != nil {
		return err
	}
	if c.MaxTokens == 0 {
		c.MaxTokens = claudeTextTokenLimit // the member is required
	}
	w.Value(claudeTextRequest{claudePrompt().write(c.System, c.Turns), c.MaxTokens, c.Temperature, c.TopP, c.TopK, c.Stop})
	return nil
}
