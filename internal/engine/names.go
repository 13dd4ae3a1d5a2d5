package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
	"airglow/internal/mysqlerr"
)

// names are the function calls of one text, before and after it is parsed.
// Most texts name no database before a call, and cost a look at their
// parentheses.
type names struct {
	engine  *Engine
	session *sql.Context
	text    string
	modes   mlsql.Options
	// calls are found by check.
	calls []mlsql.Call
}

func newNames(e *Engine, session *sql.Context, text string, modes mlsql.Options) *names {
	return &names{engine: e, session: session, text: text, modes: modes}
}

// qualified returns the text; where it creates a view, with the view's own name
// and unqualified calls of model functions qualified. The text of a view is
// read again in sessions that use another database, or none. MySQL does so too.
func (n *names) qualified() string {
	if n.session == nil || n.session.Session == nil {
		return n.text
	}
	database := n.session.GetCurrentDatabase()
	at, unqualified := viewName(n.text, n.modes)
	if at < 0 {
		return n.text
	}
	if database == "" {
		n.borrowDatabase(at)
		return n.text
	}
	if unqualified {
		n.text = n.text[:at] + mlsql.QuoteName(database) + "." + n.text[at:]
	}
	n.text = mlsql.QualifyCalls(n.text, n.modes, func(name string) (string, bool) {
		f := n.engine.catalog.get(database, name)
		if f == nil || n.engine.isNative(n.session, name) {
			return "", false
		}
		return f.Database, true
	})
	return n.text
}

// borrowDatabase makes a view's database the current one, until the end of the
// statement, in a session that has none: without one the engine does not even
// read the text of a view whose names are all qualified.
func (n *names) borrowDatabase(at int) {
	lexer := mlsql.NewLexer(n.text[at:], n.modes)
	database := lexer.Next().Value(n.modes)
	s := statementFrom(n.session)
	if s == nil || lexer.Next().Text != "." || !n.engine.hasDatabase(n.session, database) {
		return
	}
	s.atEnd(dbname.Use(n.session, database))
}

// viewName returns where the name of the view that a text creates begins, and
// whether it stands without a database; -1 when the text creates none.
func viewName(text string, modes mlsql.Options) (at int, unqualified bool) {
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
	if definesNoColumns(stmt) && !mlsql.MayQualify(n.text) {
		return nil // only qualified calls matter
	}
	n.calls = mlsql.FunctionCalls(n.text, n.modes)
	if n.session == nil || len(n.calls) == 0 || n.engine.gms == nil {
		return nil
	}
	for _, call := range n.calls {
		if call.Qualified() && !n.engine.hasDatabase(n.session, call.Database.Text) {
			if calledIn(stmt, call) {
				return fault.UnknownDatabase(call.Database.Text)
			}
		}
	}
	return n.checkColumns(stmt)
}

// calledIn reports whether a call found in the text is one in the statement.
func calledIn(stmt sqlparser.Statement, call mlsql.Call) bool {
	found := false
	walk.EachFunction(stmt, func(f *sqlparser.FuncExpr) {
		found = found || strings.EqualFold(f.Qualifier.String(), call.Database.Text)
	})
	return found
}

// checkColumns looks for model functions in what a statement defines of
// columns: defaults, generated values, checks and indexes. Those that define
// none, which are most, are not searched.
func (n *names) checkColumns(stmt sqlparser.Statement) error {
	if definesNoColumns(stmt) {
		return nil
	}
	var err error
	refuse := func(root any, refusal func(function string) error) {
		walk.EachFunction(root, func(f *sqlparser.FuncExpr) {
			if err == nil && n.isModelFunction(f) {
				err = refusal(f.Name.String())
			}
		})
	}
	var checks checkNames
	walk.Visit(stmt, func(node any) {
		checks.see(node)
		switch part := node.(type) {
		case *sqlparser.ColumnDefinition:
			name := part.Name.String()
			refuse(part.Type.Default, func(f string) error { return errDefaultFunction(name, f) })
			refuse(part.Type.GeneratedExpr, func(f string) error { return errGeneratedFunction(name, f) })
		case *sqlparser.DefaultSpec:
			refuse(part.Value, func(f string) error { return errDefaultFunction(part.Column.String(), f) })
		case *sqlparser.ConstraintDefinition:
			if check, ok := part.Details.(*sqlparser.CheckConstraintDefinition); ok {
				refuse(check.Expr, func(f string) error { return errCheckFunction(checks.name(part), f) })
			}
		case *sqlparser.IndexSpec:
			if err == nil {
				err = n.checkIndex()
			}
		}
	})
	return err
}

func definesNoColumns(stmt sqlparser.Statement) bool {
	switch stmt.(type) {
	case *sqlparser.Select, *sqlparser.Insert, *sqlparser.Update, *sqlparser.Delete, sqlparser.SelectStatement:
		return true
	}
	return false
}

// checkIndex looks for model functions by name: the stock parser leaves an
// index's expressions out of the statement.
func (n *names) checkIndex() error {
	for _, call := range n.calls {
		database := call.Database.Text
		if database == "" {
			database = n.session.GetCurrentDatabase()
		}
		if n.engine.catalog.get(database, call.Name.Text) != nil {
			return errIndexFunction(call.Name.Text)
		}
	}
	return nil
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

// nameView gives a view's statement the database of its name where the engine
// looks for it: it takes that of another field, which the stock parser leaves
// empty.
func nameView(stmt sqlparser.Statement) {
	if ddl, ok := stmt.(*sqlparser.DDL); ok && ddl.ViewSpec != nil && ddl.Table.DbQualifier.IsEmpty() {
		ddl.Table.DbQualifier = ddl.ViewSpec.ViewName.DbQualifier
	}
}

// mangle puts the database of every qualified call into the function's name.
func (n *names) mangle(stmt sqlparser.Statement) {
	for _, call := range n.calls {
		if call.Qualified() {
			walk.EachFunction(stmt, func(f *sqlparser.FuncExpr) {
				if !f.Qualifier.IsEmpty() {
					f.Name = sqlparser.NewColIdent(mangle(f.Qualifier.String(), f.Name.String()))
					f.Qualifier = sqlparser.TableIdent{}
				}
			})
			return
		}
	}
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
