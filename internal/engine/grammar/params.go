package grammar

import (
	"strings"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

// charsets are what the parameters of a procedure say of their character sets,
// by the parameter's index. The stock grammar takes that for columns and
// variables only.
type charsets map[int]charset

type charset struct{ name, collation string }

// hideCharsets returns a text for the stock parser, with blanks where parameters
// name character sets. Offsets stay as they are.
func hideCharsets(text string, modes mlsql.Options) (string, charsets) {
	lexer := mlsql.NewLexer(text, modes)
	for tok := lexer.Next(); !isWord(tok, "PROCEDURE"); tok = lexer.Next() {
		if tok.Kind == mlsql.EndOfText || isWord(tok, "TRIGGER", "EVENT", "TABLE", "VIEW") {
			return text, nil
		}
	}
	r := &charsetReader{lexer: lexer, blank: []byte(text), found: charsets{}}
	r.read()
	if len(r.found) == 0 {
		return text, nil
	}
	return string(r.blank), r.found
}

// charsetReader goes through a list of parameters.
type charsetReader struct {
	lexer *mlsql.Lexer
	blank []byte
	found charsets
	depth int
	index int
}

func (r *charsetReader) read() {
	for tok := r.lexer.Next(); tok.Kind != mlsql.EndOfText; tok = r.lexer.Next() {
		switch {
		case tok.Kind == mlsql.Symbol && tok.Text == "(":
			r.depth++
		case tok.Kind == mlsql.Symbol && tok.Text == ")":
			if r.depth--; r.depth == 0 {
				return
			}
		case tok.Kind == mlsql.Symbol && tok.Text == "," && r.depth == 1:
			r.index++
		case r.depth == 1 && isWord(tok, "CHARACTER", "CHARSET", "COLLATE"):
			r.take(tok)
		}
	}
}

// take reads what a word begins and puts blanks in its place.
func (r *charsetReader) take(first mlsql.Token) {
	name := r.lexer.Next()
	if isWord(first, "CHARACTER") {
		name = r.lexer.Next() // after SET
	}
	c := r.found[r.index]
	if isWord(first, "COLLATE") {
		c.collation = strings.Trim(name.Text, "`'\"")
	} else {
		c.name = strings.Trim(name.Text, "`'\"")
	}
	r.found[r.index] = c
	for i := first.Start; i < name.End; i++ {
		if r.blank[i] != '\n' {
			r.blank[i] = ' '
		}
	}
}

// restoreCharsets puts the character sets into the parsed parameters.
func restoreCharsets(stmt sqlparser.Statement, found charsets) {
	ddl, ok := stmt.(*sqlparser.DDL)
	if !ok || ddl.ProcedureSpec == nil {
		return
	}
	for i, c := range found {
		if i < len(ddl.ProcedureSpec.Params) {
			param := &ddl.ProcedureSpec.Params[i].Type
			param.Charset, param.Collate = c.name, c.collation
		}
	}
}
