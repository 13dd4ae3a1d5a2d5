package grammar

import (
	"strings"

	"airglow/internal/engine/dbname"
)

// Words are those of a text that something is done for. Nearly all texts have
// none of them. That a text has one says nothing of where: it may stand in a
// string.
type Words struct {
	Index, Key, Defaults, Distinct bool
	// Aggregates is true for SUM and AVG.
	Aggregates bool
	// System is the name of the system database.
	System bool
}

// WordsIn finds the words of a text, in any case.
func WordsIn(text string) (w Words) {
	for i := range len(text) {
		switch text[i] | 0x20 {
		case 'i':
			w.Index = w.Index || beginsFold(text[i:], "index")
		case 'k':
			w.Key = w.Key || beginsFold(text[i:], "key")
		case 'd':
			w.Defaults = w.Defaults || beginsFold(text[i:], "default")
			w.Distinct = w.Distinct || beginsFold(text[i:], "distinct")
		case 's':
			w.Aggregates = w.Aggregates || beginsFold(text[i:], "sum")
		case 'a':
			w.Aggregates = w.Aggregates || beginsFold(text[i:], "avg")
			w.System = w.System || beginsFold(text[i:], dbname.System)
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

// Mended reports whether a text has the words of what is mended. To walk through
// the statement costs more than all else that is done with most texts.
func (w Words) Mended() bool { return w.Index || w.Key || w.Defaults }
