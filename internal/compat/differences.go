package compat

// Differences are the scenarios in which the outcome is not MariaDB's, with the
// reason.
var Differences = map[string]string{
	"stacked diagnostics": "MariaDB has no GET STACKED DIAGNOSTICS",
	"warnings and a query without tables": "MySQL empties the diagnostics area before every statement that is not about it, " +
		"MariaDB before those that use tables",
	"counts in a handler":                "MySQL 8.0 has the table before the key's name in 1062",
	"variable in intervals and dates":    "the engine makes a DATE with an interval of days a DATETIME, of tables as well",
	"variable in arithmetic, complement": "the engine has no operator ~",
}

// mariadbPosition is a note that MariaDB adds to an error in a procedure, with
// the line.
const mariadbPosition = 4094

// mariadbOwn are the errors of MariaDB that MySQL has under another number or
// another state, with MySQL's.
var mariadbOwn = map[uint16]string{
	1366: "error 1366 (HY000)", // 22007 in MariaDB
	4078: "error 1241 (21000)", // operand of two columns
}
