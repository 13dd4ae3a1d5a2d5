package grammar

import (
	"strings"

	"airglow/internal/mlsql"
)

// isWord reports whether a token is one of the words, which are in upper case.
func isWord(tok mlsql.Token, words ...string) bool {
	for _, word := range words {
		if tok.Kind == mlsql.Word && strings.EqualFold(tok.Text, word) {
			return true
		}
	}
	return false
}

// WithDefiner puts DEFINER = … after CREATE, in the place of one that names the
// current user.
func WithDefiner(text string, definer mlsql.Account) string {
	lexer := mlsql.NewLexer(text, mlsql.Options{})
	create := lexer.Next()
	for tok := lexer.Next(); tok.Kind != mlsql.EndOfText; tok = lexer.Next() {
		if isWord(tok, "PROCEDURE") {
			return text[:create.End] + " DEFINER=" + definer.String() + " " + text[tok.Start:]
		}
	}
	return text
}

// Blanked returns a text of the length of old that reads as new, with as many
// line breaks as old has at its end.
func Blanked(old, new string) string {
	breaks := strings.Repeat("\n", strings.Count(old, "\n"))
	return new + strings.Repeat(" ", max(0, len(old)-len(new)-len(breaks))) + breaks
}

// WithoutLeadingComment cuts comments that begin a text. The stock parser
// refuses MariaDB's /*M! form, with which newer dumps begin; to MySQL it is a
// comment like any other. One of version comments stays: its content counts.
func WithoutLeadingComment(text string) string {
	for strings.HasPrefix(text, "/*") && !strings.HasPrefix(text, "/*!") {
		_, rest, closed := strings.Cut(text[2:], "*/")
		if !closed {
			return text
		}
		text = strings.TrimLeft(rest, " \t\r\n")
	}
	return text
}
