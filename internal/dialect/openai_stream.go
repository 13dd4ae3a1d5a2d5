package dialect

import (
	"strings"

	"airglow/internal/model"
)

// openAIWriter writes the chunks of an answer.
type openAIWriter struct {
	form openAI
	head Result
	// begun is true once the role is told, inTags within the tags of reasoning.
	begun, inTags bool
}

func (w *openAIWriter) chunk(m openAIMessage, stop *StopReason) openAIAnswer {
	return openAIAnswer{
		ID: "chatcmpl-" + w.head.ID, Object: "chat.completion.chunk", Model: w.head.Model,
		Choices: []openAIChoice{w.form.choice(openAIChoice{Delta: &m}, stop)},
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
func (w *openAIWriter) Piece(p Piece) ([][]byte, error) {
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
	return encodeChunks(events...)
}

func (w *openAIWriter) tool(p *ToolPiece) openAIAnswer {
	call := openAICall{Index: &p.Index, Function: openAIFunction{Name: p.Name, Arguments: p.Input}}
	if p.Name != "" {
		call.ID, call.Type = toolID("call_"+w.head.ID, p.ID, p.Index), "function"
	}
	return w.chunk(openAIMessage{ToolCalls: []openAICall{call}}, nil)
}

// End implements StreamEncoder.
func (w *openAIWriter) End(r Result) ([][]byte, error) {
	events := append(w.begin(), w.text("", false)...)
	last := w.chunk(openAIMessage{Content: ""}, &r.Stop)
	last.Usage = encodeUsage(r.Usage)
	if !w.form.named {
		last.Metrics = encodeMetrics(r.Usage)
	}
	return encodeChunks(append(events, last)...)
}

// openAIReader reads them.
type openAIReader struct {
	form openAI
	gathered
	split tags
	// calls are the server's numbers of the tools' uses, in their order.
	calls []int
}

// Piece implements StreamDecoder.
func (rd *openAIReader) Piece(chunk []byte) ([]Piece, error) {
	if string(chunk) == "[DONE]" {
		return nil, nil
	}
	var reply openAIReply
	if err := parseChunk(chunk, &reply); err != nil {
		return nil, err
	}
	if reply.Error != nil {
		return nil, &model.Error{Kind: model.ModelFailed, Service: model.Bedrock, Message: reply.Error.Message}
	}
	if reply.ID != "" {
		rd.head.ID = strings.TrimPrefix(reply.ID, "chatcmpl-")
	}
	if reply.Model != "" {
		rd.head.Model = reply.Model
	}
	if reply.Usage != nil {
		rd.head.Usage = reply.Usage.usage()
	}
	reply.Metrics.tell(&rd.head.Usage)
	var out []Piece
	for _, choice := range reply.Choices {
		if choice.Index != 0 {
			continue
		}
		var err error
		if out, err = rd.choice(out, choice); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// choice reads what a chunk adds to the answer.
func (rd *openAIReader) choice(out []Piece, choice openAIReplyEntry) ([]Piece, error) {
	// Some of Bedrock's models name what is added a message.
	delta := choice.Delta
	if delta.Content == nil && choice.Message.Content != nil {
		delta = choice.Message
	}
	said, ok := delta.said()
	if !ok {
		return nil, badAnswer("the stream has a chunk whose content is no text")
	}
	if delta.Refusal != "" {
		rd.head.Stop = StopRefused
	}
	out = rd.add(out, Piece{Reasoning: delta.thought()})
	reasoning, text := rd.split.feed(said)
	out = rd.add(rd.add(out, Piece{Reasoning: reasoning}), Piece{Text: text})
	for i, call := range delta.ToolCalls {
		out = rd.call(out, i, call)
	}
	stop, sequence, ended := choice.stop()
	if !ended || rd.ended {
		return out, nil
	}
	rd.ended = true
	reasoning, text = rd.split.end()
	out = rd.add(rd.add(out, Piece{Reasoning: reasoning}), Piece{Text: text})
	if rd.head.Stop != StopRefused {
		rd.head.Stop, rd.head.Sequence = stop, sequence
	}
	if len(rd.inputs) > 0 && rd.head.Stop == StopEnd {
		rd.head.Stop = StopTool
	}
	return out, nil
}

// call reads a part of a tool's use. A number that is new begins another one.
func (rd *openAIReader) call(out []Piece, at int, call openAICall) []Piece {
	number := at
	if call.Index != nil {
		number = *call.Index
	}
	index := len(rd.calls)
	for i, n := range rd.calls {
		// Servers that number nothing, or all alike, send each use whole.
		another := call.Function.Name != "" && (call.Index == nil || call.ID != "" && call.ID != rd.head.ToolUses[i].ID)
		if n == number && !another {
			index = i
		}
	}
	if index == len(rd.calls) {
		rd.calls = append(rd.calls, number)
		out = rd.add(out, Piece{Tool: &ToolPiece{Index: index, ID: toolID("call", call.ID, index), Name: call.Function.Name}})
	}
	return rd.add(out, Piece{Tool: &ToolPiece{Index: index, Input: call.Function.Arguments}})
}

// End implements StreamDecoder.
func (rd *openAIReader) End() (Result, error) { return rd.result() }
