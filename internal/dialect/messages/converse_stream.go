package messages

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// converseEvent is an event of a stream, of any type: one of its members.
type converseEvent struct {
	Start      *converseStart      `json:"messageStart,omitempty"`
	BlockStart *converseBlockStart `json:"contentBlockStart,omitempty"`
	BlockDelta *converseBlockDelta `json:"contentBlockDelta,omitempty"`
	BlockStop  *converseBlockStop  `json:"contentBlockStop,omitempty"`
	Stop       *converseEnd        `json:"messageStop,omitempty"`
	Metadata   *converseMetadata   `json:"metadata,omitempty"`
	// Metrics are beside the last event of a native stream.
	Metrics *form.Metrics `json:"amazon-bedrock-invocationMetrics,omitempty"`
}

type converseStart struct {
	Role neutral.Role `json:"role"`
}

type converseBlockStart struct {
	Start struct {
		Use *converseUse `json:"toolUse,omitempty"`
	} `json:"start"`
	Index int `json:"contentBlockIndex"`
}

type converseBlockDelta struct {
	Delta converseDelta `json:"delta"`
	Index int           `json:"contentBlockIndex"`
}

// converseDelta is what an event adds: one of its members.
type converseDelta struct {
	Text *string `json:"text,omitempty"`
	Use  *struct {
		Input string `json:"input"`
	} `json:"toolUse,omitempty"`
	Thought *converseThoughtDelta `json:"reasoningContent,omitempty"`
}

type converseThoughtDelta struct {
	Text      string `json:"text,omitempty"`
	Signature string `json:"signature,omitempty"`
}

type converseBlockStop struct {
	Index int `json:"contentBlockIndex"`
}

type converseEnd struct {
	StopReason string `json:"stopReason"`
}

type converseMetadata struct {
	Usage *converseUsage `json:"usage,omitempty"`
}

// converseWriter writes the events of an answer.
type converseWriter struct {
	form  converse
	head  neutral.Result
	begun bool
	// index is that of the open block, and open its kind; empty when none is.
	index int
	open  string
}

func (w *converseWriter) begin() []any {
	if w.begun {
		return nil
	}
	w.begun = true
	return []any{converseEvent{Start: &converseStart{neutral.Assistant}}}
}

// block ends the open block unless it is of the kind, which is the next one's.
func (w *converseWriter) block(kind string) (events []any) {
	if w.open != "" && w.open != kind {
		events = append(events, converseEvent{BlockStop: &converseBlockStop{w.index}})
		w.index++
	}
	w.open = kind
	return events
}

func (w *converseWriter) delta(d converseDelta) any {
	return converseEvent{BlockDelta: &converseBlockDelta{d, w.index}}
}

// Piece implements StreamEncoder.
func (w *converseWriter) Piece(p neutral.Piece) ([][]byte, error) {
	events := w.begin()
	switch {
	case p.Tool != nil:
		events = append(events, w.tool(p.Tool)...)
	case p.Text != "":
		events = append(append(events, w.block("text")...), w.delta(converseDelta{Text: &p.Text}))
	case p.Reasoning != "" || p.Signature != "":
		events = append(append(events, w.block("reasoning")...), w.delta(converseDelta{Thought: &converseThoughtDelta{p.Reasoning, p.Signature}}))
	}
	return form.EncodeChunks(events...)
}

func (w *converseWriter) tool(p *neutral.ToolPiece) (events []any) {
	if p.Name != "" {
		events = append(w.block(""), w.block("tool")...)
		start := &converseBlockStart{Index: w.index}
		start.Start.Use = &converseUse{ID: toolID("tooluse_"+w.head.ID, p.ID, p.Index), Name: p.Name}
		events = append(events, converseEvent{BlockStart: start})
	}
	if p.Input != "" {
		d := converseDelta{Use: &struct {
			Input string `json:"input"`
		}{p.Input}}
		events = append(events, w.delta(d))
	}
	return events
}

// End implements StreamEncoder.
func (w *converseWriter) End(r neutral.Result) ([][]byte, error) {
	events := append(w.begin(), w.block("")...)
	events = append(events, converseEvent{Stop: &converseEnd{converseStop(r.Stop)}})
	if usage := w.form.encodeUsage(r.Usage); usage != nil {
		last := converseEvent{Metadata: &converseMetadata{usage}}
		if w.form.nova {
			last.Metrics = form.EncodeMetrics(r.Usage)
		}
		events = append(events, last)
	}
	return form.EncodeChunks(events...)
}

// converseReader reads them.
type converseReader struct{ form.Gathered }

// Piece implements StreamDecoder.
func (rd *converseReader) Piece(chunk []byte) (out []neutral.Piece, err error) {
	e, err := form.ReadChunk(chunk)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	switch {
	case e.Has("contentBlockStart"):
		start, _ := form.RequiredInner(e, "contentBlockStart").Inner("start")
		if use, ok := start.Inner("toolUse"); ok {
			out = rd.Add(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: len(rd.Inputs), ID: use.String("toolUseId"), Name: use.String("name")}})
		}
	case e.Has("contentBlockDelta"):
		delta, _ := form.RequiredInner(e, "contentBlockDelta").Inner("delta")
		out, err = rd.delta(delta)
	case e.Has("messageStop"):
		rd.Head.Stop, err = converseStopOf(form.RequiredInner(e, "messageStop").String("stopReason"))
		rd.Ended = err == nil
	case e.Has("metadata"):
		if usage := readConverseUsage(form.RequiredInner(e, "metadata")); usage.Known {
			rd.Head.Usage = usage
		}
	}
	form.ReadMetrics(e).Tell(&rd.Head.Usage)
	if err == nil {
		err = form.Broken(e)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (rd *converseReader) delta(d jsonbody.Reader) (out []neutral.Piece, err error) {
	if use, ok := d.Inner("toolUse"); ok {
		return rd.Tool(out, use.String("input"))
	}
	if d.Has("text") {
		return rd.Add(out, neutral.Piece{Text: d.String("text")}), nil
	}
	if thought, ok := d.Inner("reasoningContent"); ok {
		out = rd.Add(out, neutral.Piece{Reasoning: thought.String("text")})
		out = rd.Add(out, neutral.Piece{Signature: thought.String("signature")})
	}
	return out, nil
}

// End implements StreamDecoder.
func (rd *converseReader) End() (neutral.Result, error) { return rd.Result() }
