package messages

import (
	"encoding/json"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// claudeShown is a block or what is added to one, of any type, as it is written:
// an empty member stays where the type has it.
type claudeShown struct {
	Type        string          `json:"type"`
	Text        *string         `json:"text,omitempty"`
	Thinking    *string         `json:"thinking,omitempty"`
	Signature   *string         `json:"signature,omitempty"`
	PartialJSON *string         `json:"partial_json,omitempty"`
	ID          string          `json:"id,omitempty"`
	Name        string          `json:"name,omitempty"`
	Input       json.RawMessage `json:"input,omitempty"`
}

// The events as they are written.
type (
	claudeStart struct {
		Type    string       `json:"type"`
		Message claudeOpened `json:"message"`
	}
	// claudeOpened is an answer that has nothing in it yet.
	claudeOpened struct {
		ID           string        `json:"id"`
		Type         string        `json:"type"`
		Role         neutral.Role  `json:"role"`
		Model        string        `json:"model"`
		Content      []struct{}    `json:"content"`
		StopReason   *string       `json:"stop_reason"`
		StopSequence *string       `json:"stop_sequence"`
		Usage        *claudeTokens `json:"usage"`
	}
	claudeBlockStart struct {
		Type  string      `json:"type"`
		Index int         `json:"index"`
		Block claudeShown `json:"content_block"`
	}
	claudeBlockDelta struct {
		Type  string      `json:"type"`
		Index int         `json:"index"`
		Delta claudeShown `json:"delta"`
	}
	claudeBlockStop struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
	}
	claudeEnd struct {
		Type  string `json:"type"`
		Delta struct {
			StopReason   string  `json:"stop_reason"`
			StopSequence *string `json:"stop_sequence"`
		} `json:"delta"`
		Usage *claudeTokens `json:"usage,omitempty"`
	}
	claudeStopped struct {
		Type    string        `json:"type"`
		Metrics *form.Metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
	}
)

// claudeWriter writes the events of an answer.
type claudeWriter struct {
	form  claudeForm
	head  neutral.Result
	begun bool
	// index is that of the open block, and open its type; empty when none is.
	index int
	open  string
}

// begin returns the event that begins the answer, the first time. The tokens that
// are not known yet stand in it as none; the end corrects them.
func (w *claudeWriter) begin() []any {
	if w.begun {
		return nil
	}
	w.begun = true
	usage := claudeTokensOf(w.head.Usage)
	if usage == nil {
		usage = &claudeTokens{}
	}
	return []any{claudeStart{"message_start", claudeOpened{
		ID: w.form.id(w.head), Type: "message", Role: neutral.Assistant, Model: w.head.Model, Content: []struct{}{}, Usage: usage,
	}}}
}

// shut ends the open block.
func (w *claudeWriter) shut() []any {
	if w.open == "" {
		return nil
	}
	event := claudeBlockStop{"content_block_stop", w.index}
	w.index++
	w.open = ""
	return []any{event}
}

// block begins a block, after the one before it.
func (w *claudeWriter) block(content claudeShown) []any {
	events := w.shut()
	w.open = content.Type
	return append(events, claudeBlockStart{"content_block_start", w.index, content})
}

// delta adds to the open block.
func (w *claudeWriter) delta(d claudeShown) any {
	return claudeBlockDelta{"content_block_delta", w.index, d}
}

// Piece implements StreamEncoder.
func (w *claudeWriter) Piece(p neutral.Piece) ([][]byte, error) {
	events := w.begin()
	switch {
	case p.Tool != nil:
		events = append(events, w.tool(p.Tool)...)
	case p.Text != "":
		if w.open != "text" {
			events = append(events, w.block(claudeShown{Type: "text", Text: new("")})...)
		}
		events = append(events, w.delta(claudeShown{Type: "text_delta", Text: &p.Text}))
	case p.Reasoning != "" || p.Signature != "":
		if w.open != "thinking" {
			events = append(events, w.block(claudeShown{Type: "thinking", Thinking: new(""), Signature: new("")})...)
		}
		if p.Reasoning != "" {
			events = append(events, w.delta(claudeShown{Type: "thinking_delta", Thinking: &p.Reasoning}))
		} else {
			events = append(events, w.delta(claudeShown{Type: "signature_delta", Signature: &p.Signature}))
		}
	}
	return form.EncodeChunks(events...)
}

