package engine

import (
	"strings"

	"airglow/internal/engine/dbname"
)

// words are those of a text that something is done for. Nearly all texts have
// none of them. That a text has one says nothing of where: it may stand in a
// string.
type words struct {
	index, key, defaults, distinct bool
	// aggregates is true for SUM and AVG.
	aggregates bool
	// own is the name of the system database.
	own bool
}

// wordsIn finds the words of a text, in any case.
func wordsIn(text string) (w words) {
	for i := range len(text) {
		switch text[i] | 0x20 {
		case 'i':
			w.index = w.index || beginsFold(text[i:], "index")
		case 'k':
			w.key = w.key || beginsFold(text[i:], "key")
		case 'd':
			w.defaults = w.defaults || beginsFold(text[i:], "default")
			w.distinct = w.distinct || beginsFold(text[i:], "distinct")
		case 's':
			w.aggregates = w.aggregates || beginsFold(text[i:], "sum")
		case 'a':
			w.aggregates = w.aggregates || beginsFold(text[i:], "avg")
			w.own = w.own || beginsFold(text[i:], dbname.System)
		}
	}
	return w
}

// beginsFold reports whether a text begins with a word, in any case.
func beginsFold(text, word string) bool {
	return len(text) >= len(word) && text[1]|0x20 == word[1] && strings.EqualFold(text[:len(word)], word)
}

// containsFold reports whether a text holds a word of small letters, in any case.
func containsFold(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}
