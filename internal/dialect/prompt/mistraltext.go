package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// mistralModel is what Amazon documents for one of Mistral's models that take
// prompts: the defaults and the most tokens of an answer.
type mistralModel struct {
	tokens, tokenLimit int
	temperature, topP  float64
	topK               int
}

// mistralOf returns the numbers of a model; one that is not known has those of
// Mistral 7B.
func mistralOf(id string) mistralModel {
	switch {
	case strings.HasPrefix(id, "mistral.mistral-large"), strings.HasPrefix(id, "mistral.mistral-small"):
		return mistralModel{tokens: 8192, tokenLimit: 8192, temperature: 0.7, topP: 1}
	case strings.HasPrefix(id, "mistral.mixtral"):
		return mistralModel{tokens: 512, tokenLimit: 4096, temperature: 0.5, topP: 0.9, topK: 50}
	default:
		return mistralModel{tokens: 512, tokenLimit: 8192, temperature: 0.5, topP: 0.9, topK: 50}
	}
}

// The bounds that Amazon documents for all of them.
const (
	mistralTopK  = 200
	mistralStops = 10
)

// mistralText is the family of Mistral's models that take prompts. Mistral Large
// of February 2024 takes messages as well.
func mistralText() form.Spec {
	c := completion{
		family: "Mistral text",
		whole:  func(p part) any { return mistralAnswer{Outputs: []mistralOutput{{p.text, new(stopOrLength(p.stop))}}} },
		chunks: func(p part) []any {
			out := mistralOutput{Text: p.text}
			if p.last {
				out.StopReason = new(stopOrLength(p.stop))
			}
			return []any{mistralAnswer{[]mistralOutput{out}, p.metrics()}}
		},
		read: func(a jsonbody.Reader) (p part) {
			out := form.RequiredFirst(a, "outputs")
			p.text = form.RequiredText(out, "text")
			p.stop, p.last = ending(out.String("stop_reason"))
			return p
		},
	}
	return form.Spec{
		Name:    c.family,
		Pattern: "mistral.mistral-7b*, mistral.mixtral*, mistral.mistral-small-2402*, mistral.mistral-large-2402*",
		Prefixes: []string{
			"mistral.mistral-7b", "mistral.mixtral", "mistral.mistral-small-2402", "mistral.mistral-large-2402",
		},
		Asks: Member,
		Owns: func(o jsonbody.Object) bool {
			_, ok := readInst(o.String(Member))
			return ok
		},
		Chat: c.form(decodeMistralText, requestMistralText),
	}
}

type mistralAnswer struct {
	Outputs []mistralOutput `json:"outputs"`
	Metrics *form.Metrics   `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

type mistralOutput struct {
	Text       string  `json:"text"`
	StopReason *string `json:"stop_reason"`
}

func decodeMistralText(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	m := mistralOf(a.Model)
	chat := neutral.Chat{MaxTokens: m.tokens, Temperature: &m.temperature, TopP: &m.topP, TopK: m.topK}
	chat.TopKDefault = m.topK > 0 && !f.Has("top_k")
	f.Members([]string{Member}, "max_tokens", "stop", "temperature", "top_p", "top_k")
	Read(f, a, &chat, mistralInst())
	f.Integer("max_tokens", jsonbody.Between(1, float64(m.tokenLimit)), &chat.MaxTokens)
	f.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	f.Number("top_p", jsonbody.Between(0, 1), &chat.TopP)
	f.Integer("top_k", jsonbody.Between(1, mistralTopK), &chat.TopK)
	chat.Stop = form.ReadStops(f, "stop", mistralStops)
	return chat, form.Refusal(f)
}

// textRequest is what the bodies of Mistral text and DeepSeek R1 have in common.
type textRequest struct {
	Prompt      string   `json:"prompt"`
	MaxTokens   int      `json:"max_tokens,omitempty"`
	Stop        []string `json:"stop,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	TopK        int      `json:"top_k,omitempty"`
}

func requestMistralText(w *jsonbody.Writer, id string, c neutral.Chat) error {
	c, err := reach{
		family: "Mistral text", dialogue: true, prefill: true,
		tokens: mistralOf(id).tokenLimit, temperature: 1, topK: mistralTopK, stops: mistralStops,
	}.fit(c)
	if err != nil {
		return err
	}
	w.Value(textRequest{mistralInst().write(c.System, c.Turns), c.MaxTokens, c.Stop, c.Temperature, c.TopP, c.TopK})
	return nil
}