func (w *claudeWriter) tool(p *neutral.ToolPiece) (events []any) {
	if p.Name != "" {
		id := w.form.toolID(w.head.ID, p.ID, p.Index)
		events = w.block(claudeShown{Type: "tool_use", ID: id, Name: p.Name, Input: json.RawMessage("{}")})
	}
	if p.Input != "" {
		events = append(events, w.delta(claudeShown{Type: "input_json_delta", PartialJSON: &p.Input}))
	}
	return events
}

// End implements StreamEncoder.
func (w *claudeWriter) End(r neutral.Result) ([][]byte, error) {
	events := append(w.begin(), w.shut()...)
	end := claudeEnd{Type: "message_delta", Usage: claudeTokensOf(r.Usage)}
	end.Delta.StopReason, end.Delta.StopSequence = claudeStop(r)
	stopped := claudeStopped{Type: "message_stop"}
	if !w.form.wire {
		stopped.Metrics = form.EncodeMetrics(r.Usage)
	}
	return form.EncodeChunks(append(events, end, stopped)...)
}

// claudeReader reads them.
type claudeReader struct {
	form.Gathered
	// begun are the tokens as the beginning tells them.
	begun model.Usage
}

// Piece implements StreamDecoder.
func (rd *claudeReader) Piece(chunk []byte) (out []neutral.Piece, err error) {
	e, err := form.ReadChunk(chunk)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	switch e.String("type") {
	case "message_start":
		m, _ := e.Inner("message")
		rd.Head.ID, rd.Head.Model, rd.begun = claudeOwnID(m.String("id")), m.String("model"), claudeUsage(m)
	case "content_block_start":
		block, _ := e.Inner("content_block")
		out = rd.start(block)
	case "content_block_delta":
		if d, ok := e.Inner("delta"); ok {
			out, err = rd.delta(d)
		}
	case "message_delta":
		if d, ok := e.Inner("delta"); ok {
			rd.stop(d, claudeUsage(e))
		}
	case "message_stop":
		rd.Ended = true
		form.ReadMetrics(e).Tell(&rd.Head.Usage)
	case "error":
		if fault, ok := e.Inner("error"); ok {
			return nil, claudeError(fault.String("type"), fault.String("message"))
		}
	} // "ping", and what there may be later
	if err == nil {
		err = form.Broken(e)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// start reads the beginning of a block, which may have content already.
func (rd *claudeReader) start(block jsonbody.Reader) (out []neutral.Piece) {
	switch block.String("type") {
	case "text":
		out = rd.Add(out, neutral.Piece{Text: block.String("text")})
	case "thinking":
		out = rd.Add(out, neutral.Piece{Reasoning: block.String("thinking")})
	case "tool_use":
		out = rd.Add(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: len(rd.Inputs), ID: block.String("id"), Name: block.String("name")}})
	}
	return out
}

func (rd *claudeReader) delta(d jsonbody.Reader) (out []neutral.Piece, err error) {
	if d.String("type") == "input_json_delta" {
		return rd.Tool(out, d.String("partial_json"))
	}
	out = rd.Add(out, neutral.Piece{Text: d.String("text")})
	out = rd.Add(out, neutral.Piece{Reasoning: d.String("thinking")})
	return rd.Add(out, neutral.Piece{Signature: d.String("signature")}), nil
}

// stop reads why the answer ends. Its counts are those of the whole answer; older
// services tell those of the input at the beginning alone.
func (rd *claudeReader) stop(d jsonbody.Reader, usage model.Usage) {
	if d.Has("stop_reason") {
		rd.Head.Stop = claudeStopOf(d.String("stop_reason"))
	}
	if d.Has("stop_sequence") {
		rd.Head.Sequence = d.String("stop_sequence")
	}
	if !usage.Known {
		return
	}
	if usage.InputTokens == 0 {
		usage.InputTokens = rd.begun.InputTokens
	}
	if usage.CacheReadTokens == 0 && usage.CacheWriteTokens == 0 {
		usage.CacheReadTokens, usage.CacheWriteTokens = rd.begun.CacheReadTokens, rd.begun.CacheWriteTokens
	}
	rd.Head.Usage = usage
}

// claudeError is what a service reports in the middle of a stream.
func claudeError(kind, message string) error {
	e := &model.Error{Kind: model.ModelFailed, Service: model.Bedrock, Message: message}
	switch kind {
	case "overloaded_error":
		e.Kind = model.Unavailable
	case "rate_limit_error":
		e.Kind = model.Throttled
	}
	return e
}

// End implements StreamDecoder.
func (rd *claudeReader) End() (neutral.Result, error) { return rd.Result() }
