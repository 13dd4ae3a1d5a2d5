package qualify

import (
	"github.com/dolthub/vitess/go/mysql"
)

// The errors that this package alone raises, with MySQL's numbers, states and words.

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

func errCheckFunction(constraint, name string) error {
	return mysql.NewSQLError(3814, "HY000",
		"An expression of a check constraint '%s' contains disallowed function: `%s`; a model is called by statements only, so judge the value in INSERT or UPDATE, or in a trigger",
		constraint, name)
}

func errIndexFunction(name string) error {
	return mysql.NewSQLError(3758, "HY000",
		"Expression of a functional index contains a disallowed function: `%s`; store the model's answer in a column and index that", name)
}
