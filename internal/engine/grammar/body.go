package grammar

import (
	"fmt"
	"strings"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
	"airglow/internal/procedure"
)

// The stock grammar knows no SET ROLE and no GET DIAGNOSTICS, has DO for loops
// only, refuses many names in FETCH, and has no place for a statement of ours
// within the body of a procedure. So the text that the stock parser sees has an
// assignment of a user variable of the same length in its place, and the parsed body
// gets the true statement back.

// injector makes a statement of ours one of the stock parser's.
type injector = func(mlsql.Statement) sqlparser.Statement

// hiddenStatements are the statements that a text hides, by the name of the
// user variable that stands for each.
type hiddenStatements map[string]sqlparser.Statement

// hideStatements returns a text for the stock parser, and a nil map unless the
// text creates something with a body. Offsets and line numbers stay as they are.
func hideStatements(text string, modes mlsql.Options, inject injector) (string, hiddenStatements) {
	if !createsBody(text, modes) {
		return text, nil
	}
	hidden := hiddenStatements{}
	var b strings.Builder
	copied := 0
	for from := 0; ; {
		at := nextOurs(text, from, modes)
		if at < 0 {
			break
		}
		name := unusedName(text, len(hidden))
		instead := "SET @" + name + "=0"
		stmt, size := readOurs(text[at:], modes, inject)
		if stmt == nil || size < len(instead) {
			from = at + len("DO") // the stock parser will refuse it in its own words
			continue
		}
		hidden[name] = stmt
		b.WriteString(text[copied:at])
		b.WriteString(Blanked(text[at:at+size], instead))
		copied, from = at+size, at+size
	}
	b.WriteString(text[copied:])
	return b.String(), hidden
}

// readOurs reads a statement of ours at the beginning of a text and returns its
// length without the semicolon; nil when there is none.
func readOurs(text string, modes mlsql.Options, inject injector) (sqlparser.Statement, int) {
	if stmt, size, err := procedure.Parse(text, modes); err == nil && stmt != nil {
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
	return inject(role), size
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

// nextOurs returns the offset of the next statement that may be ours, and -1
// without one.
func nextOurs(text string, from int, modes mlsql.Options) int {
	lexer := mlsql.NewLexer(text[from:], modes)
	var before mlsql.Token
	for tok := lexer.Next(); tok.Kind != mlsql.EndOfText; {
		after := lexer.Next()
		switch {
		case isWord(tok, "SET") && isWord(after, "ROLE"),
			isWord(tok, "GET") && isWord(after, "DIAGNOSTICS", "CURRENT", "STACKED"),
			isWord(tok, "FETCH"),
			isWord(tok, "DO") && beginsStatement(before):
			return from + tok.Start
		}
		before, tok = tok, after
	}
	return -1
}

// beginsStatement reports whether a statement may begin after a token. The DO of
// WHILE follows a condition.
func beginsStatement(before mlsql.Token) bool {
	return isWord(before, "BEGIN", "THEN", "ELSE", "LOOP", "REPEAT", "DO") || before.Kind == mlsql.Symbol && before.Text == ";"
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

// restoreStatements puts the hidden statements back into a parsed one.
func restoreStatements(stmt *sqlparser.Statement, hidden hiddenStatements) {
	if len(hidden) == 0 {
		return
	}
	walk.ReplaceStatements(stmt, func(s sqlparser.Statement) (sqlparser.Statement, bool) {
		set, ok := s.(*sqlparser.Set)
		if !ok || len(set.Exprs) != 1 {
			return nil, false
		}
		ours, ok := hidden[strings.TrimPrefix(set.Exprs[0].Name.String(), "@")]
		return ours, ok
	})
}
