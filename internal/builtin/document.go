package builtin

import (
	"context"
	"math"
	"slices"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

// maxSentences is how many sentences of a text go through the encoder, some
// four seconds of one core. Of longer texts, word counts choose which.
const maxSentences = 120

// maxWords is the longest sentence that is taken as one. Longer ones, such as
// tables and text without full stops, are cut.
const maxWords = 80

// document is a text read by the encoder.
type document struct {
	sentences []string
	vectors   []encoder.Vector
	// centre is the mean of the vectors, of length 1: what the text is about.
	centre encoder.Vector
	terms  termWeights
}

// material is a text to read.
type material struct {
	text string
	// stems are the words that matter when a text has too many sentences;
	// none means the text's own commonest words.
	stems []string
}

// read splits a text and embeds its sentences, of a long text those whose
// words weigh most.
func read(ctx context.Context, enc *encoder.Encoder, m material) (*document, error) {
	d := &document{}
	for _, s := range prose.Sentences(m.text) {
		words := strings.Fields(s)
		for ; len(words) > maxWords; words = words[maxWords:] {
			d.sentences = append(d.sentences, strings.Join(words[:maxWords], " "))
		}
		d.sentences = append(d.sentences, strings.Join(words, " "))
	}
	d.terms = weighTerms(ctx, d.sentences)
	if len(d.sentences) > maxSentences {
		d.sentences = d.heaviest(ctx, m.stems)
	}
	var err error
	if d.vectors, err = enc.Embed(ctx, d.sentences); err != nil {
		return nil, err
	}
	d.centre = mean(d.vectors)
	return d, nil
}

// heaviest returns the maxSentences sentences with the largest weight of
// words per length, in their order.
func (d *document) heaviest(ctx context.Context, stems []string) []string {
	weights := make([]float64, len(d.sentences))
	order := make([]int, len(d.sentences))
	for i, s := range d.sentences {
		order[i] = i
		if ctx.Err() != nil {
			continue // whoever embeds will say so
		}
		if stems != nil {
			weights[i] = d.terms.overlap(stems, prose.Stems(s))
			continue
		}
		words := prose.Stems(s)
		for _, w := range words {
			weights[i] += d.terms.frequency(w)
		}
		weights[i] /= float64(len(words) + 4)
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(weights[b], weights[a]) })
	order = order[:maxSentences]
	slices.Sort(order)
	kept := make([]string, len(order))
	for i, o := range order {
		kept[i] = d.sentences[o]
	}
	return kept
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// mean returns the mean direction of vectors, of length 1.
func mean(vectors []encoder.Vector) encoder.Vector {
	c := make(encoder.Vector, encoder.Dim)
	for _, v := range vectors {
		for i, x := range v {
			c[i] += x
		}
	}
	if n := float32(math.Sqrt(float64(encoder.Dot(c, c)))); n > 0 {
		for i := range c {
			c[i] /= n
		}
	}
	return c
}

// termWeights knows in how many of a text's sentences a stem occurs.
type termWeights struct {
	sentences map[string]int
	total     int
}

// weighTerms counts the stems of sentences, as far as it comes within ctx: a text
// may have a hundred thousand.
func weighTerms(ctx context.Context, sentences []string) termWeights {
	t := termWeights{sentences: map[string]int{}, total: len(sentences)}
	for _, s := range sentences {
		if ctx.Err() != nil {
			break
		}
		stems := prose.Stems(s)
		slices.Sort(stems)
		for _, stem := range slices.Compact(stems) {
			t.sentences[stem]++
		}
	}
	return t
}

// frequency grows with the number of sentences that hold the stem.
func (t termWeights) frequency(stem string) float64 {
	return math.Log1p(float64(t.sentences[stem]))
}

// rarity is larger for a stem in fewer sentences (inverse document frequency).
func (t termWeights) rarity(stem string) float64 {
	return math.Log(1 + float64(t.total+1)/float64(t.sentences[stem]+1))
}

// overlap returns the share, 0 to 1, of the asked stems that are among the
// given ones, rare stems counting more.
func (t termWeights) overlap(asked, given []string) float64 {
	var have, all float64
	for _, stem := range asked {
		w := t.rarity(stem)
		all += w
		if slices.Contains(given, stem) {
			have += w
		}
	}
	if all == 0 {
		return 0
	}
	return have / all
}
