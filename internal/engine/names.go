package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/grammar"
	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
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
	at, unqualified := grammar.ViewName(n.text, n.modes)
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
		f := n.engine.catalog.Get(database, name)
		if f == nil || n.engine.catalog.IsNative(n.session, name) {
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
	if s == nil || lexer.Next().Text != "." || !n.engine.catalog.HasDatabase(n.session, database) {
		return
	}
	s.atEnd(dbname.Use(n.session, database))
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
		if call.Qualified() && !n.engine.catalog.HasDatabase(n.session, call.Database.Text) {
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
		if n.engine.catalog.Get(database, call.Name.Text) != nil {
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
	return n.engine.catalog.Get(database, name) != nil
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
