package dialect

import (
	"encoding/json"
	"strings"

	"airglow/internal/model"
)

// The prefixes of ids: Bedrock's, and that of Anthropic's own API.
const (
	claudeBedrockID = "msg_bdrk_"
	claudeID        = "msg_"
)

// claudeAnswer is the response body; the order of its members is the
// service's.
type claudeAnswer struct {
	ID           string        `json:"id"`
	Type         string        `json:"type"`
	Role         Role          `json:"role"`
	Model        string        `json:"model"`
	Content      []claudePart  `json:"content"`
	StopReason   *string       `json:"stop_reason"`
	StopSequence *string       `json:"stop_sequence"`
	Usage        *claudeTokens `json:"usage,omitempty"`
}

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

func (t *claudeTokens) usage() model.Usage {
	if t == nil {
		return model.Usage{}
	}
	return model.Usage{InputTokens: t.Input, OutputTokens: t.Output, CacheReadTokens: t.CacheRead, CacheWriteTokens: t.CacheWrite, Known: true}
}

// id returns the id of an answer as the form has it.
func (d claudeForm) id(r Result) string {
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
func claudeStop(r Result) (reason string, sequence *string) {
	switch r.Stop {
	case StopLength:
		return "max_tokens", nil
	case StopSequence:
		return "stop_sequence", &r.Sequence
	case StopFiltered, StopRefused:
		return "refusal", nil
	case StopTool:
		return "tool_use", nil
	default:
		return "end_turn", nil
	}
}

func claudeStopOf(reason string) StopReason {
	switch reason {
	case "max_tokens", "model_context_window_exceeded":
		return StopLength
	case "stop_sequence":
		return StopSequence
	case "refusal":
		return StopRefused
	case "tool_use":
		return StopTool
	default:
		return StopEnd
	}
}

// encode writes an answer. One without text has no content block, as with a real
// refusal.
func (d claudeForm) encode(r Result) ([]byte, error) {
	a := claudeAnswer{
		ID: d.id(r), Type: "message", Role: Assistant, Model: r.Model,
		Content: []claudePart{}, Usage: claudeTokensOf(r.Usage),
	}
	if r.Reasoning != "" {
		a.Content = append(a.Content, claudePart{Type: "thinking", Thinking: &r.Reasoning, Signature: r.Signature})
	}
	if r.Text != "" {
		a.Content = append(a.Content, claudePart{Type: "text", Text: r.Text})
	}
	for i, use := range r.ToolUses {
		a.Content = append(a.Content, claudePart{Type: "tool_use", ID: d.toolID(r.ID, use.ID, i), Name: use.Name, Input: toolObject(use.Input)})
	}
	reason, sequence := claudeStop(r)
	a.StopReason, a.StopSequence = &reason, sequence
	return encodeJSON(a)
}

func (d claudeForm) toolID(answer, id string, index int) string {
	if d.wire {
		return toolID("toolu_"+answer, id, index)
	}
	return toolID("toolu_bdrk_"+answer, id, index)
}

// toolObject returns a tool's input, which may be silent.
func toolObject(input json.RawMessage) json.RawMessage {
	if len(input) == 0 {
		return json.RawMessage("{}")
	}
	return input
}

// result reads an answer.
func (d claudeForm) result(o object) (Result, error) {
	var a claudeAnswer
	if err := remarshal(o, &a); err != nil {
		return Result{}, err
	}
	if a.Content == nil || a.StopReason == nil {
		return Result{}, badAnswer("the answer has no content or no stop_reason")
	}
	r := Result{ID: claudeOwnID(a.ID), Model: a.Model, Stop: claudeStopOf(*a.StopReason), Usage: a.Usage.usage()}
	if a.StopSequence != nil {
		r.Sequence = *a.StopSequence
	}
	for _, part := range a.Content {
		switch part.Type {
		case "text":
			r.Text += part.Text
		case "thinking":
			if part.Thinking != nil {
				r.Reasoning += *part.Thinking
			}
			r.Signature = part.Signature
		case "tool_use":
			if jsonKind(part.Input) != "JSONObject" {
				return Result{}, badAnswer("the input of tool %q is no JSON object", part.Name)
			}
			r.ToolUses = append(r.ToolUses, ToolUse{ID: part.ID, Name: part.Name, Input: part.Input})
		}
	}
	return r, nil
}
