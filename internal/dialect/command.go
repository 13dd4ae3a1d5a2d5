package dialect

import (
	"crypto/sha256"
	"fmt"
	"strings"
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
func command() Family {
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
	return Family{
		name:     c.family,
		pattern:  "cohere.command-text*, cohere.command-light*",
		prefixes: []string{"cohere.command-text", "cohere.command-light"},
		asks:     promptAt,
		owns: func(o object) bool {
			return o.has(promptAt) && (o.has("p") || o.has("k") || o.has("return_likelihoods") || o.has("num_generations"))
		},
		chat: c.form(decodeCommand, requestCommand),
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
	Metrics  *metrics       `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

func commandWhole(p part) *commandAnswer {
	id := cohereID(p.id)
	return &commandAnswer{ID: id, Generations: []commandGeneration{{cohereReason(p.stop), cohereID(id + "/0"), p.all}}}
}

// readCommand reads a whole answer, a chunk, and the whole answer that is the only
// chunk of a stream whose request has not asked for more.
func readCommand(a *answer) (p part) {
	if a.o.has("is_finished") {
		p.text = a.word("text")
		if response := a; a.o.has("response") {
			response = a.object("response")
			p.id = response.word("id")
		}
		p.stop, p.last = cohereEnding(a, a.word("finish_reason"))
		return p
	}
	g := a.first("generations")
	p.id, p.text = a.word("id"), g.text("text")
	p.stop, p.last = cohereEnding(g, g.word("finish_reason"))
	return p
}

// cohereReason is why an answer ended in Cohere's words.
func cohereReason(stop StopReason) string {
	switch stop {
	case StopLength:
		return "MAX_TOKENS"
	case StopFiltered, StopRefused:
		return "ERROR_TOXIC"
	default:
		return "COMPLETE"
	}
}

// cohereEnding reads it. What is documented in lower case comes in upper case.
func cohereEnding(a *answer, reason string) (StopReason, bool) {
	switch strings.ToUpper(reason) {
	case "ERROR", "USER_CANCEL":
		if *a.fault == nil {
			*a.fault = badAnswer("the model ended its answer with %s", reason)
		}
		return StopEnd, true
	case "ERROR_LIMIT":
		return StopLength, true
	default:
		return ending(reason)
	}
}

// cohereID is an answer's id as Cohere writes them: itself if it looks like a
// UUID, else a UUID made of it, so that equal answers have equal bytes.
func cohereID(id string) string {
	if len(id) == 36 && strings.Count(id, "-") == 4 && strings.Trim(id, "0123456789abcdef-") == "" {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8, of one's own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// cohereSampling reads what both of Cohere's families have.
func cohereSampling(f *fields, chat *Chat, hottest float64, p span) {
	var k float64 // documented as a float
	f.integer("max_tokens", span{1, commandTokenLimit}, &chat.MaxTokens)
	f.number("temperature", span{0, hottest}, chat.Temperature)
	f.number("p", p, chat.TopP)
	f.number("k", span{0, commandTopKLimit}, &k)
	chat.TopK = int(k)
}

func decodeCommand(_ string, o object) (Chat, error) {
	chat := Chat{MaxTokens: commandMaxTokens, Temperature: new(commandTemperature), TopP: new(commandTopP)}
	generations, likelihoods, ignored, stream := 1, "NONE", "", false
	f := readFields(o, []string{promptAt}, "max_tokens", "temperature", "p", "k", "stop_sequences",
		"num_generations", "return_likelihoods", "logit_bias", "truncate", "stream")
	f.readPrompt(&chat)
	cohereSampling(f, &chat, commandHottest, span{0, 1})
	f.stops("stop_sequences", commandStops, &chat)
	f.integer("num_generations", span{1, 5}, &generations)
	f.choice("return_likelihoods", []string{"GENERATION", "ALL", "NONE"}, &likelihoods)
	// A stand-in fails where the prompt is too long, whatever side may be cut off.
	f.choice("truncate", []string{"NONE", "START", "END"}, &ignored)
	f.boolean("stream", &stream)
	bias, _ := readObject(o["logit_bias"])
	switch {
	case f.violations != nil:
		return Chat{}, f.err()
	case generations > 1:
		return Chat{}, unsupported("more than one answer (num_generations)")
	case likelihoods != "NONE":
		return Chat{}, unsupported("the likelihood of each token (return_likelihoods)")
	case len(bias) > 0:
		return Chat{}, unsupported("odds of single tokens (logit_bias)")
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

func requestCommand(_ string, c Chat) ([]byte, error) {
	c, err := reach{
		family: "Cohere Command", tokens: commandTokenLimit, temperature: commandHottest,
		topK: commandTopKLimit, stops: commandStops,
	}.fit(c)
	if err != nil {
		return nil, err
	}
	return encodeJSON(commandRequest{single(c), c.MaxTokens, c.Temperature, c.TopP, c.TopK, c.Stop})
}
