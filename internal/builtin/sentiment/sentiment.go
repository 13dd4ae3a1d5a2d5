// Package sentiment judges whether an English text is positive, negative,
// neutral or mixed.
//
// A text is cut into clauses (prose.Clauses). A first linear model rates each
// clause positive, negative or neutral from its sentence vector and from the
// polar words of lexicon.go with their negations. A second one reads the
// ratings of all clauses and of the text as a whole, and gives the four
// scores: a text with good and bad clauses is mixed, which no single vector
// tells. The numbers of both models are made by the train command and come in
// a Head.
package sentiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

// The classes, in the order of a Head's rows. A clause is never mixed.
const (
	Positive = iota
	Negative
	Neutral
	Mixed
	clauseClasses = 3
	classes       = 4
)

// Scores says how sure the judge is of each sentiment; they sum to 1. The
// JSON form is that of Amazon Comprehend's SentimentScore.
type Scores struct {
	Mixed    float64
	Positive float64
	Neutral  float64
	Negative float64
}

// Label returns the name of the largest score, as Amazon Comprehend writes it.
func (s Scores) Label() string {
	label, best := "NEUTRAL", s.Neutral
	for _, c := range []struct {
		label string
		score float64
	}{{"POSITIVE", s.Positive}, {"NEGATIVE", s.Negative}, {"MIXED", s.Mixed}} {
		if c.score > best {
			label, best = c.label, c.score
		}
	}
	return label
}

// Linear is a linear model with one row of weights and one bias per class.
type Linear struct {
	Weights [][]float64 `json:"weights"`
	Bias    []float64   `json:"bias"`
}

// Head is what training finds.
type Head struct {
	Clause Linear `json:"clause"`
	Text   Linear `json:"text"`
}

// ParseHead reads a head as the train command writes it.
func ParseHead(data []byte) (Head, error) {
	var h Head
	if err := json.Unmarshal(data, &h); err != nil {
		return Head{}, fmt.Errorf("parse sentiment head: %w", err)
	}
	if !h.Clause.fits(clauseClasses, ClauseFeatures) || !h.Text.fits(classes, TextFeatures) {
		return Head{}, errors.New("parse sentiment head: its size is not that of this version's features")
	}
	return h, nil
}

func (l Linear) fits(rows, cols int) bool {
	if len(l.Weights) != rows || len(l.Bias) != rows {
		return false
	}
	for _, row := range l.Weights {
		if len(row) != cols {
			return false
		}
	}
	return true
}

// Probabilities returns each class's share for the given features.
func (l Linear) Probabilities(features []float64) []float64 {
	p := make([]float64, len(l.Weights))
	peak := math.Inf(-1)
	for c, row := range l.Weights {
		p[c] = l.Bias[c]
		for i, f := range features {
			p[c] += row[i] * f
		}
		peak = max(peak, p[c])
	}
	var sum float64
	for c := range p {
		p[c] = math.Exp(p[c] - peak)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// Judge applies a head. It is safe for concurrent use.
type Judge struct {
	Encoder *encoder.Encoder
	Head    Head
}

// Judge rates a text of any length. It fails only with ctx's error.
func (j *Judge) Judge(ctx context.Context, text string) (Scores, error) {
	units, err := Read(ctx, j.Encoder, text)
	if err != nil {
		return Scores{}, fmt.Errorf("judge sentiment: %w", err)
	}
	p := j.Head.Text.Probabilities(units.Features(j.Head.Clause))
	return Scores{Positive: p[Positive], Negative: p[Negative], Neutral: p[Neutral], Mixed: p[Mixed]}, nil
}

// Units is a text cut into the clauses that are rated one by one. Each is a
// list of features; Whole is that of the text as one piece.
type Units struct {
	Clauses [][]float64
	Whole   []float64
	// contrast is 1 when a sentence turns, as at "but".
	contrast float64
}

// Read cuts a text and computes its features.
func Read(ctx context.Context, enc *encoder.Encoder, text string) (Units, error) {
	var u Units
	var texts []string
	for _, s := range prose.Sentences(text) {
		var clauses []string
		for _, c := range prose.Clauses(s) {
			clauses = append(clauses, sides(c)...)
		}
		if len(clauses) > 1 {
			u.contrast = 1
		}
		texts = append(texts, clauses...)
	}
	whole := prose.Span{Start: 0, End: len(text)}.Of(text)
	vectors, err := enc.Embed(ctx, append(texts, whole))
	if err != nil {
		return Units{}, err
	}
	for i, t := range texts {
		u.Clauses = append(u.Clauses, features(vectors[i], t))
	}
	u.Whole = features(vectors[len(texts)], whole)
	if len(texts) == 0 {
		u.Clauses = [][]float64{u.Whole}
	}
	return u, nil
}

// sides cuts a clause at a comma with praise on one side and blame on the
// other: "Great food, terrible service."
func sides(clause string) []string {
	const longest = 600
	if len(clause) > longest {
		return []string{clause}
	}
	for at, r := range clause {
		if r == ',' && net(clause[:at])*net(clause[at:]) < 0 {
			return []string{clause[:at], strings.TrimSpace(clause[at+1:])}
		}
	}
	return []string{clause}
}

// ClauseFeatures is the number of features of a clause: its vector and the
// counts of lexicon.go.
const ClauseFeatures = encoder.Dim + lexiconFeatures

// vectorScale brings the values of a vector of length 1 to the size of the
// other features.
const vectorScale = 8

func features(v encoder.Vector, text string) []float64 {
	f := make([]float64, 0, ClauseFeatures)
	for _, x := range v {
		f = append(f, vectorScale*float64(x))
	}
	return append(f, polarity(text)...)
}

// TextFeatures is the number of features of a whole text.
const TextFeatures = 11

// Features rates the clauses and returns what the second model reads: the
// strongest and the mean rating for each side, how far both sides are there,
// the rating of the whole, and the outcome of the last clause.
func (u Units) Features(clause Linear) []float64 {
	var positive, negative, neutral, mostPositive, mostNegative, last float64
	for _, c := range u.Clauses {
		p := clause.Probabilities(c)
		positive, negative, neutral = positive+p[Positive], negative+p[Negative], neutral+p[Neutral]
		mostPositive, mostNegative = max(mostPositive, p[Positive]), max(mostNegative, p[Negative])
		last = p[Positive] - p[Negative]
	}
	n := float64(len(u.Clauses))
	both := min(mostPositive, mostNegative)
	w := clause.Probabilities(u.Whole)
	return []float64{
		mostPositive, mostNegative, both, positive / n, negative / n, neutral / n,
		w[Positive], w[Negative], w[Neutral], last, u.contrast * both,
	}
}
