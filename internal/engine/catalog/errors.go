package catalog

import (
	"github.com/dolthub/vitess/go/mysql"
)

// The errors that this package alone raises, with MySQL's numbers, states and words.

func errFunctionExists(name string) error {
	return mysql.NewSQLError(1304, "42000", "FUNCTION %s already exists", name)
}

func errDatabaseDenied(user, host, database string) error {
	return mysql.NewSQLError(1044, "42000", "Access denied for user '%s'@'%s' to database '%s'", user, host, database)
}
