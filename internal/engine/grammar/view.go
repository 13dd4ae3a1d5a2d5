package grammar

import (
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

// ViewName returns where the name of the view that a text creates begins, and
// whether it stands without a database; -1 when the text creates none.
func ViewName(text string, modes mlsql.Options) (at int, unqualified bool) {
	lexer := mlsql.NewLexer(text, modes)
	if first := lexer.Next(); !isWord(first, "CREATE", "ALTER") {
		return -1, false
	}
	for range 16 { // OR REPLACE, ALGORITHM, DEFINER and SQL SECURITY come before
		switch tok := lexer.Next(); {
		case isWord(tok, "VIEW"):
			name := lexer.Next()
			for isWord(name, "IF", "NOT", "EXISTS") {
				name = lexer.Next()
			}
			return name.Start, lexer.Next().Text != "."
		case tok.Kind == mlsql.EndOfText, isWord(tok, "TABLE", "PROCEDURE", "TRIGGER", "EVENT", "USER"):
			return -1, false
		}
	}
	return -1, false
}

// nameView gives a view's statement the database of its name where the engine
// looks for it: it takes that of another field, which the stock parser leaves
// empty.
func nameView(stmt sqlparser.Statement) {
	if ddl, ok := stmt.(*sqlparser.DDL); ok && ddl.ViewSpec != nil && ddl.Table.DbQualifier.IsEmpty() {
		ddl.Table.DbQualifier = ddl.ViewSpec.ViewName.DbQualifier
	}
}
