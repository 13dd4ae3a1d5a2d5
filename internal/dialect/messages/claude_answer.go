package messages

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// The prefixes of ids: Bedrock's, and that of Anthropic's own API.
const (
	claudeBedrockID = "msg_bdrk_"
	claudeID        = "msg_"
)

type claudeTokens struct {
	Input      int64 `json:"input_tokens"`
	CacheWrite int64 `json:"cache_creation_input_tokens,omitempty"`
	CacheRead  int64 `json:"cache_read_input_tokens,omitempty"`
	Output     int64 `json:"output_tokens"`
}

func claudeTokensOf(u model.Usage) *claudeTokens {
	if !u.Known {
		return nil
	}
	return &claudeTokens{Input: u.InputTokens, CacheWrite: u.CacheWriteTokens, CacheRead: u.CacheReadTokens, Output: u.OutputTokens}
}

// id returns the id of an answer as the form has it.
func (d claudeForm) id(r neutral.Result) string {
	if d.wire {
		return claudeID + r.ID
	}
	return claudeBedrockID + r.ID
}

// claudeOwnID takes the prefix off again.
func claudeOwnID(id string) string {
	return strings.TrimPrefix(strings.TrimPrefix(id, claudeBedrockID), claudeID)
}

// claudeStop returns stop_reason and stop_sequence.
func claudeStop(r neutral.Result) (reason string, sequence *string) {
	switch r.Stop {
	case neutral.StopLength:
		return "max_tokens", nil
	case neutral.StopSequence:
		return "stop_sequence", &r.Sequence
	case neutral.StopFiltered, neutral.StopRefused:
		return "refusal", nil
	case neutral.StopTool:
		return "tool_use", nil
	default:
		return "end_turn", nil
	}
}

func claudeStopOf(reason string) neutral.StopReason {
	switch reason {
	case "max_tokens", "model_context_window_exceeded":
		return neutral.StopLength
	case "stop_sequence":
		return neutral.StopSequence
	case "refusal":
		return neutral.StopRefused
	case "tool_use":
		return neutral.StopTool
	default:
		return neutral.StopEnd
	}
}

// encode writes an answer; the order of its members is the service's. One without
// text has no content block, as with a real refusal.
func (d claudeForm) encode(w *jsonbody.Writer, r neutral.Result) error {
	w.Begin('{')
	w.Name("id").Text(d.id(r))
	w.Name("type").Text("message")
	w.Name("role").Text(string(neutral.Assistant))
	w.Name("model").Text(r.Model)
	w.Name("content").Begin('[')
	if r.Reasoning != "" {
		w.Begin('{')
		writeClaudeThought(w, r.Reasoning, r.Signature)
		w.End('}')
	}
	if r.Text != "" {
		writeClaudePart(w, neutral.Part{Text: r.Text}, 0)
	}
	for i, use := range r.ToolUses {
		w.Begin('{')
		writeClaudeUse(w, d.toolID(r.ID, use.ID, i), use)
		w.End('}')
	}
	w.End(']')
	reason, sequence := claudeStop(r)
	w.Name("stop_reason").Text(reason)
	if w.Name("stop_sequence"); sequence == nil {
		w.Null()
	} else {
		w.Text(*sequence)
	}
	if r.Usage.Known {
		writeClaudeTokens(w, r.Usage)
	}
	w.End('}')
	return nil
}

func writeClaudeTokens(w *jsonbody.Writer, u model.Usage) {
	w.Name("usage").Begin('{')
	w.Name("input_tokens").Integer(u.InputTokens)
	form.OptionalInteger(w, "cache_creation_input_tokens", int(u.CacheWriteTokens))
	form.OptionalInteger(w, "cache_read_input_tokens", int(u.CacheReadTokens))
	w.Name("output_tokens").Integer(u.OutputTokens)
	w.End('}')
}

func (d claudeForm) toolID(answer, id string, index int) string {
	if d.wire {
		return toolID("toolu_"+answer, id, index)
	}
	return toolID("toolu_bdrk_"+answer, id, index)
}

// result reads an answer.
func (d claudeForm) result(a jsonbody.Reader) (neutral.Result, error) {
	a.Required("content", "stop_reason")
	r := neutral.Result{
		ID: claudeOwnID(a.String("id")), Model: a.String("model"),
		Stop: claudeStopOf(a.String("stop_reason")), Sequence: a.String("stop_sequence"), Usage: claudeUsage(a),
	}
	for _, part := range a.Each("content") {
		switch part.String("type") {
		case "text":
			r.Text += part.String("text")
		case "thinking":
			r.Reasoning += part.String("thinking")
			r.Signature = part.String("signature")
		case "tool_use":
			part.Required("input")
			r.ToolUses = append(r.ToolUses, neutral.ToolUse{ID: part.String("id"), Name: part.String("name"), Input: part.Copy("input")})
		}
	}
	if err := form.Broken(a); err != nil {
		return neutral.Result{}, err
	}
	return r, nil
}

// claudeUsage reads the usage of an answer or of an event.
func claudeUsage(a jsonbody.Reader) model.Usage {
	u, ok := a.Inner("usage")
	if !ok {
		return model.Usage{}
	}
	return model.Usage{InputTokens: form.Tokens(u, "input_tokens"), OutputTokens: form.Tokens(u, "output_tokens"),
		CacheReadTokens: form.Tokens(u, "cache_read_input_tokens"), CacheWriteTokens: form.Tokens(u, "cache_creation_input_tokens"), Known: true}
}
