// Package own has what is the server's own in SQL: procedures, called as
// CALL airglow.<name>(…), and tables, read as airglow.<name>. A parsed statement that
// names them has them put in (own.go, owntable.go); ownindex.go reads a range of a large
// table, and showtables.go lists them.
package own

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/inject"
	"airglow/internal/engine/sqltype"
	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
)

// Procedure is one of the server's own, called as CALL airglow.<name>(…) from
// clients and from the bodies of stored procedures. Every account may call it;
// what Run does with that is its own business.
type Procedure struct {
	// Name is in lower case.
	Name string
	// Least and Most are how many arguments it takes.
	Least, Most int
	// Columns are those of the rows that it returns; none returns no rows.
	Columns []Column
	// Run does the work. An argument is the text of its value, nil for NULL. The
	// rows have a value for each column, nil for NULL. An error that is a
	// *mysql.SQLError, as package mysqlerr makes them, keeps its number. The
	// context ends with the statement.
	Run func(ctx context.Context, caller Caller, args []*string) (rows [][]any, err error)
}

// Table is one of the server's own that can be read as airglow.<name>. As those
// of information_schema it is open to every account; Rows decides what each sees.
type Table struct {
	// Name is in lower case.
	Name    string
	Columns []Column
	// Rows returns all rows, with errors and values as Procedure.Run has them.
	Rows func(ctx context.Context, caller Caller) ([][]any, error)
	// Keyed yields some of them one by one, for tables that memory is too small for and
	// whose first column is a number that they are kept by. It is there in the place of
	// Rows. Its rows have the values of keys.Columns alone; after a RowWarning others
	// may follow.
	Keyed func(ctx context.Context, caller Caller, keys KeyRange) iter.Seq2[[]any, error]
}

// Column is a column of a Table, or of what a Procedure returns.
type Column struct {
	Name string
	// Type is as CREATE TABLE has it, such as "varchar(64)" or "datetime(6)".
	Type string
}

// Caller is who calls a Procedure or reads a Table: the definer in the body of a
// procedure with SQL SECURITY DEFINER, else the client.
type Caller struct {
	// Account is the account that the login matched.
	Account mlsql.Account
	// CreateUser is true when the account may manage others: it has CREATE USER.
	CreateUser bool
	// Process is true when it may see what others do: it has PROCESS.
	Process bool
	// Super is true when it may change what concerns all: it has SUPER.
	Super bool
	// Roles are those granted to the account, itself or through others.
	Roles []mlsql.Account
	// Database is the session's, empty for none.
	Database string
	// HasAccount reports whether there is a user or role, HasDatabase whether there
	// is a database.
	HasAccount  func(name, host string) bool
	HasDatabase func(name string) bool
	// Warn adds a warning to the statement.
	Warn func(number int, sentence string)
	// Functions returns the model functions that it may know of, by database and
	// name. They are not to be changed.
	Functions func() []*mlsql.Function
}

// Parts are the procedures and tables of a server.
type Parts struct {
	Procedures []Procedure
	Tables     []Table
	// Caller says who runs a statement.
	Caller func(ctx *sql.Context) (Caller, error)
}

// Statements puts the procedures and tables into a statement that names them. named is
// true when its text holds the name of their database, which nearly all do not.
func (p *Parts) Statements(session *sql.Context, named bool, stmt sqlparser.Statement) sqlparser.Statement {
	within := session != nil && session.Session != nil && dbname.IsSystem(dbname.Base(session.GetCurrentDatabase()))
	if !within && !named {
		return stmt
	}
	return ownNames{p, within}.put(stmt)
}

// ownNames finds what of the server's own a statement names. within is true when
// a name without a database means the system database.
type ownNames struct {
	of     *Parts
	within bool
}

// put puts them into a statement.
func (n ownNames) put(stmt sqlparser.Statement) sqlparser.Statement {
	walk.ReplaceStatements(&stmt, func(s sqlparser.Statement) (sqlparser.Statement, bool) {
		switch s := s.(type) {
		case *sqlparser.Call:
			return n.call(s)
		case *sqlparser.Insert:
			return n.insert(s)
		case *sqlparser.DDL:
			return n.change(append(append(sqlparser.TableNames{s.Table}, s.FromTables...), s.ToTables...))
		case *sqlparser.AlterTable:
			return n.change(sqlparser.TableNames{s.Table})
		}
		return nil, false
	})
	n.tables(stmt)
	return stmt
}

// own reports whether the database before a name is the system database.
func (n ownNames) own(qualifier sqlparser.TableIdent) bool {
	return dbname.IsSystem(qualifier.String()) || n.within && qualifier.IsEmpty()
}

// call is the statement that runs a procedure of the server's own.
func (n ownNames) call(call *sqlparser.Call) (sqlparser.Statement, bool) {
	if !n.own(call.ProcName.Qualifier) {
		return nil, false
	}
	for i := range n.of.Procedures {
		p := &n.of.Procedures[i]
		if call.ProcName.Name.EqualString(p.Name) || p.Name == purgeProcedure && call.ProcName.Name.EqualString(hiddenPurge) {
			if len(call.Params) < p.Least || len(call.Params) > p.Most {
				return inject.Refuse(errProcedureArguments(p, len(call.Params))), true
			}
			stmt := inject.Wrap(nil)
			stmt.Statement, stmt.Children = &ownCall{of: n.of, procedure: p}, call.Params
			return stmt, true
		}
	}
	return nil, false
}

