package mlsql

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Digest identifies a statement's text without its literals, comments and
// spacing, in hexadecimal, as MySQL's statement digests do: texts that differ in
// these alone share it. Lists of literals are alike whatever their length.
func Digest(text string, opts Options) string {
	h := sha256.Sum256([]byte(DigestText(text, opts)))
	return hex.EncodeToString(h[:])
}

// DigestText is the text that Digest stands for: words in upper case, ? for a
// literal, and one ... for those that follow it in a list.
func DigestText(text string, opts Options) string {
	var words []string
	l := NewLexer(text, opts)
	for t := l.Next(); t.Kind != EndOfText; t = l.Next() {
		word := t.Text
		switch t.Kind {
		case Word:
			word = strings.ToUpper(word)
		case String, Number, Invalid:
			word = "?"
		}
		n := len(words)
		if word == "?" && n >= 2 && words[n-1] == "," && (words[n-2] == "?" || words[n-2] == "...") {
			if words[n-2] == "..." {
				words = words[:n-1]
				continue
			}
			word = "..."
		}
		words = append(words, word)
	}
	if n := len(words); n > 0 && words[n-1] == ";" {
		words = words[:n-1]
	}
	return strings.Join(words, " ")
}
