// Package encoder turns English text into vectors: it runs Universal Sentence
// Encoder Lite, a two-layer transformer of seven million parameters, in plain
// Go from int8 weights.
//
// Sentences that mean alike get vectors with a large dot product; every
// vector has length 1. A text goes through tokenizer.go (pieces of words),
// network.go (the transformer) and linear.go (where most of the time goes:
// int8 weights times activations, in exact integer arithmetic; simd_amd64.s and
// scalar.go are two ways to the same numbers). job.go shares the work of a call
// among the cores that are idle. weights.go reads the file that the convert
// command writes.
//
// Results do not depend on which texts are embedded together, nor on the
// machine's order of additions in the matrix products.
package encoder

import (
	"context"
	"fmt"
	"math"
)

const (
	// Dim is the length of a Vector.
	Dim = 512
	// MaxTokens is the longest input of the network. Longer texts are cut into
	// parts whose vectors are averaged.
	MaxTokens = 128
)

// Vector is the meaning of a text, of length 1 (of length 0 for a text without
// tokens).
type Vector []float32

// Dot returns the similarity of two vectors, -1 to 1.
func Dot(a, b Vector) float32 { return dot(a, b) }

// Encoder holds the network and the tokenizer. It is safe for concurrent use.
type Encoder struct {
	tokens *tokenizer
	net    *network
	crew   crew
}

// New reads a weights file. The file's bytes stay in use as they are; they
// are not copied, so a file embedded in the binary costs no memory.
func New(file string) (*Encoder, error) {
	w, err := parseWeights(file)
	if err != nil {
		return nil, fmt.Errorf("read encoder weights: %w", err)
	}
	e := &Encoder{tokens: newTokenizer(w), net: newNetwork(w)}
	if w.err != nil {
		return nil, fmt.Errorf("read encoder weights: %w", w.err)
	}
	return e, nil
}

// Count returns the number of tokens in a text of any length.
func (e *Encoder) Count(text string) int { return len(e.tokens.encode(text)) }

// Pieces returns the text's tokens as they are written, "▁" standing for the
// space before a word. A token the vocabulary lacks is "".
func (e *Encoder) Pieces(text string) []string {
	ids := e.tokens.encode(text)
	pieces := make([]string, len(ids))
	for i, id := range ids {
		if id != unknown {
			pieces[i] = e.tokens.pieces[id]
		}
	}
	return pieces
}

// Embed returns the vector of each text. It fails only with ctx's error. Cores
// that no other call uses help.
func (e *Encoder) Embed(ctx context.Context, texts []string) ([]Vector, error) {
	j := &job{net: e.net, ctx: ctx}
	for i, text := range texts {
		for ids := e.tokens.encode(text); len(ids) > 0; {
			n := min(len(ids), MaxTokens)
			j.parts = append(j.parts, part{text: i, ids: ids[:n]})
			ids = ids[n:]
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("embed text: %w", ctx.Err())
		}
	}
	e.crew.run(j)
	if ctx.Err() != nil { // what was computed then is not whole
		return nil, fmt.Errorf("embed text: %w", ctx.Err())
	}
	return j.vectors(len(texts)), nil
}

// normalise scales v to length 1.
func normalise(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	scale := float32(1 / math.Sqrt(max(sum, 1e-12)))
	for i := range v {
		v[i] *= scale
	}
}
