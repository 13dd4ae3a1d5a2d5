package dialect

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"airglow/internal/model"
)

// The tags around the reasoning of gpt-oss.
const reasoningOpen, reasoningClose = "<reasoning>", "</reasoning>"

// openAIAnswer is an answer, and a chunk of one in a stream.
type openAIAnswer struct {
	ID      string         `json:"id"`
	Object  string         `json:"object"`
	Model   string         `json:"model,omitempty"`
	Choices []openAIChoice `json:"choices"`
	Usage   *openAIUsage   `json:"usage,omitempty"`
	// Metrics are at the end of a stream.
	Metrics *metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

// openAIChoice has one of Message and Delta, and one of FinishReason and
// StopReason.
type openAIChoice struct {
	Index        int            `json:"index"`
	Message      *openAIMessage `json:"message,omitempty"`
	Delta        *openAIMessage `json:"delta,omitempty"`
	FinishReason *string        `json:"finish_reason,omitempty"`
	StopReason   *string        `json:"stop_reason,omitempty"`
}

type openAIUsage struct {
	Prompt     int64          `json:"prompt_tokens"`
	Completion int64          `json:"completion_tokens"`
	Total      int64          `json:"total_tokens"`
	Details    *openAIDetails `json:"prompt_tokens_details,omitempty"`
}

type openAIDetails struct {
	Cached int64 `json:"cached_tokens"`
}

// encode writes an answer.
func (d openAI) encode(r Result) ([]byte, error) {
	m := &openAIMessage{Role: "assistant", Content: r.Text}
	switch {
	case r.Reasoning == "":
	case d.reasoning == inTags:
		m.Content = reasoningOpen + r.Reasoning + reasoningClose + r.Text
	case d.reasoning != nowhere:
		m.Reasoning = r.Reasoning
	}
	for i, use := range r.ToolUses {
		m.ToolCalls = append(m.ToolCalls, openAICall{ID: toolID("call_"+r.ID, use.ID, i), Type: "function",
			Function: openAIFunction{Name: use.Name, Arguments: string(toolObject(use.Input))}})
	}
	if m.Content == "" && m.ToolCalls != nil {
		m.Content = nil
	}
	return encodeJSON(openAIAnswer{
		ID: "chatcmpl-" + r.ID, Object: "chat.completion", Model: r.Model,
		Choices: []openAIChoice{d.choice(openAIChoice{Message: m}, &r.Stop)}, Usage: encodeUsage(r.Usage),
	})
}

// choice puts the reason for its end into a choice, if it has come to one.
func (d openAI) choice(c openAIChoice, stop *StopReason) openAIChoice {
	if stop == nil {
		return c
	}
	word := "stop"
	switch *stop {
	case StopLength:
		word = "length"
	case StopFiltered, StopRefused:
		word = "content_filter"
	case StopTool:
		word = "tool_calls"
	}
	if d.ends == "stop_reason" {
		c.StopReason = &word
	} else {
		c.FinishReason = &word
	}
	return c
}

// toolID returns the id of a tool's use, made up where the model gave none.
func toolID(prefix, id string, index int) string {
	if id != "" {
		return id
	}
	return prefix + "_" + strconv.Itoa(index)
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

func (u *openAIUsage) usage() model.Usage {
	if u == nil {
		return model.Usage{}
	}
	usage := model.Usage{InputTokens: u.Prompt, OutputTokens: u.Completion, Known: true}
	if u.Details != nil && u.Details.Cached <= u.Prompt {
		usage.CacheReadTokens = u.Details.Cached
		usage.InputTokens -= u.Details.Cached
	}
	return usage
}

// openAIReply is an answer or a chunk as it is read.
type openAIReply struct {
	ID      string             `json:"id"`
	Model   string             `json:"model"`
	Choices []openAIReplyEntry `json:"choices"`
	Usage   *openAIUsage       `json:"usage"`
	Metrics *metrics           `json:"amazon-bedrock-invocationMetrics"`
	Error   *openAIFault       `json:"error"`
}

type openAIFault struct {
	Message string `json:"message"`
}

type openAIReplyEntry struct {
	Index        int                `json:"index"`
	Message      openAIReplyMessage `json:"message"`
	Delta        openAIReplyMessage `json:"delta"`
	FinishReason string             `json:"finish_reason"`
	// StopReason is, of vLLM, the string or the number of the token that ended
	// the answer.
	StopReason any `json:"stop_reason"`
}

type openAIReplyMessage struct {
	Content json.RawMessage `json:"content"`
	// Servers agree on one of these names.
	ReasoningContent string       `json:"reasoning_content"`
	Reasoning        string       `json:"reasoning"`
	Refusal          string       `json:"refusal"`
	ToolCalls        []openAICall `json:"tool_calls"`
}

func (m openAIReplyMessage) thought() string {
	if m.ReasoningContent != "" {
		return m.ReasoningContent
	}
	return m.Reasoning
}

// said returns the text of a message, whose content may be a list of parts.
func (m openAIReplyMessage) said() (string, bool) {
	if len(m.Content) == 0 || isNull(m.Content) {
		return m.Refusal, true
	}
	if text, ok := readString(m.Content); ok {
		return text, true
	}
	var parts []struct {
		Text string `json:"text"`
	}
	if json.Unmarshal(m.Content, &parts) != nil {
		return "", false
	}
	var text strings.Builder
	for _, p := range parts {
		text.WriteString(p.Text)
	}
	return text.String(), true
}

// stop returns why an answer ended; ended is false while it goes on.
func (e openAIReplyEntry) stop() (stop StopReason, sequence string, ended bool) {
	word, sequence := e.FinishReason, ""
	reason, _ := e.StopReason.(string)
	if word == "" {
		word, reason = reason, ""
	}
	switch word {
	case "":
		return StopEnd, "", false
	case "length", "max_tokens", "model_length":
		return StopLength, "", true
	case "content_filter":
		return StopFiltered, "", true
	case "tool_calls", "function_call":
		return StopTool, "", true
	}
	if reason != "" && !slices.Contains([]string{"stop", "eos", "end_turn"}, reason) {
		return StopSequence, reason, true
	}
	return StopEnd, "", true
}

// splitter returns the reader of tags within the text of this form's answers.
func (d openAI) splitter() tags {
	switch d.reasoning {
	case inTags:
		return tags{open: reasoningOpen, close: reasoningClose}
	case inThought:
		return tags{open: "<think>", close: "</think>", trim: true}
	}
	return tags{}
}

// result reads an answer.
func (d openAI) result(o object) (Result, error) {
	var reply openAIReply
	if err := remarshal(o, &reply); err != nil {
		return Result{}, err
	}
	if len(reply.Choices) == 0 {
		return Result{}, badAnswer("the answer has no choices")
	}
	choice := reply.Choices[0]
	text, ok := choice.Message.said()
	stop, sequence, ended := choice.stop()
	if !ok || !ended {
		return Result{}, badAnswer("the answer's first choice has no text or no reason for its end")
	}
	r := Result{
		ID: strings.TrimPrefix(reply.ID, "chatcmpl-"), Model: reply.Model,
		Stop: stop, Sequence: sequence, Usage: reply.Usage.usage(),
	}
	d.split(&r, text, choice.Message.thought())
	if choice.Message.Refusal != "" {
		r.Stop = StopRefused
	}
	for i, call := range choice.Message.ToolCalls {
		input, ok := toolInput(call.Function.Arguments)
		if !ok {
			return Result{}, badAnswer("the arguments of tool %q are no JSON object", call.Function.Name)
		}
		r.ToolUses = append(r.ToolUses, ToolUse{ID: toolID("call", call.ID, i), Name: call.Function.Name, Input: input})
	}
	if r.ToolUses != nil && r.Stop == StopEnd {
		r.Stop = StopTool // some servers say "stop" here
	}
	return r, nil
}

// split puts text and reasoning into a result.
func (d openAI) split(r *Result, text, reasoning string) {
	t := d.splitter()
	r.Reasoning, r.Text = t.feed(text)
	more, rest := t.end()
	r.Reasoning = reasoning + r.Reasoning + more
	r.Text += rest
}
