// Package fault has the errors and warnings that several parts of the adapter raise,
// with MySQL's numbers, states and words. Those of one part alone stand beside it.
package fault

import (
	"errors"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mlsql"
	"airglow/internal/mysqlerr"
)

// NoDatabase refuses a name without a database where no database is the current one.
func NoDatabase() error {
	return mysql.NewSQLError(1046, "3D000", "No database selected")
}

// UnknownDatabase refuses the name of a database that does not exist.
func UnknownDatabase(name string) error {
	return mysql.NewSQLError(1049, "42000", "Unknown database '%s'", name)
}

// SystemDatabase refuses to change what a database of the server's own has.
func SystemDatabase(name string) error {
	return mysql.NewSQLError(3552, "HY000", "Access to system schema '%s' is rejected.", name)
}

// NoFunction refuses a function that does not exist, or of which the session may not
// know.
func NoFunction(database, name string) error {
	return mysql.NewSQLError(1305, "42000", "FUNCTION %s.%s does not exist", database, name)
}

// NeedsPrivilege is Aurora's text for its Lambda functions, which names no role;
// SHOW GRANTS and docs/from-aurora.md do.
func NeedsPrivilege(privilege string) error {
	return mysql.NewSQLError(1227, "42000",
		"Access denied; you need (at least one of) the %s privilege(s) for this operation", privilege)
}

// RoutineDenied refuses a command on a function that the account may not give.
func RoutineDenied(command, user, host, database, name string) error {
	return mysql.NewSQLError(1370, "42000", "%s command denied to user '%s'@'%s' for routine '%s.%s'",
		command, user, host, database, name)
}

// NoDefiner refuses to run what belongs to an account that is gone.
func NoDefiner(a mlsql.Account) error {
	return mysql.NewSQLError(1449, "HY000", "The user specified as a definer ('%s'@'%s') does not exist", a.Name, a.Host)
}

// UnknownAccount refuses the name of an account that does not exist.
func UnknownAccount(a mlsql.Account) error {
	return mysql.NewSQLError(3162, "HY000", "Authorization ID %s does not exist.", a)
}

// NoDefault says that a column must have a value and has no default.
func NoDefault(column string) error {
	return mysqlerr.New(1364, "Field '"+column+"' doesn't have a default value")
}

// NotYet refuses what MySQL has and this server has not.
func NotYet(what string) error {
	return mysql.NewSQLError(1235, "42000", "This version of Airglow doesn't yet support '%s'", what)
}

// CodeUnnumbered is the number of the warnings that are ours alone, such as that
// another model answered than the SQL names; MySQL's 1105 is its number for what has
// none.
const CodeUnnumbered = 1105

// FromModel gives a failed call its number and state; nil stays nil.
func FromModel(err error) error {
	if err == nil {
		return nil
	}
	return mysqlerr.FromModel(err)
}

// Note raises an error as MySQL's note, its mildest warning. One without a number is
// not shown.
func Note(ctx *sql.Context, err error) { warnOf(ctx, "Note", err) }

// Warn raises an error as a warning. One without a number is not shown.
func Warn(ctx *sql.Context, err error) { warnOf(ctx, "Warning", err) }

func warnOf(ctx *sql.Context, level string, err error) {
	var known *mysql.SQLError
	if errors.As(err, &known) {
		ctx.Session.Warn(&sql.Warning{Level: level, Code: known.Num, Message: known.Message})
	}
}
