package messages

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

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

// readConverseUsage reads the usage of an answer or of an event.
func readConverseUsage(a jsonbody.Reader) model.Usage {
	u, ok := a.Inner("usage")
	if !ok {
		return model.Usage{}
	}
	return model.Usage{
		InputTokens: form.Tokens(u, "inputTokens"), OutputTokens: form.Tokens(u, "outputTokens"), Known: true,
		CacheReadTokens:  form.Tokens(u, "cacheReadInputTokens") + form.Tokens(u, "cacheReadInputTokenCount"),
		CacheWriteTokens: form.Tokens(u, "cacheWriteInputTokens") + form.Tokens(u, "cacheWriteInputTokenCount"),
	}
}

func converseStop(stop neutral.StopReason) string {
	switch stop {
	case neutral.StopLength:
		return "max_tokens"
	case neutral.StopSequence:
		return "stop_sequence"
	case neutral.StopFiltered, neutral.StopRefused:
		return "content_filtered"
	case neutral.StopTool:
		return "tool_use"
	default:
		return "end_turn"
	}
}

func converseStopOf(reason string) (neutral.StopReason, error) {
	switch reason {
	case "":
		return neutral.StopEnd, form.BadAnswer("the answer has no stopReason")
	case "malformed_model_output", "malformed_tool_use":
		return neutral.StopEnd, form.BadAnswer("the model's answer ended with %s", reason)
	case "max_tokens", "model_context_window_exceeded":
		return neutral.StopLength, nil
	case "stop_sequence":
		return neutral.StopSequence, nil
	case "content_filtered", "guardrail_intervened":
		return neutral.StopFiltered, nil
	case "refusal":
		return neutral.StopRefused, nil
	case "tool_use":
		return neutral.StopTool, nil
	default:
		return neutral.StopEnd, nil
	}
}

// encode writes an answer; the order of its members is the service's.
func (d converse) encode(w *jsonbody.Writer, r neutral.Result) error {
	w.Begin('{')
	w.Name("output").Begin('{')
	w.Name("message").Begin('{')
	w.Name("role").Text(string(neutral.Assistant))
	w.Name("content").Begin('[')
	if r.Reasoning != "" {
		w.Value(converseBlock{Thought: &converseThought{Text: &converseThoughtText{r.Reasoning, r.Signature}}})
	}
	if r.Text != "" {
		w.Begin('{')
		w.Name("text").Text(r.Text)
		w.End('}')
	}
	for i, use := range r.ToolUses {
		w.Value(converseBlock{Use: &converseUse{ID: toolID("tooluse_"+r.ID, use.ID, i), Name: use.Name, Input: form.ObjectOr(use.Input, "{}")}})
	}
	w.End(']')
	w.End('}')
	w.End('}')
	w.Name("stopReason").Text(converseStop(r.Stop))
	if usage := d.encodeUsage(r.Usage); usage != nil {
		w.Name("usage").Value(usage)
	}
	w.End('}')
	return nil
}

// result reads an answer.
func (d converse) result(a jsonbody.Reader) (neutral.Result, error) {
	message := form.RequiredInner(form.RequiredInner(a, "output"), "message")
	stop, err := converseStopOf(a.String("stopReason"))
	a.Fail(err)
	r := neutral.Result{Stop: stop, Usage: readConverseUsage(a)}
	for _, b := range message.Each("content") {
		switch {
		case b.Has("text"):
			r.Text += b.String("text")
		case b.Has("reasoningContent"):
			thought := form.RequiredInner(b, "reasoningContent")
			if text, ok := thought.Inner("reasoningText"); ok {
				r.Reasoning += text.String("text")
				r.Signature = text.String("signature")
			}
		case b.Has("toolUse"):
			use := form.RequiredInner(b, "toolUse")
			use.Required("input")
			r.ToolUses = append(r.ToolUses, neutral.ToolUse{ID: use.String("toolUseId"), Name: use.String("name"), Input: use.Copy("input")})
		}
	}
	if err := form.Broken(a); err != nil {
		return neutral.Result{}, err
	}
	return r, nil
}
