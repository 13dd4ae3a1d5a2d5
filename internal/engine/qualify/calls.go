// Package qualify keeps the databases of function calls, which the engine drops before
// it asks which function a name means.
//
//   - calls.go has the calls of a text: it puts the database into their names, which
//     mangle.go writes and reads, and refuses them where no model may be called.
//   - checkname.go names checks for such a refusal.
//   - aggregates.go has the engine call sums and averages of ours.
package qualify

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/catalog"
	"airglow/internal/engine/current"
	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/grammar"
	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
)

// Calls are the function calls of one text, before and after it is parsed.
// Most texts name no database before a call, and cost a look at their
// parentheses.
type Calls struct {
	// Catalog has the model functions.
	Catalog *catalog.Catalog
	// Session is nil where no client's session reads the text.
	Session *sql.Context
	// Text is what was sent; Qualified changes it. Modes say how it is read.
	Text  string
	Modes mlsql.Options
	// calls are found by Check.
	calls []mlsql.Call
}

// Qualified returns the text; where it creates a view, with the view's own name
// and unqualified calls of model functions qualified. The text of a view is
// read again in sessions that use another database, or none. MySQL does so too.
func (n *Calls) Qualified() string {
	if n.Session == nil || n.Session.Session == nil {
		return n.Text
	}
	database := n.Session.GetCurrentDatabase()
	at, unqualified := grammar.ViewName(n.Text, n.Modes)
	if at < 0 {
		return n.Text
	}
	if database == "" {
		n.borrowDatabase(at)
		return n.Text
	}
	if unqualified {
		n.Text = n.Text[:at] + mlsql.QuoteName(database) + "." + n.Text[at:]
	}
	n.Text = mlsql.QualifyCalls(n.Text, n.Modes, func(name string) (string, bool) {
		f := n.Catalog.Get(database, name)
		if f == nil || n.Catalog.IsNative(n.Session, name) {
			return "", false
		}
		return f.Database, true
	})
	return n.Text
}

// borrowDatabase makes a view's database the current one, until the end of the
// statement, in a session that has none: without one the engine does not even
// read the text of a view whose names are all qualified.
func (n *Calls) borrowDatabase(at int) {
	lexer := mlsql.NewLexer(n.Text[at:], n.Modes)
	database := lexer.Next().Value(n.Modes)
	s := current.From(n.Session)
	if s == nil || lexer.Next().Text != "." || !n.Catalog.HasDatabase(n.Session, database) {
		return
	}
	s.AtEnd(dbname.Use(n.Session, database))
}

// Check refuses what the engine would take or would refuse less clearly: a
// database that does not exist before a function's name, and model functions in
// column defaults and generated columns.
func (n *Calls) Check(stmt sqlparser.Statement) error {
	if definesNoColumns(stmt) && !mlsql.MayQualify(n.Text) {
		return nil // only qualified calls matter
	}
	n.calls = mlsql.FunctionCalls(n.Text, n.Modes)
	if n.Session == nil || len(n.calls) == 0 || !n.Catalog.IsOpen() {
		return nil
	}
	for _, call := range n.calls {
		if call.Qualified() && !n.Catalog.HasDatabase(n.Session, call.Database.Text) {
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
func (n *Calls) checkColumns(stmt sqlparser.Statement) error {
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
func (n *Calls) checkIndex() error {
	for _, call := range n.calls {
		database := call.Database.Text
		if database == "" {
			database = n.Session.GetCurrentDatabase()
		}
		if n.Catalog.Get(database, call.Name.Text) != nil {
			return errIndexFunction(call.Name.Text)
		}
	}
	return nil
}

func (n *Calls) isModelFunction(f *sqlparser.FuncExpr) bool {
	name := f.Name.String()
	if _, ok := mlsql.FindBuiltin(name); ok && f.Qualifier.IsEmpty() {
		return true
	}
	database := f.Qualifier.String()
	if database == "" {
		database = n.Session.GetCurrentDatabase()
	}
	return n.Catalog.Get(database, name) != nil
}

// Mangle puts the database of every qualified call into the function's name.
func (n *Calls) Mangle(stmt sqlparser.Statement) {
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
