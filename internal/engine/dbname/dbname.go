// Package dbname knows the names of databases that are special to the adapter: the
// server's own, MySQL's, and those with a revision of the storage's.
package dbname

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// System is the database where the server keeps the definitions of functions.
const System = "airglow"

// IsSystem reports whether a database is the one that the server keeps its own tables
// in, in any case of letters.
func IsSystem(database string) bool { return strings.EqualFold(database, System) }

// Base is a database without the revision that Dolt's USE `db/branch`
// adds: functions belong to the database, whatever branch is looked at.
func Base(name string) string {
	base, _, _ := strings.Cut(name, "/")
	return base
}

// IsReserved reports whether users can create nothing in a database: it is the server's
// own, or one of MySQL's.
func IsReserved(name string) bool {
	switch strings.ToLower(name) {
	case System, "mysql", "information_schema", "performance_schema", "sys":
		return true
	}
	return false
}

// Use makes a database the current one and returns what undoes it.
func Use(ctx *sql.Context, name string) (restore func()) {
	before := ctx.GetCurrentDatabase()
	ctx.SetCurrentDatabase(name)
	return func() { ctx.SetCurrentDatabase(before) }
}
