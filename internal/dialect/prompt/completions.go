package prompt

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// Completions is OpenAI's older API, which goes on from a text as it stands. The
// servers of other models have it, too.
func Completions() form.Spec {
	c := completion{
		family: "OpenAI completions",
		whole:  func(p part) any { return openAICompletion{Choices: []openAIStretch{{p.text, form.OpenAIEnd(p.stop)}}} },
		read:   readCompletion,
	}
	chat := c.form(nil, requestCompletion)
	chat.Raw = true
	chat.Reader = func() neutral.StreamDecoder { return &completionReader{partReader{form: c}} }
	return form.Spec{Name: c.family, Form: "openai-completions", Chat: chat}
}

type openAICompletion struct {
	Choices []openAIStretch `json:"choices"`
}

type openAIStretch struct {
	Text   string `json:"text"`
	Reason string `json:"finish_reason"`
}

// requestCompletion writes a request. The seed is one for all samplers that have one.
func requestCompletion(w *jsonbody.Writer, modelID string, c neutral.Chat) error {
	if !c.Raw {
		return form.CannotSay("OpenAI completions", "turns")
	}
	s := form.SamplingOf(c, form.Sampling{})
	w.Begin('{')
	form.OptionalText(w, "model", modelID)
	w.Name("prompt").Text(c.Turns[0].Text())
	form.OptionalInteger(w, "max_tokens", s.MaxTokens)
	form.OptionalNumber(w, "temperature", s.Temperature)
	form.OptionalNumber(w, "top_p", s.TopP)
	form.OptionalTexts(w, "stop", c.Stop)
	if c.Seed != nil {
		w.Name("seed").Integer(*c.Seed)
	}
	w.End('}')
	return nil
}

// readCompletion reads a whole answer or a chunk, of which the last may have the usage
// alone.
func readCompletion(a jsonbody.Reader) (p part) {
	p.id = a.String("id")
	if u := form.OpenAITokens(a); u.Known {
		p.in, p.out = new(u.InputTokens+u.CacheReadTokens), &u.OutputTokens
	}
	if a.Len("choices") == 0 && p.in != nil {
		return p
	}
	choice := form.RequiredFirst(a, "choices")
	p.text = choice.String("text")
	p.stop, p.sequence, p.last = form.OpenAIStop(choice)
	return p
}

// completionReader reads a stream, whose end and whose failures are told as those of
// chats are.
type completionReader struct{ partReader }

// Piece implements StreamDecoder.
func (r *completionReader) Piece(chunk []byte) ([]neutral.Piece, error) {
	if string(chunk) == "[DONE]" {
		return nil, nil
	}
	a, err := form.ReadChunk(chunk)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if fault, ok := a.Inner("error"); ok {
		return nil, &model.Error{Kind: model.ModelFailed, Service: model.Bedrock, Message: fault.String("message")}
	}
	return r.partReader.Piece(chunk)
}
