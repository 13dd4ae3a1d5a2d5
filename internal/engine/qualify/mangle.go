package qualify

import (
	"strings"
)

// The engine drops the qualifier of a function's name before it asks for the
// function, so that the parser puts the database into the name. The separator
// cannot stand in a MySQL name.
const mangleSeparator = "\x01"

func mangle(database, name string) string { return database + mangleSeparator + name }

// Split returns the parts of such a name; ok is false for any other.
func Split(name string) (database, unqualified string, ok bool) {
	return strings.Cut(name, mangleSeparator)
}
