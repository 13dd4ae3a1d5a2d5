package prose

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limit bounds a text. Zero fields do not bound.
type Limit struct {
	// Runes is the number of characters, Words that of words by white space.
	Runes int
	Words int
}

// Holds reports whether the text is within the limit.
func (l Limit) Holds(text string) bool {
	return (l.Runes == 0 || utf8.RuneCountInString(text) <= l.Runes) && (l.Words == 0 || Count(text) <= l.Words)
}

var (
	brackets = regexp.MustCompile(`\s*\([^()]*\)`)
	// opening matches the time or manner that announcements start with.
	opening = regexp.MustCompile(`^(?:Starting|Beginning|Effective|As of|With this|Today|Now|Additionally|In addition|Previously|Moreover|Furthermore|However|Meanwhile)[^,.;]{0,60},\s+`)
	// pauses are where a sentence may be left early.
	pauses = regexp.MustCompile(`[,;:]\s|\s[–—-]\s|\s(?:so that|which|while|because|although|where|and|but)\s`)
)

// Clip returns the text, or the longest part from its start that is within
// the limit and ends at a sentence; else one at a clause; else one at a word,
// marked by "…". It never cuts a word unless the first word alone exceeds the
// limit.
func Clip(text string, l Limit) string {
	text = strings.TrimSpace(text)
	if l.Holds(text) {
		return text
	}
	spans := Split(text)
	fits := 0
	for fits < len(spans)-1 && l.Holds(text[:spans[fits].End]) {
		fits++
	}
	if fits > 0 {
		return text[:spans[fits-1].End]
	}
	return shorten(l.near(spans[0].Of(text)), l)
}

// near drops what lies far beyond the limit, so that cutting an endless
// sentence takes no longer than cutting a long one.
func (l Limit) near(s string) string {
	const slack = 8
	if runes := []rune(s); l.Runes > 0 && len(runes) > slack*(l.Runes+20) {
		s = string(runes[:slack*(l.Runes+20)])
	}
	if fields := strings.Fields(s); l.Words > 0 && len(fields) > slack*(l.Words+5) {
		s = strings.Join(fields[:slack*(l.Words+5)], " ")
	}
	return s
}

// shorten cuts a single sentence. What can go without loss goes first: the
// opening phrase, then what stands in brackets, then the later clauses.
func shorten(sentence string, l Limit) string {
	whole := sentence
	for _, lighter := range []func(string) string{dropOpening, dropBrackets} {
		if sentence = lighter(sentence); l.Holds(sentence) {
			return sentence
		}
	}
	breaks := pauses.FindAllStringIndex(sentence, -1)
	for i := len(breaks) - 1; i >= 0; i-- {
		head := strings.TrimRightFunc(sentence[:breaks[i][0]], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) + "."
		if l.Holds(head) && fills(head, l) && closed(head) {
			return head
		}
	}
	if sentence == "" {
		sentence = whole
	}
	return clipWords(sentence, l)
}

// fills reports whether a cut text still uses enough of its limit to be worth
// more than a cut at the last word.
func fills(head string, l Limit) bool {
	return Count(head) >= 5 && (l.Runes == 0 || 5*utf8.RuneCountInString(head) >= 2*l.Runes) && (l.Words == 0 || 5*Count(head) >= 2*l.Words)
}

// closed reports whether brackets and quotes are in pairs.
func closed(s string) bool {
	return strings.Count(s, "(") == strings.Count(s, ")") && strings.Count(s, `"`)%2 == 0 && strings.Count(s, "“") == strings.Count(s, "”")
}

func dropOpening(s string) string {
	rest := opening.ReplaceAllString(s, "")
	if rest == s || Count(rest) < 4 {
		return s
	}
	r, size := utf8.DecodeRuneInString(rest)
	return string(unicode.ToUpper(r)) + rest[size:]
}

func dropBrackets(s string) string { return brackets.ReplaceAllString(s, "") }

// clipWords keeps as many whole words as fit with "…" behind them.
func clipWords(s string, l Limit) string {
	fields := strings.Fields(s)
	for n := len(fields) - 1; n > 0; n-- {
		last := strings.ToLower(fields[n-1])
		if n > 3 && (stopWords[last] || strings.HasSuffix(last, ",")) {
			continue
		}
		if head := strings.Join(fields[:n], " ") + "…"; l.Holds(head) {
			return head
		}
	}
	// Not even one word with the mark behind it.
	runes := []rune(s)
	return string(runes[:min(len(runes), max(l.Runes, 0))])
}
