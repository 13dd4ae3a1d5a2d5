package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

// names are the function calls of one text, before and after it is parsed.
// Most texts call none of ours, and cost one pass over their tokens.
type names struct {
	engine  *Engine
	session *sql.Context
	text    string
	modes   mlsql.Options
	calls   []mlsql.Call
}

func newNames(e *Engine, session *sql.Context, text string, modes mlsql.Options) *names {
	return &names{engine: e, session: session, text: text, modes: modes, calls: mlsql.FunctionCalls(text, modes)}
}

// qualified returns the text, with unqualified calls of model functions
// qualified where it creates a view: its text is read again in sessions that
// use another database. MySQL does so too.
func (n *names) qualified() string {
	if n.session == nil || len(n.calls) == 0 || !createsView(n.text, n.modes) {
		return n.text
	}
	database := n.session.GetCurrentDatabase()
	n.text = mlsql.QualifyCalls(n.text, n.modes, func(name string) (string, bool) {
		f := n.engine.catalog.get(database, name)
		if f == nil || n.engine.isNative(n.session, name) {
			return "", false
		}
		return f.Database, true
	})
	n.calls = mlsql.FunctionCalls(n.text, n.modes)
	return n.text
}

// createsView looks at the words up to the kind of thing that a
// CREATE or ALTER makes.
func createsView(text string, modes mlsql.Options) bool {
	lexer := mlsql.NewLexer(text, modes)
	first := lexer.Next()
	if !isWord(first, "CREATE", "ALTER") {
		return false
	}
	for range 16 { // OR REPLACE, ALGORITHM, DEFINER and SQL SECURITY come before
		switch tok := lexer.Next(); {
		case isWord(tok, "VIEW"):
			return true
		case tok.Kind == mlsql.EndOfText, isWord(tok, "TABLE", "PROCEDURE", "TRIGGER", "EVENT", "USER"):
			return false
		}
	}
	return false
}

// isWord reports whether a token is one of the words, which are in upper case.
func isWord(tok mlsql.Token, words ...string) bool {
	for _, word := range words {
		if tok.Kind == mlsql.Word && strings.EqualFold(tok.Text, word) {
			return true
		}
	}
	return false
}

// check refuses what the engine would take or would refuse less clearly: a
// database that does not exist before a function's name, and model functions in
// column defaults and generated columns.
func (n *names) check(stmt sqlparser.Statement) error {
	if n.session == nil || len(n.calls) == 0 || n.engine.gms == nil {
		return nil
	}
	for _, call := range n.calls {
		if call.Qualified() && !n.engine.gms.Analyzer.Catalog.HasDatabase(n.session, call.Database.Text) {
			if calledIn(stmt, call) {
				return errUnknownDatabase(call.Database.Text)
			}
		}
	}
	return n.checkColumns(stmt)
}

// calledIn reports whether a call found in the text is one in the statement.
func calledIn(stmt sqlparser.Statement, call mlsql.Call) bool {
	found := false
	eachFunction(stmt, func(f *sqlparser.FuncExpr) {
		found = found || strings.EqualFold(f.Qualifier.String(), call.Database.Text)
	})
	return found
}

// checkColumns looks for model functions in the columns that a statement
// defines.
func (n *names) checkColumns(stmt sqlparser.Statement) error {
	var err error
	visit(stmt, func(node any) {
		column, ok := node.(*sqlparser.ColumnDefinition)
		if !ok || err != nil {
			return
		}
		name := column.Name.String()
		eachFunction(column.Type.Default, func(f *sqlparser.FuncExpr) {
			if n.isModelFunction(f) {
				err = errDefaultFunction(name, f.Name.String())
			}
		})
		eachFunction(column.Type.GeneratedExpr, func(f *sqlparser.FuncExpr) {
			if n.isModelFunction(f) {
				err = errGeneratedFunction(name, f.Name.String())
			}
		})
	})
	return err
}

func (n *names) isModelFunction(f *sqlparser.FuncExpr) bool {
	name := f.Name.String()
	if _, ok := mlsql.FindBuiltin(name); ok && f.Qualifier.IsEmpty() {
		return true
	}
	database := f.Qualifier.String()
	if database == "" {
		database = n.session.GetCurrentDatabase()
	}
	return n.engine.catalog.get(database, name) != nil
}

// mangle puts the database of every qualified call into the function's name.
func (n *names) mangle(stmt sqlparser.Statement) {
	for _, call := range n.calls {
		if call.Qualified() {
			eachFunction(stmt, func(f *sqlparser.FuncExpr) {
				if !f.Qualifier.IsEmpty() {
					f.Name = sqlparser.NewColIdent(mangle(f.Qualifier.String(), f.Name.String()))
					f.Qualifier = sqlparser.TableIdent{}
				}
			})
			return
		}
	}
}

// eachFunction calls do for every function call in a part of a statement.
func eachFunction(root any, do func(*sqlparser.FuncExpr)) {
	visit(root, func(node any) {
		if f, ok := node.(*sqlparser.FuncExpr); ok {
			do(f)
		}
	})
}

// stockSyntaxError gives the stock parser's refusal MySQL's number and words.
// It names a position; the text from the word there on is what MySQL shows.
func stockSyntaxError(text string, err error) error {
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
	return nearError(text, wordBefore(text, leadingNumber(position)))
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

// trailing refuses what follows a statement that must stand alone.
func trailing(text string, at int) error {
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
