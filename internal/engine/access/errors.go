package access

import (
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mlsql"
)

// The errors that this package alone raises, with MySQL's numbers, states and words.

func errRoleNotGranted(role mlsql.Account, user, host string) error {
	return mysql.NewSQLError(3530, "HY000", "%s is not granted to `%s`@`%s`", role, user, host)
}

func errAlterUser(a mlsql.Account) error {
	return mysql.NewSQLError(1396, "HY000", "Operation ALTER USER failed for '%s'@'%s'", a.Name, a.Host)
}

func errNoSuchGrant(user, host, name string) error {
	return mysql.NewSQLError(1403, "42000", "There is no such grant defined for user '%s' on host '%s' on routine '%s'",
		user, host, name)
}

var errDefaultRole = mysql.NewSQLError(1235, "42000",
	"This version of Airglow doesn't yet support 'CREATE USER … DEFAULT ROLE'; create the user, then GRANT the role and SET DEFAULT ROLE")
