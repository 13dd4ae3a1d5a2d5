package builtin

import (
	"context"
	"sort"
	"strings"
	"unicode/utf8"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
	"airglow/internal/builtin/sentiment"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// noName is the answer when a text holds no name of the kind asked for.
const noName = "The text names none."

const (
	abilities = "It can summarise a text to a length, pull key phrases or names out of it, answer a question from it, put it into categories, judge its sentiment and tell its language"
	elsewhere = "for other requests, map the model to provider bedrock or another provider in the model map of the configuration"
)

// answer does what the chat asks for, or says why it cannot.
func (p *Provider) answer(ctx context.Context, enc *encoder.Encoder, chat neutral.Chat) (string, error) {
	if what := beyondText(chat); what != "" {
		return "", unsupported(model.Bedrock, "the built-in model does not know %s: it reads text and answers with text. %s; %s", what, abilities, elsewhere)
	}
	asked := readPrompt(chat)
	in := asked.intent()
	if err := refusal(asked, in); err != nil {
		return "", err
	}
	switch in.task {
	case judgeSentiment:
		if err := p.mustBeEnglish(model.Bedrock, asked.text); err != nil {
			return "", err
		}
		scores, err := (&sentiment.Judge{Encoder: enc, Head: p.head}).Judge(ctx, asked.text)
		return prose.Clip(feeling(scores, in.classes), in.limit), err
	case tellLanguage:
		return p.tellLanguage(asked.text, in.code)
	}
	m := material{text: asked.text}
	if in.task == answerQuestion {
		m.stems = prose.Stems(in.question)
	}
	d, err := read(ctx, enc, m)
	if err != nil {
		return "", err
	}
	if in.task == classify {
		return p.classify(ctx, choice{document: d, classes: in.classes, encoder: enc})
	}
	return d.perform(ctx, enc, in)
}

// beyondText names what in a chat is neither text nor a setting that the model may
// pass over; it is empty where nothing is.
func beyondText(chat neutral.Chat) string {
	switch {
	case len(chat.Tools) > 0:
		return "tools"
	case len(chat.Schema) > 0:
		return "JSON schemas"
	case chat.Reasoning != "" && chat.Reasoning != "none":
		return "extended thinking"
	}
	for _, turn := range chat.Turns {
		for _, part := range turn.Parts {
			switch {
			case part.Image != nil:
				return "images"
			case part.ToolUse != nil || part.ToolResult != nil:
				return "tools"
			}
		}
	}
	return ""
}

// refusal returns the error for what the model cannot do, nil when it can.
func refusal(asked prompt, in intent) error {
	switch {
	case in.task == intoLanguage:
		return unsupported(model.Bedrock, "the built-in model cannot translate. %s; %s", abilities, elsewhere)
	case in.task == chooseOfOne:
		return unsupported(model.Bedrock, "the built-in model found one class only to put the text into: list at least two to choose from, in words such as \"Classify this text as billing, shipping or other: …\"")
	case in.task == compose:
		return unsupported(model.Bedrock, "the built-in model cannot write or rewrite text: it only picks from the text it is given. %s; %s", abilities, elsewhere)
	case len(prose.Sentences(asked.text)) == 0, in.task == answerQuestion && !in.refers && prose.Count(asked.text) < shortText:
		return unsupported(model.Bedrock, "the built-in model works only on text given in the prompt and cannot answer open questions. %s; %s", abilities, elsewhere)
	case in.task == unclear:
		return unsupported(model.Bedrock, "the built-in model found no instruction it can follow in the prompt. %s, in words such as \"Summarize the following text in 200 characters or less.\"; %s", abilities, elsewhere)
	}
	return nil
}

// perform does one task on a text that was read.
func (d *document) perform(ctx context.Context, enc *encoder.Encoder, in intent) (string, error) {
	switch in.task {
	case summarise:
		return d.summarise(in), nil
	case keyPhrases:
		want := in.items
		if want == 0 {
			want = max(in.sentences, defaultPhrases)
		}
		list, err := d.phrases(ctx, enc, want)
		return writeList(list, in), err
	case names:
		list, err := d.names(ctx, enc, in.kind)
		if len(list) == 0 {
			return noName, err
		}
		if in.one {
			list = list[:1]
		}
		return writeList(list, in), err
	case categorise:
		return d.categorise(ctx, enc, in)
	default:
		return d.answer(ctx, enc, in)
	}
}

// writeList writes a list on one line, or one item a line, within the limit.
func writeList(list []string, in intent) string {
	if in.items > 0 && len(list) > in.items {
		list = list[:in.items]
	}
	before, between := "", ", "
	if in.bullets {
		before, between = "- ", "\n- "
	}
	for n := len(list); n > 0; n-- {
		if text := before + strings.Join(list[:n], between); in.limit.Holds(text) {
			return text
		}
	}
	return prose.Clip(strings.Join(list, ", "), in.limit)
}

// reply gives an answer the end that the chat's limits put to it, and counts
// tokens.
func reply(enc *encoder.Encoder, chat neutral.Chat, answer string) neutral.Result {
	r := neutral.Result{Model: TextModel, Text: answer}
	if chat.MaxTokens > 0 {
		r.Text = firstTokens(enc, answer, chat.MaxTokens)
	}
	if r.Text != answer {
		r.Stop = neutral.StopLength
	}
	if at, sequence := firstStop(r.Text, chat.Stop); at >= 0 {
		r.Text, r.Stop, r.Sequence = r.Text[:at], neutral.StopSequence, sequence
	}
	r.Usage = model.Usage{InputTokens: int64(countChat(enc, chat)), OutputTokens: int64(enc.Count(r.Text)), Known: true}
	return r
}

func countChat(enc *encoder.Encoder, chat neutral.Chat) int {
	n := enc.Count(chat.System)
	for _, turn := range chat.Turns {
		n += enc.Count(turn.Text())
	}
	return n
}

// firstTokens returns the longest start of a text that has at most n tokens
// and ends with a word.
func firstTokens(enc *encoder.Encoder, text string, n int) string {
	if enc.Count(text) <= n {
		return text
	}
	var ends []int
	for _, f := range prose.Words(text) {
		ends = append(ends, f.End)
	}
	fit := sort.Search(len(ends), func(i int) bool { return enc.Count(text[:ends[i]]) > n })
	if fit > 0 {
		return text[:ends[fit-1]]
	}
	// Not one whole word: as many characters as fit.
	for i := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); enc.Count(text[:i+size]) > n {
			return text[:i]
		}
	}
	return text
}

// firstStop returns where the first stop sequence occurs, -1 for nowhere.
func firstStop(text string, stops []string) (int, string) {
	first, which := -1, ""
	for _, s := range stops {
		if at := strings.Index(text, s); at >= 0 && (first < 0 || at < first) {
			first, which = at, s
		}
	}
	return first, which
}
