package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The defaults that Amazon documents for Titan text.
const (
	titanMaxTokens   = 512
	titanTemperature = 0.7
	titanTopP        = 0.9
)

// titanTokenLimit returns the most tokens that Amazon documents for an answer of a
// model; one that is not known has the most of the family.
func titanTokenLimit(id string) int {
	switch {
	case strings.HasPrefix(id, "amazon.titan-text-lite"):
		return 4096
	case strings.HasPrefix(id, "amazon.titan-text-premier"):
		return 3072
	default:
		return 8192
	}
}

// Titan is the family of Amazon's Titan text models.
func Titan() form.Spec {
	c := completion{family: "Amazon Titan text", whole: titanWhole, chunks: titanChunks, read: readTitan}
	return form.Spec{
		Name:     c.family,
		Pattern:  "amazon.titan-text*",
		Prefixes: []string{"amazon.titan-text"},
		Asks:     "inputText",
		Owns:     func(o jsonbody.Object) bool { return o.Has("inputText") },
		Chat:     c.form(decodeTitan, requestTitan),
	}
}

func decodeTitan(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{MaxTokens: titanMaxTokens, Temperature: new(titanTemperature), TopP: new(titanTopP)}
	f.Members([]string{"inputText"}, "textGenerationConfig")
	if text := f.Text("inputText", jsonbody.From(1)); text != "" {
		chat.Turns, chat.Raw = titanTurns(text), a.Raw
		if a.Raw {
			chat.Turns = plain(text).turns
		}
	}
	if c, ok := f.Inner("textGenerationConfig"); ok {
		c.Members(nil, "maxTokenCount", "temperature", "topP", "stopSequences")
		c.Integer("maxTokenCount", jsonbody.Between(1, float64(titanTokenLimit(a.Model))), &chat.MaxTokens)
		c.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
		// Amazon documents topP as above 0; the walkthroughs send 0, which means the
		// same as the smallest value, so it is let through.
		c.Number("topP", jsonbody.Between(0, 1), &chat.TopP)
		chat.Stop = form.ReadStops(c, "stopSequences", 0)
	}
	return chat, form.Refusal(f)
}

// titanTurns reads the conversation form that Amazon documents, lines that
// start with "User:" and "Bot:", the last of them a "Bot:" that is empty or the
// beginning of the answer. Any other text is one turn of the user.
func titanTurns(text string) []neutral.Turn {
	whole := plain(text).turns
	role, rest := titanMark(text)
	if role != neutral.User {
		return whole
	}
	turns := make([]neutral.Turn, 0, 1+strings.Count(text, "\n"+userLine)+strings.Count(text, "\n"+botLine))
	for role != "" {
		if n := len(turns); n > 0 && turns[n-1].Role == role {
			return whole
		}
		before, next, after := titanNext(rest)
		turns = append(turns, neutral.Turn{Role: role, Parts: []neutral.Part{{Text: strings.TrimSpace(before)}}})
		role, rest = next, after
	}
	last := len(turns) - 1
	switch {
	case turns[last].Role != neutral.Assistant:
		return whole
	case turns[last].Text() == "":
		return turns[:last]
	default:
		return turns
	}
}

// The marks of the conversation form.
const (
	userLine = "User:"
	botLine  = "Bot:"
)

// titanMark returns who speaks in a line and from there on, "" where the line goes
// on with the one before.
func titanMark(text string) (neutral.Role, string) {
	if said, ok := strings.CutPrefix(text, userLine); ok {
		return neutral.User, said
	}
	if said, ok := strings.CutPrefix(text, botLine); ok {
		return neutral.Assistant, said
	}
	return "", text
}

// titanNext cuts a text at the next line with a mark and returns whose it is, or
// all of the text and "".
func titanNext(text string) (before string, whose neutral.Role, after string) {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return text, "", ""
		}
		at += next
		if role, after := titanMark(text[at+1:]); role != "" {
			return text[:at], role, after
		}
	}
}

type titanRequest struct {
	Text   string      `json:"inputText"`
	Config titanConfig `json:"textGenerationConfig"`
}

type titanConfig struct {
	MaxTokens   int      `json:"maxTokenCount,omitempty"`
	Stop        []string `json:"stopSequences,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"topP,omitempty"`
}

func requestTitan(w *jsonbody.Writer, id string, c neutral.Chat) error {
	c, err := reach{
		family: "Amazon Titan text", dialogue: true, prefill: true,
		tokens: titanTokenLimit(id), temperature: 1, stops: -1,
	}.fit(c)
	if err != nil {
		return err
	}
	w.Value(titanRequest{titanInput(c), titanConfig{c.MaxTokens, c.Stop, c.Temperature, c.TopP}})
	return nil
}

// titanInput writes one question as it stands, unless it looks like a
// conversation, and several turns as a conversation. The system prompt comes
// first in the first question, as Titan has no place for it.
func titanInput(c neutral.Chat) string {
	if len(c.Turns) == 1 && !strings.HasPrefix(together(c.System, c.Turns[0].Text()), userLine) {
		return single(c)
	}
	var b strings.Builder
	system := c.System
	for _, t := range c.Turns {
		mark, text := userLine, together(system, t.Text())
		if t.Role == neutral.Assistant {
			mark = botLine
		}
		b.WriteString(mark + " " + blunt(text, "\n"+userLine, "\n"+botLine) + "\n")
		system = ""
	}
	if c.Turns[len(c.Turns)-1].Role == neutral.User {
		return b.String() + botLine
	}
	return strings.TrimSuffix(b.String(), "\n")
}

type titanAnswer struct {
	InputTokens *int64        `json:"inputTextTokenCount,omitempty"`
	Results     []titanResult `json:"results"`
}

type titanResult struct {
	Tokens *int64 `json:"tokenCount,omitempty"`
	Text   string `json:"outputText"`
	Reason string `json:"completionReason"`
}

func titanWhole(p part) any {
	return titanAnswer{p.in, []titanResult{{p.out, p.text, titanReason(p.stop)}}}
}

type titanChunk struct {
	Text         string        `json:"outputText"`
	Index        int           `json:"index"`
	OutputTokens *int64        `json:"totalOutputTextTokenCount"`
	Reason       *string       `json:"completionReason"`
	InputTokens  *int64        `json:"inputTextTokenCount"`
	Metrics      *form.Metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

func titanChunks(p part) []any {
	c := titanChunk{Text: p.text, InputTokens: p.in, Metrics: p.metrics()}
	if p.last {
		c.OutputTokens, c.Reason = p.out, new(titanReason(p.stop))
	}
	return []any{c}
}

func titanReason(stop neutral.StopReason) string {
	switch stop {
	case neutral.StopLength:
		return "LENGTH"
	case neutral.StopSequence:
		return "STOP_CRITERIA_MET"
	case neutral.StopFiltered, neutral.StopRefused:
		return "CONTENT_FILTERED"
	default:
		return "FINISH"
	}
}

func readTitan(a jsonbody.Reader) (p part) {
	in := a
	if a.Get("outputText") != nil {
		p.out = form.Count(a, "totalOutputTextTokenCount")
	} else {
		in = form.RequiredFirst(a, "results")
		p.out = form.Count(in, "tokenCount")
	}
	p.text, p.in = form.RequiredText(in, "outputText"), form.Count(a, "inputTextTokenCount")
	reason := in.String("completionReason")
	p.stop, p.last = ending(reason)
	if reason == "STOP_CRITERIA_MET" {
		p.stop = neutral.StopSequence
	}
	return p
}
