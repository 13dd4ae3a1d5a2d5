package grammar

import (
	"math/bits"
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

// soughtWords are the words, by their bits in letterBits.
var soughtWords = [...]string{"index", "key", "default", "distinct", "sum", "avg", dbname.System}

// firstBits and secondBits have for each byte the bits of the words that it may be
// the first or second letter of. No two words begin with the same two letters, and few
// places of a text are the beginning of one.
var firstBits, secondBits = letterBits(0), letterBits(1)

func letterBits(at int) (of [256]uint8) {
	for i, word := range soughtWords {
		of[word[at]] |= 1 << i
		of[word[at]&^0x20] |= 1 << i // the same in upper case
	}
	return of
}

// WordsIn finds the words of a text, in any case.
func WordsIn(text string) Words {
	var found, before uint8
	for i := range len(text) {
		if may := before & secondBits[text[i]]; may != 0 && beginsFold(text[i-1:], soughtWords[bits.TrailingZeros8(may)]) {
			found |= may
		}
		before = firstBits[text[i]]
	}
	has := func(i int) bool { return found>>i&1 == 1 }
	return Words{Index: has(0), Key: has(1), Defaults: has(2), Distinct: has(3), Aggregates: has(4) || has(5), System: has(6)}
}

// beginsFold reports whether a text begins with a word, in any case.
func beginsFold(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
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
