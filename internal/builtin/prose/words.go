package prose

import (
	"strings"
	"unicode"
)

// Word is a word with its place in the text it came from.
type Word struct {
	Text string
	Span
}

// Lower returns the word in lower case.
func (w Word) Lower() string { return strings.ToLower(w.Text) }

// Words returns the words of a text. Hyphens, apostrophes, dots, slashes and
// the like inside a word belong to it ("exactly-once", "don't", "v2.1",
// "Node.js", "CI/CD"), as do a plus or hash at its end ("C++", "C#"). A
// possessive "'s" does not.
func Words(text string) []Word {
	var words []Word
	start := -1
	flush := func(end int) {
		if start >= 0 {
			words = append(words, newWord(text, start, end))
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		case start >= 0 && strings.ContainsRune("-'’._/&@+#", r):
		default:
			flush(i)
		}
	}
	flush(len(text))
	return words
}

func newWord(text string, start, end int) Word {
	w := strings.TrimRight(text[start:end], "-'’._/&@")
	if strings.Trim(w, "+#") != "" && len(strings.TrimRight(w, "+#")) > 1 {
		w = strings.TrimRight(w, "+#")
	}
	for _, s := range []string{"'s", "’s"} {
		w = strings.TrimSuffix(w, s)
	}
	return Word{Text: w, Span: Span{start, start + len(w)}}
}

// Count returns the number of words as people count them: what white space
// separates.
func Count(text string) int { return len(strings.Fields(text)) }

// IsStop reports whether a lower-case word carries no subject of its own:
// articles, pronouns, prepositions, auxiliaries and the like.
func IsStop(lower string) bool { return stopWords[lower] }

var stopWords = set(`a about above according across after afterwards again against ago all almost along already also
	although always am among an and another any anyone anything are aren't around as at away back be became because become
	been before behind being below beside besides best better between beyond both but by can can't cannot could couldn't did
	didn't do does doesn't doing don't done down due during each either else enough especially etc even ever every everyone
	everything except far few fewer first for former forward from further get gets give given gives giving go goes going got
	had hadn't has hasn't have haven't having he he's hence her here hers herself him himself his how however i i'd i'll i'm
	i've if in including indeed instead into is isn't it it's its itself just keep kept last later least less let lets like
	likely made make makes making many may maybe me meanwhile might mine more moreover most mostly much must my myself near
	nearly neither never new next no nobody none nor not nothing now of off often on once one ones only onto or other others
	otherwise our ours ourselves out over own per perhaps please put quite rather really regarding said same say says see
	seem seemed seems several shall she she's should shouldn't since so some someone something sometimes soon still such
	take takes than that that's the their theirs them themselves then there there's thereby therefore these they they're
	they've this those though three through throughout thus to today together too toward towards two under until up upon us
	use used uses using usually various very via want wants was wasn't way we we'd we'll we're we've well went were weren't
	what what's whatever when whenever where whether which while who whole whom whose why will with within without won't
	would wouldn't yes yesterday yet you you'd you'll you're you've your yours yourself monday tuesday wednesday thursday
	friday saturday sunday year years month months week weeks day days`)

// Stem returns a lower-case word without its commonest endings, so that
// "supports", "supported" and "supporting" meet. It is for comparing, not for
// showing.
func Stem(lower string) string {
	w := strings.ReplaceAll(lower, "’", "'")
	w = strings.TrimSuffix(w, "'s")
	if len(w) <= 3 {
		return w
	}
	for _, rule := range [][2]string{
		{"sses", "ss"}, {"ies", "y"}, {"ied", "y"}, {"ches", "ch"}, {"shes", "sh"}, {"xes", "x"},
	} {
		if cut, ok := strings.CutSuffix(w, rule[0]); ok && len(cut) >= 2 {
			return cut + rule[1]
		}
	}
	for _, ending := range []string{"ings", "ing", "ed", "ly", "s"} {
		cut, ok := strings.CutSuffix(w, ending)
		if !ok || len(cut) < 3 || ending == "s" && (strings.HasSuffix(cut, "s") || strings.HasSuffix(cut, "u") || strings.HasSuffix(cut, "i")) {
			continue
		}
		// "stopped" and "stopping" double their last letter.
		if n := len(cut); n > 3 && ending[0] != 's' && ending[0] != 'l' && cut[n-1] == cut[n-2] && !strings.ContainsRune("lsez", rune(cut[n-1])) {
			cut = cut[:n-1]
		}
		return strings.TrimSuffix(cut, "e")
	}
	return strings.TrimSuffix(w, "e")
}

// Stems returns the stems of a text's words that carry a subject.
func Stems(text string) []string {
	var stems []string
	for _, w := range Words(text) {
		if lower := w.Lower(); lower != "" && !stopWords[lower] {
			stems = append(stems, Stem(lower))
		}
	}
	return stems
}
