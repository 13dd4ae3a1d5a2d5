package grammar

import (
	"strings"

	"airglow/internal/mlsql"
)

// The engine chooses its indexes itself and passes over USE INDEX, FORCE INDEX
// and IGNORE INDEX. The stock grammar has them in their plainest form only: one
// list of names, after INDEX. In the text that the stock parser sees, hints of
// every form have that one; their names are checked once the tables are known.

// hiddenPrimary stands for PRIMARY, which the stock grammar has no place for
// among names, at the same length.
const hiddenPrimary = "primar_"

// HintedIndex is the name of an index in a parsed hint.
func HintedIndex(name string) string {
	if name == hiddenPrimary {
		return "PRIMARY"
	}
	return name
}

// PlainHints returns a text with its index hints in their plainest form.
func PlainHints(text string, modes mlsql.Options) string {
	if !containsFold(text, "index") && !containsFold(text, "key") {
		return text // as nearly all are
	}
	var b strings.Builder
	copied := 0
	lexer := mlsql.NewLexer(text, modes)
	for tok := lexer.Next(); tok.Kind != mlsql.EndOfText; {
		if !isWord(tok, "USE", "FORCE", "IGNORE") {
			tok = lexer.Next()
			continue
		}
		start := tok.Start
		var hints hintReader
		tok = hints.read(lexer, tok)
		if hints.end > 0 {
			b.WriteString(text[copied:start])
			b.WriteString(Blanked(text[start:hints.end], hints.plain()))
			copied = hints.end
		}
	}
	if copied == 0 {
		return text
	}
	b.WriteString(text[copied:])
	return b.String()
}

// hintReader reads the hints that follow one another.
type hintReader struct {
	names []string
	// end is the offset after the last hint; 0 when there is none.
	end int
}

// read reads hints from a token on and returns the first token that is none's.
func (h *hintReader) read(lexer *mlsql.Lexer, tok mlsql.Token) mlsql.Token {
	for isWord(tok, "USE", "FORCE", "IGNORE") {
		if tok = lexer.Next(); !isWord(tok, "INDEX", "KEY") {
			return tok
		}
		if tok = lexer.Next(); isWord(tok, "FOR") {
			if tok = lexer.Next(); isWord(tok, "ORDER", "GROUP") {
				lexer.Next()
			}
			tok = lexer.Next()
		}
		if tok.Text != "(" {
			return tok
		}
		for tok = lexer.Next(); tok.Text != ")"; tok = lexer.Next() {
			switch {
			case tok.Kind == mlsql.EndOfText:
				return tok
			case isWord(tok, "PRIMARY"):
				h.names = append(h.names, hiddenPrimary)
			case tok.Text != ",":
				h.names = append(h.names, tok.Text)
			}
		}
		h.end = tok.End
		if tok = lexer.Next(); tok.Text == "," {
			return tok // the next table's
		}
	}
	return tok
}

// plain is one hint with all the names; none without names.
func (h *hintReader) plain() string {
	if len(h.names) == 0 {
		return ""
	}
	return "USE INDEX(" + strings.Join(h.names, ",") + ")"
}
