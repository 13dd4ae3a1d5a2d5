package mysqlerr

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// Duplicate is the error of a row whose key is there already, of which the
// values and the key's name are known.
func Duplicate(values, key string) *mysql.SQLError {
	return say(mysql.ERDupEntry, "Duplicate entry '%s' for key '%s'", values, key)
}

// Entry is what the engine says of a key that is there already.
type Entry struct {
	// Values are the key's values, with - between them.
	Values string
	// Columns is how many values there seem to be: one of them may have a
	// comma, which the engine has between them.
	Columns int
	// Primary is true for the primary key.
	Primary bool
}

// DuplicateOf reads error 1062 as Translate makes it of the engine's text.
func DuplicateOf(e *mysql.SQLError) Entry {
	text := strings.TrimPrefix(e.Message, "Duplicate entry '")
	i := max(strings.LastIndex(text, "' for "), 0)
	return Entry{
		Values:  text[:i],
		Columns: strings.Count(text[:i], "-") + 1,
		Primary: strings.HasSuffix(text, "'PRIMARY'"),
	}
}

// Has reports whether these values may be the entry's.
func (e Entry) Has(values []string) bool {
	return strings.ReplaceAll(strings.Join(values, "-"), ",", "-") == e.Values
}

// ForeignKeyOf returns the name of the foreign key, and of its table, of which
// the engine's error says that it was violated.
func ForeignKeyOf(err error) (name, table string, ok bool) {
	for _, p := range patterns() {
		if p.kind != sql.ErrForeignKeyChildViolation && p.kind != sql.ErrForeignKeyParentViolation {
			continue
		}
		if found := p.expression.FindStringSubmatch(err.Error()); found != nil {
			return found[1], found[2], true
		}
	}
	return "", "", false
}

// ForeignKey is the error, 1451 or 1452, of a violated foreign key, which is
// given as MySQL shows it.
func ForeignKey(number int, key string) *mysql.SQLError {
	what := "add or update a child row"
	if number == mysql.ERRowIsReferenced2 {
		what = "delete or update a parent row"
	}
	return say(number, "Cannot %s: a foreign key constraint fails (%s)", what, key)
}

// truncateParent names the first table that refers to the truncated one.
func truncateParent(found []string, at Statement) *mysql.SQLError {
	table := "`" + strings.ReplaceAll(qualified(found[3], at), ".", "`.`") + "`"
	return say(1701, "Cannot truncate a table referenced in a foreign key constraint (%s, CONSTRAINT `%s`)", table, found[2])
}

// valueCount finds which of the rows has another number of values than the
// columns. The engine does not say.
func valueCount(_ []string, at Statement) *mysql.SQLError {
	return say(1136, "Column count doesn't match value count at row %d", unequalRow(at.Text))
}

// unequalRow is the number of the first row of an INSERT that has not as many
// values as there are columns; without a list of columns, as the first row has.
func unequalRow(text string) int {
	parsed, err := sqlparser.Parse(text)
	insert, ok := parsed.(*sqlparser.Insert)
	if err != nil || !ok {
		return 1
	}
	rows, ok := insert.Rows.(*sqlparser.AliasedValues)
	if !ok || len(rows.Values) == 0 {
		return 1
	}
	columns := len(insert.Columns)
	if columns == 0 {
		columns = len(rows.Values[0])
	}
	for i, row := range rows.Values {
		if len(row) != columns {
			return i + 1
		}
	}
	return 1
}
