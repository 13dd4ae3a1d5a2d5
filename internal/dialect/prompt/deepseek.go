package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The markers of DeepSeek R1; their bars and underscores are its own characters.
const (
	r1Begin     = "<｜begin▁of▁sentence｜>"
	r1End       = "<｜end▁of▁sentence｜>"
	r1User      = "<｜User｜>"
	r1Assistant = "<｜Assistant｜>"
	thinkOpen   = "<think>"
	thinkClose  = "</think>"
)

// The bounds that Amazon documents for DeepSeek R1. It documents no defaults.
const (
	r1TokenLimit = 32768
	r1Stops      = 10
)

// deepseekR1 is the family of DeepSeek R1, which thinks before it answers: its
// prompt ends with an opened thought, and its text is the rest of the thought, the
// mark that closes it, and the answer.
func deepseekR1() form.Spec {
	c := completion{
		family: "DeepSeek R1",
		whole:  func(p part) any { return r1Answer{Choices: []mistralOutput{{p.text, new(stopOrLength(p.stop))}}} },
		chunks: func(p part) []any {
			choice := mistralOutput{Text: p.text}
			if p.last {
				choice.StopReason = new(stopOrLength(p.stop))
			}
			return []any{r1Answer{[]mistralOutput{choice}, p.metrics()}}
		},
		read: func(a jsonbody.Reader) (p part) {
			choice := form.RequiredFirst(a, "choices")
			p.text = form.RequiredText(choice, "text")
			p.stop, p.last = ending(choice.String("stop_reason"))
			return p
		},
	}
	chat := c.form(decodeR1, requestR1)
	chat.Encode = func(w *jsonbody.Writer, r neutral.Result) error {
		r.Text = thoughtful(r)
		return c.encode(w, r)
	}
	chat.Result = func(in jsonbody.Reader) (neutral.Result, error) {
		r, err := c.result(in)
		r.Reasoning, r.Text = thought(r.Text)
		return r, err
	}
	chat.Writer = func(head neutral.Result) neutral.StreamEncoder {
		return &r1Writer{partWriter: partWriter{form: c, head: head}}
	}
	chat.Reader = func() neutral.StreamDecoder { return &r1Reader{parts: partReader{form: c}} }
	return form.Spec{
		Name:     c.family,
		Pattern:  "deepseek.r1*",
		Prefixes: []string{"deepseek.r1"},
		Asks:     Member,
		Owns: func(o jsonbody.Object) bool {
			_, _, ok := readR1(o.String(Member))
			return ok
		},
		Chat: chat,
	}
}

