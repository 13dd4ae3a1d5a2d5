package form

import (
	"encoding/json"
	"slices"
	"strings"

	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// Gathered is the answer that a stream has brought so far.
type Gathered struct {
	// Head has all of it but the texts and the tools' inputs.
	Head            neutral.Result
	text, reasoning strings.Builder
	// Inputs are those of Head.ToolUses.
	Inputs []*strings.Builder
	// Ended is true once the stream has said that the answer ends.
	Ended bool
}

// Add keeps a piece that is not empty and appends it to out.
func (g *Gathered) Add(out []neutral.Piece, p neutral.Piece) []neutral.Piece {
	switch {
	case p.Tool != nil && p.Tool.Index == len(g.Inputs):
		g.Inputs = append(g.Inputs, new(strings.Builder))
		g.Head.ToolUses = append(g.Head.ToolUses, neutral.ToolUse{ID: p.Tool.ID, Name: p.Tool.Name})
	case p.Tool != nil && p.Tool.Input == "", p == neutral.Piece{}:
		return out
	}
	if p.Tool != nil {
		g.Inputs[p.Tool.Index].WriteString(p.Tool.Input)
	}
	g.text.WriteString(p.Text)
	g.reasoning.WriteString(p.Reasoning)
	g.Head.Signature += p.Signature
	return append(out, p)
}

// Tool appends a stretch of the input of the tool that began last.
func (g *Gathered) Tool(out []neutral.Piece, input string) ([]neutral.Piece, error) {
	if len(g.Inputs) == 0 {
		return out, BadAnswer("the stream has a tool's input before the tool")
	}
	return g.Add(out, neutral.Piece{Tool: &neutral.ToolPiece{Index: len(g.Inputs) - 1, Input: input}}), nil
}

// Result returns the whole answer.
func (g *Gathered) Result() (neutral.Result, error) {
	if !g.Ended {
		return neutral.Result{}, BadAnswer("the stream broke off before the answer's end")
	}
	r := g.Head
	r.Text, r.Reasoning = g.text.String(), g.reasoning.String()
	r.ToolUses = slices.Clone(r.ToolUses)
	for i, input := range g.Inputs {
		var ok bool
		if r.ToolUses[i].Input, ok = ToolInput(input.String()); !ok {
			return neutral.Result{}, BadAnswer("the input of tool %q is no JSON object", r.ToolUses[i].Name)
		}
	}
	return r, nil
}

// ToolInput reads a tool's input that is written as a string.
func ToolInput(arguments string) (json.RawMessage, bool) {
	if strings.TrimSpace(arguments) == "" {
		return json.RawMessage("{}"), true
	}
	raw := json.RawMessage(arguments)
	return raw, jsonbody.IsObject(raw)
}

// EncodeChunks writes each event.
func EncodeChunks(events ...any) (chunks [][]byte, err error) {
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
