package dialect

import (
	"airglow/internal/model"
)

// converseAnswer is an answer; the order of its members is the service's.
type converseAnswer struct {
	Output struct {
		Message *converseTurn `json:"message"`
	} `json:"output"`
	StopReason string         `json:"stopReason"`
	Usage      *converseUsage `json:"usage,omitempty"`
}

// converseUsage has the counts of caches under the names of Nova or of Converse.
type converseUsage struct {
	Input          int64 `json:"inputTokens"`
	Output         int64 `json:"outputTokens"`
	Total          int64 `json:"totalTokens"`
	NovaCacheRead  int64 `json:"cacheReadInputTokenCount,omitempty"`
	NovaCacheWrite int64 `json:"cacheWriteInputTokenCount,omitempty"`
	CacheRead      int64 `json:"cacheReadInputTokens,omitempty"`
	CacheWrite     int64 `json:"cacheWriteInputTokens,omitempty"`
}

func (d converse) encodeUsage(u model.Usage) *converseUsage {
	if !u.Known {
		return nil
	}
	usage := &converseUsage{Input: u.InputTokens, Output: u.OutputTokens,
		Total: u.InputTokens + u.OutputTokens + u.CacheReadTokens + u.CacheWriteTokens}
	if d.nova {
		usage.NovaCacheRead, usage.NovaCacheWrite = u.CacheReadTokens, u.CacheWriteTokens
	} else {
		usage.CacheRead, usage.CacheWrite = u.CacheReadTokens, u.CacheWriteTokens
	}
	return usage
}

func (u *converseUsage) usage() model.Usage {
	if u == nil {
		return model.Usage{}
	}
	return model.Usage{InputTokens: u.Input, OutputTokens: u.Output, Known: true,
		CacheReadTokens: u.CacheRead + u.NovaCacheRead, CacheWriteTokens: u.CacheWrite + u.NovaCacheWrite}
}

func converseStop(stop StopReason) string {
	switch stop {
	case StopLength:
		return "max_tokens"
	case StopSequence:
		return "stop_sequence"
	case StopFiltered, StopRefused:
		return "content_filtered"
	case StopTool:
		return "tool_use"
	default:
		return "end_turn"
	}
}

func converseStopOf(reason string) (StopReason, error) {
	switch reason {
	case "":
		return StopEnd, badAnswer("the answer has no stopReason")
	case "malformed_model_output", "malformed_tool_use":
		return StopEnd, badAnswer("the model's answer ended with %s", reason)
	case "max_tokens", "model_context_window_exceeded":
		return StopLength, nil
	case "stop_sequence":
		return StopSequence, nil
	case "content_filtered", "guardrail_intervened":
		return StopFiltered, nil
	case "refusal":
		return StopRefused, nil
	case "tool_use":
		return StopTool, nil
	default:
		return StopEnd, nil
	}
}

// encode writes an answer.
func (d converse) encode(r Result) ([]byte, error) {
	turn := &converseTurn{Role: Assistant, Content: []converseBlock{}}
	if r.Reasoning != "" {
		turn.Content = append(turn.Content, converseBlock{Thought: &converseThought{Text: &converseThoughtText{r.Reasoning, r.Signature}}})
	}
	if r.Text != "" {
		turn.Content = append(turn.Content, converseBlock{Text: &r.Text})
	}
	for i, use := range r.ToolUses {
		turn.Content = append(turn.Content, converseBlock{
			Use: &converseUse{ID: toolID("tooluse_"+r.ID, use.ID, i), Name: use.Name, Input: toolObject(use.Input)}})
	}
	a := converseAnswer{StopReason: converseStop(r.Stop), Usage: d.encodeUsage(r.Usage)}
	a.Output.Message = turn
	return encodeJSON(a)
}

// result reads an answer.
func (d converse) result(o object) (Result, error) {
	var a converseAnswer
	if err := remarshal(o, &a); err != nil {
		return Result{}, err
	}
	if a.Output.Message == nil {
		return Result{}, badAnswer("the answer has no output.message")
	}
	stop, err := converseStopOf(a.StopReason)
	if err != nil {
		return Result{}, err
	}
	r := Result{Stop: stop, Usage: a.Usage.usage()}
	for _, b := range a.Output.Message.Content {
		switch {
		case b.Text != nil:
			r.Text += *b.Text
		case b.Thought != nil && b.Thought.Text != nil:
			r.Reasoning += b.Thought.Text.Text
			r.Signature = b.Thought.Text.Signature
		case b.Use != nil:
			if jsonKind(b.Use.Input) != "JSONObject" {
				return Result{}, badAnswer("the input of tool %q is no JSON object", b.Use.Name)
			}
			r.ToolUses = append(r.ToolUses, ToolUse{ID: b.Use.ID, Name: b.Use.Name, Input: b.Use.Input})
		}
	}
	return r, nil
}
