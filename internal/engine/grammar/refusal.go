package grammar

import (
	"strings"

	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mlsql"
	"airglow/internal/mysqlerr"
)

// SyntaxError gives the stock parser's refusal MySQL's number and words.
// It names a position; the text from the word there on is what MySQL shows.
func SyntaxError(text string, err error) error {
	if label, ok := between(err.Error(), "End-label ", " without match"); ok {
		return mysql.NewSQLError(1310, "42000", "End-label %s without match", label)
	}
	if strings.HasPrefix(err.Error(), "INTO clause is not allowed") {
		return mysql.NewSQLError(1323, "42000", "Cursor SELECT must not have INTO")
	}
	_, position, ok := strings.Cut(err.Error(), "syntax error at position ")
	if !ok {
		return mysql.NewSQLError(1064, "42000", "You have an error in your SQL syntax: %s", err.Error())
	}
	at := leadingNumber(position)
	if mysqlerr.EndsEarly(text, at) {
		return nearError(text, len(text))
	}
	place := wordBefore(text, at)
	if refused := refusedInBody(text, place); refused != nil {
		return refused
	}
	return nearError(text, place)
}

// between is what stands between two parts of a text, the first at its
// beginning.
func between(text, before, after string) (string, bool) {
	rest, ok := strings.CutPrefix(text, before)
	if !ok {
		return "", false
	}
	found, _, ok := strings.Cut(rest, after)
	return found, ok
}

func leadingNumber(text string) int {
	n := 0
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			break
		}
		n = n*10 + int(digit-'0')
	}
	return n
}

// Trailing refuses what follows a statement that must stand alone.
func Trailing(text string, at int) error {
	return nearError(text, min(at+len(text[at:])-len(strings.TrimLeft(text[at:], "; \t\r\n")), len(text)))
}

// nearError is MySQL's syntax error at a byte of the text.
func nearError(text string, at int) error {
	near := text[at:]
	if len(near) > 80 { // as much as MySQL shows
		near = strings.ToValidUTF8(near[:80], "")
	}
	return mysql.NewSQLError(1064, "42000",
		"You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '%s' at line %d",
		near, 1+strings.Count(text[:at], "\n"))
}

// wordBefore returns where the offending word begins: the stock parser reports
// the position one after the end of the word.
func wordBefore(text string, position int) int {
	lexer := mlsql.NewLexer(text, mlsql.Options{})
	at := 0
	for tok := lexer.Next(); tok.Kind != mlsql.EndOfText && tok.Start < position-1; tok = lexer.Next() {
		at = tok.Start
	}
	return at
}

// notInBodies are the statements that MySQL's grammar knows in a body and
// refuses, and the stock grammar does not know there.
var notInBodies = map[string]bool{"USE": true, "LOCK": true, "UNLOCK": true, "LOAD": true}

// commitsInBody are those that the stock grammar knows within BEGIN only, and
// that a trigger may not have: they commit.
var commitsInBody = map[string]bool{"TRUNCATE": true, "COMMIT": true, "ROLLBACK": true, "START": true,
	"ALTER": true, "CREATE": true, "DROP": true, "GRANT": true, "REVOKE": true}

// refusedInBody returns MySQL's error for a statement that no body may have, nil
// when the syntax error at a place of a text is another.
func refusedInBody(text string, place int) error {
	words := strings.Fields(strings.ToUpper(text[place:]))
	if len(words) > 0 && commitsInBody[words[0]] && isTriggered(text[:place]) {
		return mysqlerr.New(1422, "Explicit or implicit commit is not allowed in stored function or trigger.")
	}
	if len(words) == 0 || !notInBodies[words[0]] || !createsRoutine(text[:place]) {
		return nil
	}
	what := words[0]
	if what == "LOAD" && len(words) > 1 {
		what += " " + words[1]
	}
	return mysql.NewSQLError(1314, "0A000", "%s is not allowed in stored procedures", what)
}

// isTriggered reports whether a text is that of CREATE TRIGGER up to the body.
func isTriggered(text string) bool {
	words := strings.Fields(strings.ToUpper(text))
	return len(words) > 3 && words[0] == "CREATE" && words[len(words)-1] == "ROW" && words[len(words)-2] == "EACH"
}

func createsRoutine(text string) bool {
	create, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.ToUpper(rest)
	return strings.EqualFold(create, "CREATE") && (strings.Contains(rest, "PROCEDURE") || strings.Contains(rest, "TRIGGER"))
}
