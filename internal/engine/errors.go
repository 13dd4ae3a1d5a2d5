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

func errDefaultFunction(column, name string) error {
	return mysql.NewSQLError(3770, "HY000",
		"Default value expression of column '%s' contains a disallowed function: `%s`; a model is called by statements only, so set the column in INSERT or UPDATE, or in a trigger",
		column, name)
}

func errGeneratedFunction(column, name string) error {
	return mysql.NewSQLError(3763, "HY000",
		"Expression of generated column '%s' contains a disallowed function: `%s`; a model is called by statements only, so use an ordinary column and set it in INSERT or UPDATE, or in a trigger",
		column, name)
}

func errOutOfRange(name string) error {
	return mysql.NewSQLError(1264, "22003", "Out of range value for column '%s' at row 1", name)
}

func errCheckFunction(constraint, name string) error {
	return mysql.NewSQLError(3814, "HY000",
		"An expression of a check constraint '%s' contains disallowed function: `%s`; a model is called by statements only, so judge the value in INSERT or UPDATE, or in a trigger",
		constraint, name)
}

func errIndexFunction(name string) error {
	return mysql.NewSQLError(3758, "HY000",
		"Expression of a functional index contains a disallowed function: `%s`; store the model's answer in a column and index that", name)
}

func errInterrupted() error {
	return mysql.NewSQLError(1317, "70100", "Query execution was interrupted")
}

// invalid is a request that we refuse before anything is sent.
func invalid(service model.Service, message string) error {
	return &model.Error{Kind: model.Invalid, Service: service, Message: message}
}
