package dialect

import (
	"encoding/json"
	"slices"
	"strings"

	"airglow/internal/model"
)

// gathered is the answer that a stream has brought so far.
type gathered struct {
	head            Result
	text, reasoning strings.Builder
	inputs          []*strings.Builder // of head.ToolUses
	ended           bool
}

// add keeps a piece that is not empty and appends it to out.
func (g *gathered) add(out []Piece, p Piece) []Piece {
	switch {
	case p.Tool != nil && p.Tool.Index == len(g.inputs):
		g.inputs = append(g.inputs, new(strings.Builder))
		g.head.ToolUses = append(g.head.ToolUses, ToolUse{ID: p.Tool.ID, Name: p.Tool.Name})
	case p.Tool != nil && p.Tool.Input == "", p == Piece{}:
		return out
	}
	if p.Tool != nil {
		g.inputs[p.Tool.Index].WriteString(p.Tool.Input)
	}
	g.text.WriteString(p.Text)
	g.reasoning.WriteString(p.Reasoning)
	g.head.Signature += p.Signature
	return append(out, p)
}

// tool appends a stretch of the input of the tool that began last.
func (g *gathered) tool(out []Piece, input string) ([]Piece, error) {
	if len(g.inputs) == 0 {
		return out, badAnswer("the stream has a tool's input before the tool")
	}
	return g.add(out, Piece{Tool: &ToolPiece{Index: len(g.inputs) - 1, Input: input}}), nil
}

// result returns the whole answer.
func (g *gathered) result() (Result, error) {
	if !g.ended {
		return Result{}, badAnswer("the stream broke off before the answer's end")
	}
	r := g.head
	r.Text, r.Reasoning = g.text.String(), g.reasoning.String()
	r.ToolUses = slices.Clone(r.ToolUses)
	for i, input := range g.inputs {
		var ok bool
		if r.ToolUses[i].Input, ok = toolInput(input.String()); !ok {
			return Result{}, badAnswer("the input of tool %q is no JSON object", r.ToolUses[i].Name)
		}
	}
	return r, nil
}

// metrics are what Bedrock puts into the last chunk of a stream. The times, which
// it has there too, are not known here.
type metrics struct {
	Input      int64 `json:"inputTokenCount"`
	Output     int64 `json:"outputTokenCount"`
	CacheRead  int64 `json:"cacheReadInputTokenCount,omitempty"`
	CacheWrite int64 `json:"cacheWriteInputTokenCount,omitempty"`
}

func encodeMetrics(u model.Usage) *metrics {
	if !u.Known {
		return nil
	}
	return &metrics{u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens}
}

// tell puts the counts into a usage that does not have them yet.
func (m *metrics) tell(u *model.Usage) {
	if m != nil && !u.Known {
		*u = model.Usage{InputTokens: m.Input, OutputTokens: m.Output, CacheReadTokens: m.CacheRead, CacheWriteTokens: m.CacheWrite, Known: true}
	}
}

// parseChunk reads a stream's chunk into v.
func parseChunk(chunk []byte, v any) error {
	if err := json.Unmarshal(chunk, v); err != nil || jsonKind(chunk) != "JSONObject" {
		return badAnswer("the stream has a chunk that is not of its form")
	}
	return nil
}

// remarshal reads an answer into v.
func remarshal(o object, v any) error {
	body, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	if err != nil {
		return badAnswer("the answer has not the form that its family promises")
	}
	return nil
}

// encodeChunks writes each event.
func encodeChunks(events ...any) (chunks [][]byte, err error) {
	for _, e := range events {
		chunk, err := encodeJSON(e)
		if err != nil {
			return nil, err
		}
		chunks = append(chunks, chunk)
	}
	return chunks, nil
}
