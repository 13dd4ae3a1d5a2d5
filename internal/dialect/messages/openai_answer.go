package messages

import (
	"strconv"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// The tags around the reasoning of gpt-oss.
const reasoningOpen, reasoningClose = "<reasoning>", "</reasoning>"

// encode writes an answer; the order of its members is the service's.
func (d openAI) encode(w *jsonbody.Writer, r neutral.Result) error {
	w.Begin('{')
	w.Name("id").Text("chatcmpl-" + r.ID)
	w.Name("object").Text("chat.completion")
	form.OptionalText(w, "model", r.Model)
	w.Name("choices").Begin('[')
	w.Begin('{')
	w.Name("index").Integer(0)
	w.Name("message").Begin('{')
	w.Name("role").Text("assistant")
	d.writeSaid(w, r)
	w.End('}')
	w.Name(d.ends).Text(form.OpenAIEnd(r.Stop))
	w.End('}')
	w.End(']')
	if usage := encodeUsage(r.Usage); usage != nil {
		w.Name("usage").Value(usage)
	}
	w.End('}')
	return nil
}

// writeSaid writes the members of a message that say something.
func (d openAI) writeSaid(w *jsonbody.Writer, r neutral.Result) {
	text := r.Text
	if r.Reasoning != "" && d.reasoning == inTags {
		text = reasoningOpen + r.Reasoning + reasoningClose + text
	}
	if w.Name("content"); text == "" && len(r.ToolUses) > 0 {
		w.Null()
	} else {
		w.Text(text)
	}
	if d.reasoning != inTags && d.reasoning != nowhere {
		form.OptionalText(w, "reasoning_content", r.Reasoning)
	}
	if len(r.ToolUses) == 0 {
		return
	}
	w.Name("tool_calls").Begin('[')
	for i, use := range r.ToolUses {
		writeOpenAIUse(w, toolID("call_"+r.ID, use.ID, i), use)
	}
	w.End(']')
}

// toolID returns the id of a tool's use, made up where the model gave none.
func toolID(prefix, id string, index int) string {
	if id != "" {
		return id
	}
	return prefix + "_" + strconv.Itoa(index)
}

// openAIUsage is a usage as it is written.
type openAIUsage struct {
	Prompt     int64          `json:"prompt_tokens"`
	Completion int64          `json:"completion_tokens"`
	Total      int64          `json:"total_tokens"`
	Details    *openAIDetails `json:"prompt_tokens_details,omitempty"`
}

type openAIDetails struct {
	Cached int64 `json:"cached_tokens"`
}

func encodeUsage(u model.Usage) *openAIUsage {
	if !u.Known {
		return nil
	}
	in := u.InputTokens + u.CacheReadTokens + u.CacheWriteTokens
	usage := &openAIUsage{Prompt: in, Completion: u.OutputTokens, Total: in + u.OutputTokens}
	if u.CacheReadTokens > 0 {
		usage.Details = &openAIDetails{Cached: u.CacheReadTokens}
	}
	return usage
}

// openAIThought returns the reasoning of a message. Servers agree on one of the
// names.
func openAIThought(m jsonbody.Reader) string {
	if thought := m.String("reasoning_content"); thought != "" {
		return thought
	}
	return m.String("reasoning")
}

// openAISaid returns the text of a message, whose content may be a list of parts.
func openAISaid(m jsonbody.Reader) string {
	if !m.Has("content") {
		return m.String("refusal")
	}
	if text, ok := m.Quoted(m.Get("content")); ok {
		return text
	}
	var text strings.Builder
	for _, p := range m.Each("content") {
		text.WriteString(p.String("text"))
	}
	return text.String()
}

// splitter returns the reader of tags within the text of this form's answers.
func (d openAI) splitter() form.Tags {
	switch d.reasoning {
	case inTags:
		return form.Tags{Open: reasoningOpen, Close: reasoningClose}
	case inThought:
		return form.Tags{Open: "<think>", Close: "</think>", Trim: true}
	}
	return form.Tags{}
}

// result reads an answer.
func (d openAI) result(a jsonbody.Reader) (neutral.Result, error) {
	choice := form.RequiredFirst(a, "choices")
	message := form.RequiredInner(choice, "message")
	stop, sequence, ended := form.OpenAIStop(choice)
	if !ended {
		a.Fail(form.BadAnswer("the answer's first choice has no reason for its end"))
	}
	r := neutral.Result{
		ID: strings.TrimPrefix(a.String("id"), "chatcmpl-"), Model: a.String("model"),
		Stop: stop, Sequence: sequence, Usage: form.OpenAITokens(a),
	}
	d.split(&r, openAISaid(message), openAIThought(message))
	if message.String("refusal") != "" {
		r.Stop = neutral.StopRefused
	}
	r.ToolUses = openAIUses(message)
	if r.ToolUses != nil && r.Stop == neutral.StopEnd {
		r.Stop = neutral.StopTool // some servers say "stop" here
	}
	if err := form.Broken(a); err != nil {
		return neutral.Result{}, err
	}
	return r, nil
}

// openAIUses reads the tools that a message asks for.
func openAIUses(message jsonbody.Reader) (uses []neutral.ToolUse) {
	for i, call := range message.Each("tool_calls") {
		f, _ := call.Inner("function")
		name := f.String("name")
		input, ok := form.ToolInput(f.String("arguments"))
		if !ok {
			f.Fail(form.BadAnswer("the arguments of tool %q are no JSON object", name))
		}
		uses = append(uses, neutral.ToolUse{ID: toolID("call", call.String("id"), i), Name: name, Input: input})
	}
	return uses
}

// split puts text and reasoning into a result.
func (d openAI) split(r *neutral.Result, text, reasoning string) {
	t := d.splitter()
	r.Reasoning, r.Text = t.Feed(text)
	more, rest := t.End()
	r.Reasoning = reasoning + r.Reasoning + more
	r.Text += rest
}
