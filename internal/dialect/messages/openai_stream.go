package messages

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// openAIChunk is a chunk as it is written.
type openAIChunk struct {
	ID      string         `json:"id"`
	Object  string         `json:"object"`
	Model   string         `json:"model,omitempty"`
	Choices []openAIChoice `json:"choices"`
	Usage   *openAIUsage   `json:"usage,omitempty"`
	// Metrics are at the end of a stream.
	Metrics *form.Metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

// openAIChoice has one of FinishReason and StopReason at its end.
type openAIChoice struct {
	Index        int           `json:"index"`
	Delta        openAIMessage `json:"delta"`
	FinishReason *string       `json:"finish_reason,omitempty"`
	StopReason   *string       `json:"stop_reason,omitempty"`
}

// openAIMessage is what a chunk adds to a message. Content is a string or nil.
type openAIMessage struct {
	Role      string       `json:"role,omitempty"`
	Content   any          `json:"content"`
	Reasoning string       `json:"reasoning_content,omitempty"`
	ToolCalls []openAICall `json:"tool_calls,omitempty"`
}

// openAICall is a part of a tool's use.
type openAICall struct {
	Index    *int           `json:"index,omitempty"`
	ID       string         `json:"id,omitempty"`
	Type     string         `json:"type,omitempty"`
	Function openAIFunction `json:"function"`
}

type openAIFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

// openAIWriter writes the chunks of an answer.
type openAIWriter struct {
	form openAI
	head neutral.Result
	// begun is true once the role is told, inTags within the tags of reasoning.
	begun, inTags bool
}

func (w *openAIWriter) chunk(m openAIMessage, stop *neutral.StopReason) openAIChunk {
	choice := openAIChoice{Delta: m}
	switch {
	case stop == nil:
	case w.form.ends == "stop_reason":
		choice.StopReason = new(form.OpenAIEnd(*stop))
	default:
		choice.FinishReason = new(form.OpenAIEnd(*stop))
	}
	return openAIChunk{
		ID: "chatcmpl-" + w.head.ID, Object: "chat.completion.chunk", Model: w.head.Model, Choices: []openAIChoice{choice},
	}
}

// begin returns the chunk that tells who speaks, the first time.
func (w *openAIWriter) begin() []any {
	if w.begun {
		return nil
	}
	w.begun = true
	return []any{w.chunk(openAIMessage{Role: "assistant", Content: ""}, nil)}
}

// text returns a chunk of text, with the tag before it that a change between
// reasoning and text needs.
func (w *openAIWriter) text(text string, reasoning bool) []any {
	if reasoning && !w.inTags {
		text = reasoningOpen + text
	} else if !reasoning && w.inTags {
		text = reasoningClose + text
	}
	w.inTags = reasoning
	if text == "" {
		return nil
	}
	return []any{w.chunk(openAIMessage{Content: text}, nil)}
}

// Piece implements StreamEncoder.
func (w *openAIWriter) Piece(p neutral.Piece) ([][]byte, error) {
	events := w.begin()
	switch {
	case p.Reasoning != "" && w.form.reasoning == inTags:
		events = append(events, w.text(p.Reasoning, true)...)
	case p.Reasoning != "" && w.form.reasoning != nowhere:
		events = append(events, w.chunk(openAIMessage{Reasoning: p.Reasoning}, nil))
	case p.Tool != nil:
		events = append(append(events, w.text("", false)...), w.tool(p.Tool))
	case p.Text != "":
		events = append(events, w.text(p.Text, false)...)
	}
	return form.EncodeChunks(events...)
}

func (w *openAIWriter) tool(p *neutral.ToolPiece) openAIChunk {
	call := openAICall{Index: &p.Index, Function: openAIFunction{Name: p.Name, Arguments: p.Input}}
	if p.Name != "" {
		call.ID, call.Type = toolID("call_"+w.head.ID, p.ID, p.Index), "function"
	}
	return w.chunk(openAIMessage{ToolCalls: []openAICall{call}}, nil)
}

// End implements StreamEncoder.
func (w *openAIWriter) End(r neutral.Result) ([][]byte, error) {
	events := append(w.begin(), w.text("", false)...)
	last := w.chunk(openAIMessage{Content: ""}, &r.Stop)
	last.Usage = encodeUsage(r.Usage)
	if !w.form.named {
		last.Metrics = form.EncodeMetrics(r.Usage)
	}
	return form.EncodeChunks(append(events, last)...)
}

// openAIReader reads them.
type openAIReader struct {
	form openAI
	form.Gathered
	split form.Tags
	// calls are the server's numbers of the tools' uses, in their order.
	calls []int
}

// Piece implements StreamDecoder.
func (rd *openAIReader) Piece(chunk []byte) ([]neutral.Piece, error) {
	if string(chunk) == "[DONE]" {
		return nil, nil
	}
	e, err := form.ReadChunk(chunk)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if fault, ok := e.Inner("error"); ok {
		return nil, &model.Error{Kind: model.ModelFailed, Service: model.Bedrock, Message: fault.String("message")}
	}
	if id := e.String("id"); id != "" {
		rd.Head.ID = strings.TrimPrefix(id, "chatcmpl-")
	}
	if name := e.String("model"); name != "" {
		rd.Head.Model = name
	}
	if usage := form.OpenAITokens(e); usage.Known {
		rd.Head.Usage = usage
	}
	form.ReadMetrics(e).Tell(&rd.Head.Usage)
	var out []neutral.Piece
	for _, choice := range e.Each("choices") {
		index := 0
		if choice.Integer("index", jsonbody.Span{}, &index); index == 0 {
			out = rd.choice(out, choice)
		}
	}
	if err := form.Broken(e); err != nil {
		return nil, err
	}
	return out, nil
}

// choice reads what a chunk adds to the answer.
func (rd *openAIReader) choice(out []neutral.Piece, choice jsonbody.Reader) []neutral.Piece {
	// Some of Bedrock's models name what is added a message.
	delta, _ := choice.Inner("delta")
	if message, ok := choice.Inner("message"); ok && !delta.Has("content") && message.Has("content") {
		delta = message
	}
	if delta.String("refusal") != "" {
		rd.Head.Stop = neutral.StopRefused
	}
	out = rd.Add(out, neutral.Piece{Reasoning: openAIThought(delta)})
	reasoning, text := rd.split.Feed(openAISaid(delta))
	out = rd.Add(rd.Add(out, neutral.Piece{Reasoning: reasoning}), neutral.Piece{Text: text})
	for i, call := range delta.Each("tool_calls") {
		out = rd.call(out, i, call)
	}
	stop, sequence, ended := form.OpenAIStop(choice)
	if !ended || rd.Ended {
		return out
	}
	rd.Ended = true
	reasoning, text = rd.split.End()
	out = rd.Add(rd.Add(out, neutral.Piece{Reasoning: reasoning}), neutral.Piece{Text: text})
	if rd.Head.Stop != neutral.StopRefused {
		rd.Head.Stop, rd.Head.Sequence = stop, sequence
	}
	if len(rd.Inputs) > 0 && rd.Head.Stop == neutral.StopEnd {
		rd.Head.Stop = neutral.StopTool
	}
	return out
}

// call reads a part of a tool's use. A number that is new begins another one.
func (rd *openAIReader) call(out []neutral.Piece, at int, call jsonbody.Reader) []neutral.Piece {
	f, _ := call.Inner("function")
	id, name, number := call.String("id"), f.String("name"), at
	call.Integer("index", jsonbody.Span{}, &number)
	index := len(rd.calls)
	for i, n := range rd.calls {
		// Servers that number nothing, or all alike, send each use whole.
		another := name != "" && (!call.Has("index") || id != "" && id != rd.Head.ToolUses[i].ID)
		if n == number && !another {
			index = i
		}
	}
	if index == len(rd.calls) {
		rd.calls = append(rd.calls, number)
		out = rd.Add(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: index, ID: toolID("call", id, index), Name: name}})
	}
	return rd.Add(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: index, Input: f.String("arguments")}})
}

// End implements StreamDecoder.
func (rd *openAIReader) End() (neutral.Result, error) { return rd.Result() }
