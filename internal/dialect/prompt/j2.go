package prompt

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The defaults and bounds that AI21 documents for Jurassic-2.
const (
	j2MaxTokens   = 200
	j2TokenLimit  = 8191
	j2Temperature = 0.7
)

// jurassic2 is the family of AI21's Jurassic-2 models, which complete a text and
// know neither turns nor streams.
func jurassic2() form.Spec {
	c := completion{
		family: "AI21 Jurassic-2",
		whole: func(p part) any {
			var done j2Completion
			done.Data.Text, done.FinishReason.Reason = p.text, j2Reason(p.stop)
			return j2Answer{ID: p.id, Completions: []j2Completion{done}}
		},
		read: func(a jsonbody.Reader) (p part) {
			p.id = j2ID(a)
			done := form.RequiredFirst(a, "completions")
			p.text = form.RequiredText(form.RequiredInner(done, "data"), "text")
			switch reason := form.RequiredInner(done, "finishReason").String("reason"); reason {
			case "stop":
				p.stop = neutral.StopSequence
			default:
				p.stop, _ = ending(reason)
			}
			return p
		},
	}
	return form.Spec{
		Name:     c.family,
		Pattern:  "ai21.j2*",
		Prefixes: []string{"ai21.j2"},
		Asks:     Member,
		Owns:     func(o jsonbody.Object) bool { return o.Has(Member) && o.Has("maxTokens") },
		Chat:     c.form(decodeJ2, requestJ2),
	}
}

// j2Answer leaves out the prompt and its tokens, which the service repeats.
type j2Answer struct {
	ID          string         `json:"id"`
	Completions []j2Completion `json:"completions"`
}

type j2Completion struct {
	Data struct {
		Text string `json:"text"`
	} `json:"data"`
	FinishReason struct {
		Reason string `json:"reason"`
	} `json:"finishReason"`
}

// j2Reason says "stop" for a stop sequence alone.
func j2Reason(stop neutral.StopReason) string {
	switch stop {
	case neutral.StopLength:
		return "length"
	case neutral.StopSequence:
		return "stop"
	default:
		return "endoftext"
	}
}

// j2ID is a number in some of the service's answers.
func j2ID(a jsonbody.Reader) string {
	if id, ok := jsonbody.Text(a.Get("id")); ok {
		return id
	}
	return string(a.Get("id"))
}

// j2Penalties lower the odds of words that were said before.
func j2Penalties() []string {
	return []string{"countPenalty", "presencePenalty", "frequencyPenalty"}
}

func decodeJ2(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{MaxTokens: j2MaxTokens, Temperature: new(j2Temperature), TopP: new(1.0)}
	results, least := 1, 0
	f.Members([]string{Member}, append(j2Penalties(),
		"maxTokens", "temperature", "topP", "stopSequences", "numResults", "minTokens")...)
	Read(f, a, &chat)
	f.Integer("maxTokens", jsonbody.Between(1, j2TokenLimit), &chat.MaxTokens)
	f.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	f.Number("topP", jsonbody.Between(0, 1), &chat.TopP)
	chat.Stop = form.ReadStops(f, "stopSequences", 0)
	f.Integer("numResults", jsonbody.Between(1, 16), &results)
	f.Integer("minTokens", jsonbody.Span{}, &least)
	var penalty float64
	for _, key := range j2Penalties() {
		p, ok := f.Inner(key)
		if !ok {
			continue
		}
		p.Members(nil, "scale", "applyToWhitespaces", "applyToPunctuations", "applyToNumbers", "applyToStopwords", "applyToEmojis")
		scale := new(0.0)
		p.Number("scale", jsonbody.Span{}, &scale)
		penalty += *scale
	}
	switch {
	case !f.Sound():
		return neutral.Chat{}, form.Refusal(f)
	case results > 1:
		return neutral.Chat{}, form.Unsupported("more than one answer (numResults)")
	case least > 0:
		return neutral.Chat{}, form.Unsupported("a least length of the answer (minTokens)")
	case penalty > 0:
		return neutral.Chat{}, form.Unsupported("penalties for words that were said before")
	}
	return chat, nil
}

type j2Request struct {
	Prompt      string   `json:"prompt"`
	MaxTokens   int      `json:"maxTokens,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"topP,omitempty"`
	Stop        []string `json:"stopSequences,omitempty"`
}

func requestJ2(w *jsonbody.Writer, _ string, c neutral.Chat) error {
	c, err := reach{family: "AI21 Jurassic-2", tokens: j2TokenLimit, temperature: 1, stops: -1}.fit(c)
	if err != nil {
		return err
	}
	w.Value(j2Request{single(c), c.MaxTokens, c.Temperature, c.TopP, c.Stop})
	return nil
}