// r1Answer has the choices of Mistral's outputs.
type r1Answer struct {
	Choices []mistralOutput `json:"choices"`
	Metrics *form.Metrics   `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

// thoughtful is the text that R1 would have given. A thought that was cut off has
// no end.
func thoughtful(r neutral.Result) string {
	switch {
	case r.Reasoning == "":
		return r.Text
	case r.Text == "" && r.Stop == neutral.StopLength:
		return r.Reasoning
	default:
		return r.Reasoning + thoughtEnd + r.Text
	}
}

const thoughtEnd = "\n" + thinkClose + "\n\n"

// thought takes such a text apart. A text without the mark of a thought's end is
// an answer: nothing else in it tells.
func thought(text string) (reasoning, said string) {
	before, after, ok := strings.Cut(text, thinkClose)
	if !ok {
		return "", text
	}
	before = strings.TrimPrefix(strings.TrimSpace(before), thinkOpen)
	return strings.TrimSpace(before), strings.TrimLeft(after, "\n")
}

// readR1 takes the template off a prompt; open is what the assistant is left
// with to go on from, the thought included.
func readR1(prompt string) (s script, open string, ok bool) {
	rest := strings.TrimSpace(prompt)
	rest, begun := strings.CutPrefix(rest, r1Begin)
	if !begun && !strings.HasPrefix(rest, r1User) {
		return s, "", false
	}
	said, rest, more := strings.Cut(rest, r1User)
	if more {
		s.tell(r1Unmarked(said))
	} else {
		s.say(neutral.User, r1Unmarked(said)) // begun, and nobody speaks
	}
	for more {
		said, rest, more = strings.Cut(rest, r1User)
		question, answered, replied := strings.Cut(said, r1Assistant)
		s.say(neutral.User, r1Unmarked(question))
		if replied && !more {
			return s, answered, true
		}
		_, answered = thought(answered)
		s.say(neutral.Assistant, r1Unmarked(answered))
	}
	return s, "", true
}

func r1Unmarked(text string) string { return without(text, r1End, r1Begin, r1Assistant) }

// r1Prompt reads a prompt into a chat. An opened thought is how the prompt
// should end; one that is closed and empty forbids to think, as it does for the
// model.
func r1Prompt(f jsonbody.Reader, a form.Asked, chat *neutral.Chat) error {
	var left string
	Read(f, a, chat, template{read: func(prompt string) (script, bool) {
		s, open, ok := readR1(prompt)
		left = r1Unmarked(open)
		reasoning, said := thought(left)
		if reasoning == "" && strings.Contains(left, thinkClose) {
			chat.Reasoning = "none"
		}
		s.say(neutral.Assistant, strings.TrimPrefix(strings.TrimSpace(said), thinkOpen))
		return s, ok
	}})
	left, begun := strings.CutPrefix(strings.TrimSpace(left), thinkOpen)
	if begun && strings.Trim(strings.ReplaceAll(left, thinkClose, ""), " \n") != "" && chat.Reasoning == "" {
		return form.Unsupported("the beginning of a thought")
	}
	return nil
}

func decodeR1(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{}
	f.Members([]string{Member}, "max_tokens", "temperature", "top_p", "stop")
	if err := r1Prompt(f, a, &chat); err != nil {
		return neutral.Chat{}, err
	}
	f.Integer("max_tokens", jsonbody.Between(1, r1TokenLimit), &chat.MaxTokens)
	f.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	f.Number("top_p", jsonbody.Between(0, 1), &chat.TopP)
	chat.Stop = form.ReadStops(f, "stop", r1Stops)
	return chat, form.Refusal(f)
}

func requestR1(w *jsonbody.Writer, _ string, c neutral.Chat) error {
	c, err := reach{
		family: "DeepSeek R1", dialogue: true, prefill: true,
		tokens: r1TokenLimit, temperature: 1, stops: r1Stops,
	}.fit(c)
	if err != nil {
		return err
	}
	w.Value(textRequest{Prompt: writeR1(c), MaxTokens: c.MaxTokens, Stop: c.Stop, Temperature: c.Temperature, TopP: c.TopP})
	return nil
}

// writeR1 opens a thought, unless thinking is forbidden, or the answer has begun
// and is past it.
func writeR1(c neutral.Chat) string {
	clean := func(text string) string { return blunt(text, "<｜", thinkOpen, thinkClose) }
	var b strings.Builder
	b.WriteString(r1Begin + clean(c.System))
	last := len(c.Turns) - 1
	for i, t := range c.Turns {
		switch {
		case t.Role == neutral.User:
			b.WriteString(r1User + clean(t.Text()))
		case i < last:
			b.WriteString(r1Assistant + clean(t.Text()) + r1End)
		}
	}
	b.WriteString(r1Assistant)
	begun := c.Turns[last].Role == neutral.Assistant
	switch {
	case c.Reasoning == "none":
		b.WriteString(thinkOpen + "\n\n" + thinkClose + "\n\n")
	case !begun:
		b.WriteString(thinkOpen + "\n")
	}
	if begun {
		b.WriteString(clean(c.Turns[last].Text()))
	}
	return b.String()
}

// r1Writer puts thoughts before the text.
type r1Writer struct {
	partWriter
	thinking, answered bool
}

// Piece implements StreamEncoder.
func (w *r1Writer) Piece(p neutral.Piece) ([][]byte, error) {
	switch {
	case p.Reasoning != "" && !w.answered:
		w.thinking = true
		p.Text = p.Reasoning
	case p.Text != "" && w.thinking:
		w.thinking, w.answered = false, true
		p.Text = thoughtEnd + p.Text
	case p.Text != "":
		w.answered = true
	}
	return w.partWriter.Piece(p)
}

// End implements StreamEncoder.
func (w *r1Writer) End(r neutral.Result) ([][]byte, error) {
	var before [][]byte
	if w.thinking && r.Stop != neutral.StopLength { // a thought and nothing said
		var err error
		if before, err = w.partWriter.Piece(neutral.Piece{Text: thoughtEnd}); err != nil {
			return nil, err
		}
	}
	after, err := w.partWriter.End(r)
	return append(before, after...), err
}

// r1Reader tells thoughts from the text. As only the mark of its end says that a
// text was a thought, nothing is passed on before that or the end of the stream.
type r1Reader struct {
	parts partReader
	held  strings.Builder
	// told is true once what was held is passed on; within is true until the answer
	// has its first character.
	told, within bool
}

// Piece implements StreamDecoder.
func (r *r1Reader) Piece(chunk []byte) ([]neutral.Piece, error) {
	pieces, err := r.parts.Piece(chunk)
	if err != nil {
		return nil, err
	}
	var text string
	for _, p := range pieces {
		text += p.Text
	}
	if r.told {
		return r.say(nil, text), nil
	}
	seen := max(0, r.held.Len()-len(thinkClose))
	r.held.WriteString(text)
	r.within = strings.Contains(r.held.String()[seen:], thinkClose)
	if !r.within && !r.parts.got.last {
		return nil, nil
	}
	r.told = true
	reasoning, said := thought(r.held.String())
	if reasoning != "" {
		return r.say([]neutral.Piece{{Reasoning: reasoning}}, said), nil
	}
	return r.say(nil, said), nil
}

// say adds a piece of the answer, without the blank line behind the thought.
func (r *r1Reader) say(pieces []neutral.Piece, text string) []neutral.Piece {
	if r.within {
		text = strings.TrimLeft(text, "\n")
	}
	if text == "" {
		return pieces
	}
	r.within = false
	return append(pieces, neutral.Piece{Text: text})
}

// End implements StreamDecoder.
func (r *r1Reader) End() (neutral.Result, error) {
	result, err := r.parts.End()
	result.Reasoning, result.Text = thought(result.Text)
	return result, err
}
