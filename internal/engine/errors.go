package engine

import (
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// The errors that this package raises, with MySQL's numbers, states and words.

func errArgumentCount(f *mlsql.Function, got int) error {
	return mysql.NewSQLError(1318, "42000", "Incorrect number of arguments for FUNCTION %s.%s; expected %d, got %d",
		f.Database, f.Name, len(f.Args), got)
}

func errNativeArgumentCount(name string) error {
	return mysql.NewSQLError(1582, "42000", "Incorrect parameter count in the call to native function '%s'", name)
}

func errExecuteDenied(user, host string, f *mlsql.Function) error {
	return mysql.NewSQLError(1370, "42000", "execute command denied to user '%s'@'%s' for routine '%s.%s'",
		user, host, f.Database, f.Name)
}

func errOutOfRange(name string) error {
	return mysql.NewSQLError(1264, "22003", "Out of range value for column '%s' at row 1", name)
}

func errInterrupted() error {
	return mysql.NewSQLError(1317, "70100", "Query execution was interrupted")
}

// invalid is a request that we refuse before anything is sent.
func invalid(service model.Service, message string) error {
	return &model.Error{Kind: model.Invalid, Service: service, Message: message}
}
