package dialect

import (
	"slices"
	"strings"

	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// gathered is the answer that a stream has brought so far.
type gathered struct {
	head            neutral.Result
	text, reasoning strings.Builder
	inputs          []*strings.Builder // of head.ToolUses
	ended           bool
}

// add keeps a piece that is not empty and appends it to out.
func (g *gathered) add(out []neutral.Piece, p neutral.Piece) []neutral.Piece {
	switch {
	case p.Tool != nil && p.Tool.Index == len(g.inputs):
		g.inputs = append(g.inputs, new(strings.Builder))
		g.head.ToolUses = append(g.head.ToolUses, neutral.ToolUse{ID: p.Tool.ID, Name: p.Tool.Name})
	case p.Tool != nil && p.Tool.Input == "", p == neutral.Piece{}:
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
func (g *gathered) tool(out []neutral.Piece, input string) ([]neutral.Piece, error) {
	if len(g.inputs) == 0 {
		return out, badAnswer("the stream has a tool's input before the tool")
	}
	return g.add(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: len(g.inputs) - 1, Input: input}}), nil
}

// result returns the whole answer.
func (g *gathered) result() (neutral.Result, error) {
	if !g.ended {
		return neutral.Result{}, badAnswer("the stream broke off before the answer's end")
	}
	r := g.head
	r.Text, r.Reasoning = g.text.String(), g.reasoning.String()
	r.ToolUses = slices.Clone(r.ToolUses)
	for i, input := range g.inputs {
		var ok bool
		if r.ToolUses[i].Input, ok = toolInput(input.String()); !ok {
			return neutral.Result{}, badAnswer("the input of tool %q is no JSON object", r.ToolUses[i].Name)
		}
	}
	return r, nil
}

// encodeChunks writes each event.
func encodeChunks(events ...any) (chunks [][]byte, err error) {
	for _, e := range events {
		w := jsonbody.NewWriter()
		w.Value(e)
		chunk, err := w.Take()
		if err != nil {
			return nil, err
		}
		chunks = append(chunks, chunk)
	}
	return chunks, nil
}
