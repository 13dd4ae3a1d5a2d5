package engine

import (
	"fmt"
	"strings"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
	"airglow/internal/procedure"
)

// The stock grammar knows no SET ROLE and no GET DIAGNOSTICS, and has no place
// for a statement of ours within the body of a procedure. So the text that the
// stock parser sees has an assignment of a user variable of the same length in
// its place, and the parsed body gets the true statement back.

// hiddenStatements are the statements that a text hides, by the name of the
// user variable that stands for each.
type hiddenStatements map[string]sqlparser.Statement

// hideStatements returns a text for the stock parser. Offsets and line numbers
// stay as they are.
func (e *Engine) hideStatements(text string, modes mlsql.Options) (string, hiddenStatements) {
	if !createsBody(text, modes) {
		return text, nil
	}
	hidden := hiddenStatements{}
	var b strings.Builder
	copied := 0
	for at := nextOurs(text, 0, modes); at >= 0; at = nextOurs(text, copied, modes) {
		stmt, size := e.readOurs(text[at:], modes)
		if stmt == nil {
			b.WriteString(text[copied : at+3])
			copied = at + 3 // the stock parser will refuse it in its own words
			continue
		}
		name := unusedName(text, len(hidden))
		hidden[name] = stmt
		b.WriteString(text[copied:at])
		b.WriteString(blanked(text[at:at+size], "SET @"+name+"=0"))
		copied = at + size
	}
	if len(hidden) == 0 {
		return text, nil
	}
	b.WriteString(text[copied:])
	return b.String(), hidden
}

// readOurs reads a statement of ours at the beginning of a text and returns its
// length without the semicolon; nil when there is none.
func (e *Engine) readOurs(text string, modes mlsql.Options) (sqlparser.Statement, int) {
	if stmt, size, err := procedure.ParseDiagnostics(text, modes); err == nil && stmt != nil {
		return stmt, size
	}
	stmt, size, err := mlsql.Parse(text, modes)
	role, ok := stmt.(*mlsql.SetRole)
	if err != nil || !ok {
		return nil, 0
	}
	if strings.HasSuffix(text[:size], ";") {
		size--
	}
	return e.inject(role), size
}

// createsBody reports whether a text creates something with a body.
func createsBody(text string, modes mlsql.Options) bool {
	lexer := mlsql.NewLexer(text, modes)
	if !isWord(lexer.Next(), "CREATE") {
		return false
	}
	for range 16 {
		switch tok := lexer.Next(); {
		case isWord(tok, "PROCEDURE", "TRIGGER", "EVENT"):
			return true
		case tok.Kind == mlsql.EndOfText, isWord(tok, "TABLE", "VIEW", "USER"):
			return false
		}
	}
	return false
}

// nextOurs returns the offset of the next statement of ours, and -1 without one.
func nextOurs(text string, from int, modes mlsql.Options) int {
	lexer := mlsql.NewLexer(text[from:], modes)
	for before := lexer.Next(); before.Kind != mlsql.EndOfText; {
		tok := lexer.Next()
		if isWord(before, "SET") && isWord(tok, "ROLE") ||
			isWord(before, "GET") && isWord(tok, "DIAGNOSTICS", "CURRENT", "STACKED") {
			return from + before.Start
		}
		before = tok
	}
	return -1
}

// unusedName returns a name of at most three letters for ten statements, so
// that it fits where "ROLE x" stood, and that the text does not use.
func unusedName(text string, n int) string {
	for _, letter := range "rqzxjkvwypbgfcdmntshl" {
		name := fmt.Sprintf("%c%d", letter, n)
		if !strings.Contains(text, "@"+name) {
			return name
		}
	}
	return fmt.Sprintf("r%d", n)
}

// blanked returns a text of the length of old that reads as new, with as many
// line breaks as old has at its end.
func blanked(old, new string) string {
	breaks := strings.Repeat("\n", strings.Count(old, "\n"))
	return new + strings.Repeat(" ", max(0, len(old)-len(new)-len(breaks))) + breaks
}

// restoreStatements puts the hidden statements back into a parsed one.
func restoreStatements(stmt *sqlparser.Statement, hidden hiddenStatements) {
	if len(hidden) == 0 {
		return
	}
	replaceStatements(stmt, func(s sqlparser.Statement) (sqlparser.Statement, bool) {
		set, ok := s.(*sqlparser.Set)
		if !ok || len(set.Exprs) != 1 {
			return nil, false
		}
		ours, ok := hidden[strings.TrimPrefix(set.Exprs[0].Name.String(), "@")]
		return ours, ok
	})
}
