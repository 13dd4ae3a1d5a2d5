package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The defaults and bounds that Amazon documents for Cohere's Command.
const (
	commandMaxTokens   = 20
	commandTokenLimit  = 4096
	commandTemperature = 0.9
	commandHottest     = 5
	commandTopP        = 0.75
	commandTopKLimit   = 500
	commandStops       = 4
)

// command is the family of Cohere's Command and Command Light, which take a
// prompt. Their successors take turns: see commandR.
func command() form.Spec {
	c := completion{
		family: "Cohere Command",
		whole:  func(p part) any { return commandWhole(p) },
		chunks: func(p part) []any {
			chunk := commandChunk{Text: p.text, Metrics: p.metrics()}
			if p.last {
				chunk.Finished, chunk.Reason, chunk.Response = true, cohereReason(p.stop), commandWhole(p)
			}
			return []any{chunk}
		},
		read: readCommand,
	}
	return form.Spec{
		Name:     c.family,
		Pattern:  "cohere.command-text*, cohere.command-light*",
		Prefixes: []string{"cohere.command-text", "cohere.command-light"},
		Asks:     Member,
		Owns: func(o jsonbody.Object) bool {
			return o.Has(Member) && (o.Has("p") || o.Has("k") || o.Has("return_likelihoods") || o.Has("num_generations"))
		},
		Chat: c.form(decodeCommand, requestCommand),
	}
}

// commandAnswer leaves out the prompt, which the service repeats.
type commandAnswer struct {
	Generations []commandGeneration `json:"generations"`
	ID          string              `json:"id"`
}

type commandGeneration struct {
	Reason string `json:"finish_reason"`
	ID     string `json:"id"`
	Text   string `json:"text"`
}

type commandChunk struct {
	Text     string         `json:"text,omitempty"`
	Finished bool           `json:"is_finished"`
	Reason   string         `json:"finish_reason,omitempty"`
	Response *commandAnswer `json:"response,omitempty"`
	Metrics  *form.Metrics  `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

func commandWhole(p part) *commandAnswer {
	id := form.CohereID(p.id)
	return &commandAnswer{ID: id, Generations: []commandGeneration{{cohereReason(p.stop), form.CohereID(id + "/0"), p.all}}}
}

// readCommand reads a whole answer, a chunk, and the whole answer that is the only
// chunk of a stream whose request has not asked for more.
func readCommand(a jsonbody.Reader) (p part) {
	if a.Has("is_finished") {
		p.text = a.String("text")
		if response, ok := a.Inner("response"); ok {
			p.id = response.String("id")
		}
		p.stop, p.last = cohereEnding(a, a.String("finish_reason"))
		return p
	}
	g := form.RequiredFirst(a, "generations")
	p.id, p.text = a.String("id"), form.RequiredText(g, "text")
	p.stop, p.last = cohereEnding(g, g.String("finish_reason"))
	return p
}

// cohereReason is why an answer ended in Cohere's words.
func cohereReason(stop neutral.StopReason) string {
	switch stop {
	case neutral.StopLength:
		return "MAX_TOKENS"
	case neutral.StopFiltered, neutral.StopRefused:
		return "ERROR_TOXIC"
	default:
		return "COMPLETE"
	}
}

// cohereEnding reads it. What is documented in lower case comes in upper case.
func cohereEnding(a jsonbody.Reader, reason string) (neutral.StopReason, bool) {
	switch strings.ToUpper(reason) {
	case "ERROR", "USER_CANCEL":
		a.Fail(form.BadAnswer("the model ended its answer with %s", reason))
		return neutral.StopEnd, true
	case "ERROR_LIMIT":
		return neutral.StopLength, true
	default:
		return ending(reason)
	}
}

// cohereSampling reads what both of Cohere's families have.
func cohereSampling(f jsonbody.Reader, chat *neutral.Chat, hottest float64, p jsonbody.Span) {
	k := new(0.0) // documented as a float
	f.Integer("max_tokens", jsonbody.Between(1, commandTokenLimit), &chat.MaxTokens)
	f.Number("temperature", jsonbody.Between(0, hottest), &chat.Temperature)
	f.Number("p", p, &chat.TopP)
	f.Number("k", jsonbody.Between(0, commandTopKLimit), &k)
	chat.TopK = int(*k)
}

func decodeCommand(a form.Asked, f jsonbody.Reader) (neutral.Chat, error) {
	chat := neutral.Chat{MaxTokens: commandMaxTokens, Temperature: new(commandTemperature), TopP: new(commandTopP)}
	generations, likelihoods, ignored, stream := 1, "NONE", "", false
	f.Members([]string{Member}, "max_tokens", "temperature", "p", "k", "stop_sequences",
		"num_generations", "return_likelihoods", "logit_bias", "truncate", "stream")
	Read(f, a, &chat)
	cohereSampling(f, &chat, commandHottest, jsonbody.Between(0, 1))
	chat.Stop = form.ReadStops(f, "stop_sequences", commandStops)
	f.Integer("num_generations", jsonbody.Between(1, 5), &generations)
	f.Choice("return_likelihoods", []string{"GENERATION", "ALL", "NONE"}, &likelihoods)
	// A stand-in fails where the prompt is too long, whatever side may be cut off.
	f.Choice("truncate", []string{"NONE", "START", "END"}, &ignored)
	f.Boolean("stream", &stream)
	bias, _ := f.Inner("logit_bias")
	switch {
	case !f.Sound():
		return neutral.Chat{}, form.Refusal(f)
	case generations > 1:
		return neutral.Chat{}, form.Unsupported("more than one answer (num_generations)")
	case likelihoods != "NONE":
		return neutral.Chat{}, form.Unsupported("the likelihood of each token (return_likelihoods)")
	case len(bias.Object) > 0:
		return neutral.Chat{}, form.Unsupported("odds of single tokens (logit_bias)")
	}
	return chat, nil
}

type commandRequest struct {
	Prompt      string   `json:"prompt"`
	MaxTokens   int      `json:"max_tokens,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"p,omitempty"`
	TopK        int      `json:"k,omitempty"`
	Stop        []string `json:"stop_sequences,omitempty"`
}

func requestCommand(w *jsonbody.Writer, _ string, c neutral.Chat) error {
	c, err := reach{
		family: "Cohere Command", tokens: commandTokenLimit, temperature: commandHottest,
		topK: commandTopKLimit, stops: commandStops,
	}.fit(c)
	if err != nil {
		return err
	}
	w.Value(commandRequest{single(c), c.MaxTokens, c.Temperature, c.TopP, c.TopK, c.Stop})
	return nil
}
