package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"airglow/internal/builtin/prose"
)

// "Group the comments into categories: …" has the text behind its colon as often as
// a list of classes, unlike "one of", "these categories" and a heading of its own.
// What stands there is taken for a list only where it reads as one.

var (
	intoGroups = pattern(`\b(?:into|in|by|to) $`)
	plainGroup = pattern(`^(?:categories|classes|labels|topics|tags)\b`)
	// clauseWords are in clauses, and hardly in the names of classes.
	clauseWords = pattern(`\b(?:i|we|you|he|she|it|they|nobody|everybody|somebody|is|are|was|were|am|has|had|does|did|will|would|can|could|should|must|may|might|[a-z]+n['’]t)\b`)
)

// mostOfGroup is how many words the name of a group has at most where it might as
// well be part of a sentence.
const mostOfGroup = 3

// mayBeText reports whether a list that is announced there may be the text.
func mayBeText(message string, announced []int) bool {
	return intoGroups.MatchString(message[:announced[0]]) && plainGroup.MatchString(message[announced[0]:announced[1]])
}

// readsAsText reports whether what was read as classes are the clauses of a text.
// rest is what comes after them.
func readsAsText(classes []class, rest string) bool {
	for _, c := range classes {
		if prose.Count(c.label) > mostOfGroup || clauseWords.MatchString(c.label) {
			return true
		}
	}
	// A sentence that goes on behind a colon has one capital, its first.
	if !strings.HasPrefix(rest, ":") || !capital(classes[0].label) {
		return false
	}
	for _, c := range classes[1:] {
		if capital(c.label) {
			return false
		}
	}
	return true
}

func capital(label string) bool {
	first, _ := utf8.DecodeRuneInString(label)
	return unicode.IsUpper(first)
}
