package dialect

import "strings"

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
func mistralText() Family {
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
		read: func(a *answer) (p part) {
			out := a.first("outputs")
			p.text = out.text("text")
			p.stop, p.last = ending(out.word("stop_reason"))
			return p
		},
	}
	return Family{
		name:    c.family,
		pattern: "mistral.mistral-7b*, mistral.mixtral*, mistral.mistral-small-2402*, mistral.mistral-large-2402*",
		prefixes: []string{
			"mistral.mistral-7b", "mistral.mixtral", "mistral.mistral-small-2402", "mistral.mistral-large-2402",
		},
		asks: promptAt,
		owns: func(o object) bool {
			prompt, _ := readString(o[promptAt])
			_, ok := readInst(prompt)
			return ok
		},
		chat: c.form(decodeMistralText, requestMistralText),
	}
}

type mistralAnswer struct {
	Outputs []mistralOutput `json:"outputs"`
	Metrics *metrics        `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

type mistralOutput struct {
	Text       string  `json:"text"`
	StopReason *string `json:"stop_reason"`
}

func decodeMistralText(id string, o object) (Chat, error) {
	m := mistralOf(id)
	chat := Chat{MaxTokens: m.tokens, Temperature: &m.temperature, TopP: &m.topP, TopK: m.topK}
	f := readFields(o, []string{promptAt}, "max_tokens", "stop", "temperature", "top_p", "top_k")
	f.readPrompt(&chat, mistralInst())
	f.integer("max_tokens", span{1, float64(m.tokenLimit)}, &chat.MaxTokens)
	f.number("temperature", span{0, 1}, chat.Temperature)
	f.number("top_p", span{0, 1}, chat.TopP)
	f.integer("top_k", span{1, mistralTopK}, &chat.TopK)
	f.stops("stop", mistralStops, &chat)
	return chat, f.err()
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

func requestMistralText(id string, c Chat) ([]byte, error) {
	c, err := reach{
		family: "Mistral text", dialogue: true, prefill: true,
		tokens: mistralOf(id).tokenLimit, temperature: 1, topK: mistralTopK, stops: mistralStops,
	}.fit(c)
	if err != nil {
		return nil, err
	}
	return encodeJSON(textRequest{mistralInst().write(c.System, c.Turns), c.MaxTokens, c.Stop, c.Temperature, c.TopP, c.TopK})
}
