package explain

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	wire "github.com/dolthub/vitess/go/vt/proto/query"
)

// keyLength is how many bytes the used columns of an index have in MySQL's own
// format of keys, in which clients read how many columns are used. The storage
// has another format. It is not known for expressions.
func (u *indexUse) keyLength(table sql.Table) (bytes int, known bool) {
	prefixes := u.index.PrefixLengths()
	for i, name := range indexColumns(u.index)[:u.used()] {
		column := columnOf(table, name)
		if column == nil {
			return 0, false
		}
		prefix := 0
		if i < len(prefixes) {
			prefix = int(prefixes[i])
		}
		length, known := partLength(column, prefix)
		if !known {
			return 0, false
		}
		bytes += length
	}
	return bytes, true
}

// used is how many columns count: MySQL shows all where all of it is read.
func (u *indexUse) used() int {
	if u.parts == 0 {
		return len(u.index.Expressions())
	}
	return u.parts
}

func columnOf(table sql.Table, name string) *sql.Column {
	for _, column := range sql.GetUnderlyingTable(table).Schema() {
		if strings.EqualFold(column.Name, name) {
			return column
		}
	}
	return nil
}

// partLength is the length of one column of a key, of which a prefix in
// characters or bytes may be indexed: with a byte for NULL, and two for the
// length of what has no fixed one.
func partLength(column *sql.Column, prefix int) (bytes int, known bool) {
	length, variable, known := valueLength(column.Type, prefix)
	if variable {
		length += 2
	}
	if column.Nullable {
		length++
	}
	return length, known
}

func valueLength(t sql.Type, prefix int) (bytes int, variable, known bool) {
	if text, ok := t.(sql.StringType); ok && text.IsStringType() {
		return textLength(text, prefix)
	}
	switch t := t.(type) {
	case sql.DecimalType:
		return decimalLength(int(t.Precision()), int(t.Scale())), false, true
	case sql.EnumType:
		return 1 + int(t.NumberOfElements())/256, false, true
	case sql.SetType:
		return setLength(int(t.NumberOfElements())), false, true
	case types.BitType:
		return (int(t.NumberOfBits()) + 7) / 8, false, true
	case sql.DatetimeType:
		return datetimeLength(t), false, true
	}
	bytes, known = fixedLengths()[t.Type()]
	return bytes, false, known
}

func fixedLengths() map[wire.Type]int {
	return map[wire.Type]int{
		wire.Type_INT8: 1, wire.Type_UINT8: 1, wire.Type_INT16: 2, wire.Type_UINT16: 2,
		wire.Type_INT24: 3, wire.Type_UINT24: 3, wire.Type_INT32: 4, wire.Type_UINT32: 4,
		wire.Type_INT64: 8, wire.Type_UINT64: 8, wire.Type_FLOAT32: 4, wire.Type_FLOAT64: 8,
		wire.Type_YEAR: 1, wire.Type_TIME: 6, // the engine's TIME always has six digits of fraction
	}
}

func textLength(t sql.StringType, prefix int) (bytes int, variable, known bool) {
	characters := int(t.Length())
	if prefix > 0 {
		characters = prefix
	}
	switch t.Type() {
	case wire.Type_CHAR, wire.Type_VARCHAR:
		return characters * int(t.CharacterSet().MaxLength()), t.Type() == wire.Type_VARCHAR, true
	case wire.Type_BINARY, wire.Type_VARBINARY:
		return characters, t.Type() == wire.Type_VARBINARY, true
	case wire.Type_TEXT:
		return characters * int(t.CharacterSet().MaxLength()), true, prefix > 0
	case wire.Type_BLOB:
		return characters, true, prefix > 0
	}
	return 0, false, false
}

// decimalLength is MySQL's packed form: four bytes for nine digits, on each
// side of the point.
func decimalLength(precision, scale int) int {
	rest := [...]int{0, 1, 1, 2, 2, 3, 3, 4, 4}
	side := func(digits int) int { return digits/9*4 + rest[digits%9] }
	return side(precision-scale) + side(scale)
}

// setLength is a bit for each element, in 1, 2, 3, 4 or 8 bytes.
func setLength(elements int) int {
	if bytes := (elements + 7) / 8; bytes <= 4 {
		return bytes
	}
	return 8
}

// datetimeLength counts the fraction of a second in pairs of digits.
func datetimeLength(t sql.DatetimeType) int {
	fraction := (t.Precision() + 1) / 2
	switch t.Type() {
	case wire.Type_DATE:
		return 3
	case wire.Type_TIMESTAMP:
		return 4 + fraction
	}
	return 5 + fraction
}
