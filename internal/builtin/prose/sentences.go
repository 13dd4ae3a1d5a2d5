// Package prose takes English text apart without a model: sentences, clauses,
// words and their stems, names by their capitals; and it cuts text to a
// length at a place where a reader would cut it.
//
// It works by rules over punctuation and short word lists. The rules are those
// of news, reviews and product announcements: abbreviations, decimals, version
// numbers and web addresses do not end a sentence, a list item does.
package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a piece of a text, from byte Start to before byte End.
type Span struct{ Start, End int }

// Of returns the piece with its line breaks and runs of blanks made one blank.
func (s Span) Of(text string) string {
	return strings.Join(strings.Fields(text[s.Start:s.End]), " ")
}

// Sentences returns the sentences of a text, white space tidied and list
// bullets removed.
func Sentences(text string) []string {
	var out []string
	for _, s := range Split(text) {
		if sentence := strings.TrimLeft(s.Of(text), "-*•· "); sentence != "" {
			out = append(out, sentence)
		}
	}
	return out
}

// Split returns where the sentences of a text are. Spans are in order, do not
// overlap, and leave out nothing but white space and the commas that SQL's
// group_concat puts between texts.
func Split(text string) []Span {
	var spans []Span
	start := 0
	cut := func(end, next int) {
		if strings.TrimSpace(text[start:end]) != "" {
			spans = append(spans, trim(text, Span{start, end}))
		}
		start = next
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		after := i + size
		switch {
		case r == '\n':
			if lineEnds(text, start, i) {
				cut(i, after)
			}
		case isTerminator(r):
			end, next, ok := sentenceEnds(text, start, i)
			if ok {
				cut(end, next)
			}
			after = max(end, next)
		}
		i = after
	}
	cut(len(text), len(text))
	return spans
}

func trim(text string, s Span) Span {
	for s.Start < s.End {
		r, size := utf8.DecodeRuneInString(text[s.Start:])
		if !unicode.IsSpace(r) {
			break
		}
		s.Start += size
	}
	s.End = s.Start + len(strings.TrimRightFunc(text[s.Start:s.End], unicode.IsSpace))
	return s
}

func isTerminator(r rune) bool {
	return r == '.' || r == '!' || r == '?' || r == '…' || r == '。'
}

// closers may stand between a sentence's last mark and the blank behind it.
const closers = "\"')]”’»"

// sentenceEnds decides about the mark at text[at] and those right behind it.
// It returns where they end and, when the sentence ends with them, where the
// next begins.
func sentenceEnds(text string, start, at int) (end, next int, ok bool) {
	end = at
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !isTerminator(r) && !strings.ContainsRune(closers, r) {
			break
		}
		end += size
	}
	next = end
	// group_concat joins texts by a comma without a blank: "…region.,Today".
	if rest, found := strings.CutPrefix(text[end:], ","); found && startsUpper(rest) {
		return end, end + 1, true
	}
	rest := text[end:]
	if rest != "" && !startsSpace(rest) {
		return end, 0, false
	}
	follow := strings.TrimLeft(rest, " \t\r\n")
	if startsLower(follow) {
		return end, 0, false
	}
	if text[at] == '.' && follow != "" && isAbbreviation(text[start:at], follow) {
		return end, 0, false
	}
	return end, next, true
}

// titles never end a sentence; endings do when a capital follows.
var (
	titles = set(`mr mrs ms dr prof sr jr st rev gen gov sen rep lt col sgt capt hon e.g i.e eg ie vs cf fig figs no
		nos vol pp approx est ca al dept univ jan feb mar apr jun jul aug sep sept oct nov dec mt`)
	endings = set(`inc ltd corp co llc plc gmbh etc u.s u.k e.u u.n a.m p.m ph.d b.c a.d`)
)

// isAbbreviation reports whether the full stop behind before belongs to its
// last word.
func isAbbreviation(before, follow string) bool {
	word := before[strings.LastIndexAny(before, " \t\r\n(\"“")+1:]
	lower := strings.ToLower(word)
	switch {
	case titles[lower]:
		// "No." ends a sentence unless a number follows, as does "St.".
		return lower != "no" && lower != "nos" || startsDigit(follow)
	case endings[lower]:
		return !startsUpper(follow)
	case len(word) == 1 && unicode.IsUpper(rune(word[0])):
		return word != "I" && startsUpper(follow)
	}
	// The number of a list item, "1. Install", at the start of a sentence.
	return strings.TrimSpace(before) == word && word != "" && strings.Trim(word, "0123456789") == ""
}

// shortLine is the length below which a line without a full stop, followed by
// a capital, is a heading and not wrapped text.
const shortLine = 50

// lineEnds decides whether the line break at text[at] ends a sentence.
func lineEnds(text string, start, at int) bool {
	rest := text[at+1:]
	next := strings.TrimLeft(rest, " \t\r")
	if strings.HasPrefix(next, "\n") || next == "" {
		return true
	}
	if startsBullet(next) {
		return true
	}
	line := text[start:at]
	line = strings.TrimSpace(line[strings.LastIndexByte(line, '\n')+1:])
	if strings.HasSuffix(line, ":") {
		return true
	}
	return line == strings.TrimSpace(text[start:at]) && len(line) < shortLine && startsUpper(next)
}

func startsBullet(s string) bool {
	for _, bullet := range []string{"- ", "* ", "• ", "· "} {
		if strings.HasPrefix(s, bullet) {
			return true
		}
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	return digits > 0 && (strings.HasPrefix(s[digits:], ". ") || strings.HasPrefix(s[digits:], ") "))
}

func startsSpace(s string) bool { return firstIs(s, unicode.IsSpace) }
func startsLower(s string) bool { return firstIs(s, unicode.IsLower) }
func startsDigit(s string) bool { return firstIs(s, unicode.IsDigit) }

// startsUpper looks past an opening quote or bracket.
func startsUpper(s string) bool {
	return firstIs(strings.TrimLeft(s, "\"'(“‘[ "), unicode.IsUpper)
}

func firstIs(s string, is func(rune) bool) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && is(r)
}

// set makes a set of the words of a list.
func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