// The stock grammar takes PURGE for a keyword even after a dot. A text that it
// refuses is read again with another name of the same length.
const (
	purgeProcedure = "purge"
	hiddenPurge    = "purg_"
)

// HidePurge puts hiddenPurge in the place of purge behind "airglow.". ok is false
// when there is none.
func HidePurge(text string, modes mlsql.Options) (hidden string, ok bool) {
	l := mlsql.NewLexer(text, modes)
	out := []byte(text)
	var before [2]mlsql.Token
	for t := l.Next(); t.Kind != mlsql.EndOfText; t = l.Next() {
		if t.Kind == mlsql.Word && strings.EqualFold(t.Text, purgeProcedure) && before[1].Text == "." && dbname.IsSystem(strings.Trim(before[0].Text, "`")) {
			copy(out[t.Start:t.End], hiddenPurge)
			ok = true
		}
		before[0], before[1] = before[1], t
	}
	return string(out), ok
}

// ownCall resolves to the node of a CALL when its arguments are known.
type ownCall struct {
	of        *Parts
	procedure *Procedure
}

// WithResolvedChildren implements sqlparser.Injectable.
func (c *ownCall) WithResolvedChildren(children []any) (any, error) {
	args := make([]sql.Expression, len(children))
	for i, child := range children {
		arg, ok := child.(sql.Expression)
		if !ok {
			return nil, fmt.Errorf("argument %d of %s is a %T", i+1, c, child)
		}
		if transform.InspectExpr(arg, isSubquery) { // no rule would analyse its plan
			return nil, errOwnSubquery
		}
		args[i] = arg
	}
	schema, err := schemaOf(c.procedure.Columns, c.procedure.Name)
	if err != nil {
		return nil, err
	}
	return &inject.Statement{
		Name: c.String(), Columns: schema,
		Run: func(ctx *sql.Context) (sql.RowIter, error) { return c.run(ctx, args) },
	}, nil
}

// String is the statement without its arguments, which may be secret.
func (c *ownCall) String() string { return "CALL " + dbname.System + "." + c.procedure.Name }

func (c *ownCall) run(ctx *sql.Context, args []sql.Expression) (sql.RowIter, error) {
	texts := make([]*string, len(args))
	for i, arg := range args {
		var err error
		if texts[i], err = textValue(ctx, arg); err != nil {
			return nil, err
		}
	}
	caller, err := c.of.Caller(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.procedure.Run(ctx, caller, texts)
	if err != nil {
		return nil, err
	}
	if len(c.procedure.Columns) == 0 {
		return sql.RowsToRowIter(sql.NewRow(types.NewOkResult(0))), nil
	}
	return typedRows(ctx, c.procedure.Columns, rows)
}

// textValue is the text of an expression's value, nil for NULL.
func textValue(ctx *sql.Context, e sql.Expression) (*string, error) {
	value, err := e.Eval(ctx, nil)
	if err != nil {
		return nil, err
	}
	if value, err = sql.UnwrapAny(ctx, value); err != nil || value == nil {
		return nil, err
	}
	text, err := sqltype.Text(ctx, value, e.Type())
	return &text, err
}

// schemaOf are the columns as the engine has them; none are those of an OK.
func schemaOf(columns []Column, source string) (sql.Schema, error) {
	if len(columns) == 0 {
		return types.OkResultSchema, nil
	}
	schema := make(sql.Schema, len(columns))
	for i, c := range columns {
		t, err := sqltype.Parse(c.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s of %s: %w", c.Name, source, err)
		}
		schema[i] = &sql.Column{
			Name: c.Name, Type: t, Nullable: true, Source: source, DatabaseSource: "information_schema",
		}
	}
	return schema, nil
}

// typedRows are rows with values of their columns' types.
func typedRows(ctx *sql.Context, columns []Column, rows [][]any) (sql.RowIter, error) {
	schema, err := schemaOf(columns, "")
	if err != nil {
		return nil, err
	}
	list := make([]sql.Row, len(rows))
	for i, values := range rows {
		if list[i], err = typedRow(ctx, schema, values); err != nil {
			return nil, err
		}
	}
	return sql.RowsToRowIter(list...), nil
}

// typedRow is a row with values of its columns' types.
func typedRow(ctx *sql.Context, schema sql.Schema, values []any) (sql.Row, error) {
	if len(values) != len(schema) {
		return nil, fmt.Errorf("%d values for %d columns", len(values), len(schema))
	}
	row := make(sql.Row, len(values))
	for i, value := range values {
		if value == nil {
			continue
		}
		var err error
		if row[i], _, err = schema[i].Type.Convert(ctx, value); err != nil {
			return nil, fmt.Errorf("column %s: %w", schema[i].Name, err)
		}
	}
	return row, nil
}

func isSubquery(e sql.Expression) bool { _, ok := e.(*plan.Subquery); return ok }

var errOwnSubquery = mysql.NewSQLError(1235, "42000",
	"This version of Airglow doesn't yet support 'a subquery as an argument of a procedure of "+dbname.System+"'; put its value into a variable first")

func errProcedureArguments(p *Procedure, got int) error {
	want := fmt.Sprint(p.Least)
	if p.Most > p.Least {
		want += fmt.Sprintf(" to %d", p.Most)
	}
	return mysql.NewSQLError(1318, "42000", "Incorrect number of arguments for PROCEDURE %s.%s; expected %s, got %d",
		dbname.System, p.Name, want, got)
}
