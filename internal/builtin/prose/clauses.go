package prose

import (
	"regexp"
	"strings"
)

// turns are the words at which a sentence turns to another judgement. The
// comma forms keep "and" and "so" within lists together.
var turns = regexp.MustCompile(`(?i)(?:[,;:–—]\s*|\s+-\s+|\s+)(?:but|however|although|though|yet|whereas|while|except(?: that)?|even if|nevertheless|still,|on the other hand|unfortunately|sadly|despite|in spite of)\s+|;\s+|,\s+(?:and|so|which)\s+`)

// leading is such a word at the start: "Although the room was small, …".
var leading = regexp.MustCompile(`(?i)^(?:although|though|while|whereas|despite|in spite of|even though|but|however,?|yet)\s+`)

// shortClause is the number of words below which a clause is left with its
// neighbour: it says too little alone.
const shortClause = 3

// Clauses cuts a sentence where it turns from one judgement to another. A
// sentence that does not turn is one clause.
func Clauses(sentence string) []string {
	body := leading.ReplaceAllString(sentence, "")
	var parts []string
	if body != sentence {
		// The turn of "Although A, B" is its first comma.
		if head, tail, ok := strings.Cut(body, ", "); ok && Count(head) >= shortClause && Count(tail) >= shortClause {
			parts, body = append(parts, head), tail
		}
	}
	at := 0
	for _, turn := range turns.FindAllStringIndex(body, -1) {
		if Count(body[at:turn[0]]) >= shortClause && atLeast(2, body[turn[1]:]) {
			parts = append(parts, strings.TrimSpace(body[at:turn[0]]))
			at = turn[1]
		}
	}
	return append(parts, strings.TrimSpace(body[at:]))
}

// atLeast reports whether a text has n words, without reading more of it.
func atLeast(n int, text string) bool {
	for range strings.FieldsSeq(text) {
		if n--; n == 0 {
			return true
		}
	}
	return false
}
