package builtin

import (
	"context"
	"math"
	"regexp"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/sentiment"
)

// choice is a text and the classes that it may be put into.
type choice struct {
	document *document
	classes  []class
	encoder  *encoder.Encoder
	// scores are the text's sentiment; nil where no class is about that.
	scores *sentiment.Scores
}

// classify returns the label of the class that the text belongs to.
func (p *Provider) classify(ctx context.Context, c choice) (string, error) {
	for _, class := range c.classes {
		if forPraise.MatchString(class.label) || forBlame.MatchString(class.label) {
			judge := sentiment.Judge{Encoder: c.encoder, Head: p.head}
			scores, err := judge.Judge(ctx, strings.Join(c.document.sentences, " "))
			if err != nil {
				return "", err
			}
			c.scores = &scores
			break
		}
	}
	return c.best(ctx)
}

// fits is how near the nearest class must be, where there is one for all the rest. It
// lies between the texts of a class and those of others, as far as they do not mix.
const fits = 0.5

// written are words of labels whose capitals are those of a heading, not of an
// abbreviation. They are compared in lower case: it is to make no difference how a
// list is written.
var written = regexp.MustCompile(`\b(?:\p{Lu}{4,}|\p{Lu}\p{Ll}{2,})\b`)

// best returns the label whose meaning is nearest to the text's. It is compared
// alone and in a sentence, which says more of a label of one word.
func (c choice) best(ctx context.Context) (string, error) {
	var asked []string
	for _, class := range c.classes {
		label := written.ReplaceAllStringFunc(class.label, strings.ToLower)
		sentence := "This text is about " + label + "."
		if class.about != "" {
			sentence = "This text is about " + label + ": " + class.about
		}
		asked = append(asked, label, sentence)
	}
	vectors, err := c.encoder.Embed(ctx, asked)
	if err != nil {
		return "", err
	}
	best, bestScore, rest := 0, math.Inf(-1), -1
	nearest := float32(-2)
	for i, class := range c.classes {
		if forTheRest.MatchString(class.label) {
			rest = i
			continue
		}
		near := encoder.Dot(c.document.centre, vectors[2*i]) + encoder.Dot(c.document.centre, vectors[2*i+1])
		nearest = max(nearest, near)
		if score := float64(near+c.peak(vectors[2*i+1])) + c.manner(class); score > bestScore {
			best, bestScore = i, score
		}
	}
	if rest >= 0 && nearest < fits {
		best = rest
	}
	return c.classes[best].label, nil
}

// peak is how near the nearest sentence is: a text may belong to a class by one
// telling sentence.
func (c choice) peak(to encoder.Vector) float32 {
	var peak float32
	for _, v := range c.document.vectors {
		peak = max(peak, encoder.Dot(v, to))
	}
	return peak
}

// Classes that are not about what a text is about, but how it speaks.
var (
	forQuestions = pattern(`\b(?:questions?|enquir(?:y|ies)|inquir(?:y|ies))\b`)
	forPraise    = pattern(`^(?:praise|compliments?|thanks|thank[- ]you|positive\b.*)$`)
	forBlame     = pattern(`^(?:complaints?|criticism|dissatisfaction|negative\b.*)$`)
	forTheRest   = pattern(`^(?:others?|none(?: of (?:the above|these|them))?|miscellaneous|misc|something else|anything else|unknown|unclear|n/?a)$`)
)

// manner is what a text gains for a class by the way it speaks. It weighs as much as
// the difference between a class that fits and one that does not.
func (c choice) manner(class class) float64 {
	const weight = 0.4
	switch label := class.label; {
	case forQuestions.MatchString(label):
		for _, s := range c.document.sentences {
			if isQuestion(s) {
				return weight
			}
		}
		return -weight
	case c.scores == nil:
		return 0
	case forPraise.MatchString(label):
		return weight * (c.scores.Positive - c.scores.Negative)
	case forBlame.MatchString(label):
		return weight * (c.scores.Negative - c.scores.Positive)
	}
	return 0
}

// feeling returns the sentiment with the largest score, of those named if any are,
// as they are written there.
func feeling(s sentiment.Scores, named []class) string {
	if len(named) == 0 {
		return s.Label()
	}
	scores := map[string]float64{"positive": s.Positive, "negative": s.Negative, "neutral": s.Neutral, "mixed": s.Mixed}
	best := named[0].label
	for _, c := range named {
		if scores[strings.ToLower(c.label)] > scores[strings.ToLower(best)] {
			best = c.label
		}
	}
	return best
}
