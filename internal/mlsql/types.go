package mlsql

import (
	"strconv"
	"strings"
)

// Type is a MySQL data type in canonical form: synonyms resolved, defaults
// filled in. The text and binary sorts of a character type are told apart by
// Name alone.
type Type struct {
	// Name is the canonical name in lower case: tinyint, smallint, mediumint,
	// int, bigint, decimal, float, double, bit, char, varchar, tinytext, text,
	// mediumtext, longtext, binary, varbinary, tinyblob, blob, mediumblob,
	// longblob, date, time, datetime, timestamp, year, json, enum, set, or a
	// spatial type.
	Name string
	// Length is the length of char and varchar in characters, of binary and
	// varbinary in bytes, of bit in bits; the precision of decimal, float and
	// double in digits; the display width where it is shown: tinyint(1) and
	// zerofill. Zero for other types, and for float and double without
	// precision.
	Length int
	// Scale is the number of digits after the decimal point, or of fractional
	// seconds.
	Scale int
	// Unsigned and Zerofill are attributes of numeric types; Zerofill implies
	// Unsigned.
	Unsigned, Zerofill bool
	// Charset is the character set in lower case; empty means the database's.
	Charset string
	// Collation is empty when it is the character set's default.
	Collation string
	// Values are those of enum and set.
	Values []string
}

// IsString reports whether values are text: char, varchar and the four sorts
// of text.
func (t Type) IsString() bool {
	switch t.Name {
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext":
		return true
	}
	return false
}

// IsNumeric reports whether values are numbers, bit included.
func (t Type) IsNumeric() bool { return t.isInteger() || t.isFractional() || t.Name == "bit" }

func (t Type) isInteger() bool { return intWidth(t.Name) > 0 }

func (t Type) isFractional() bool {
	return t.Name == "decimal" || t.Name == "float" || t.Name == "double"
}

func (t Type) isSpatial() bool {
	switch t.Name {
	case "geometry", "point", "linestring", "polygon",
		"multipoint", "multilinestring", "multipolygon", "geomcollection":
		return true
	}
	return false
}

// intWidth is the display width that MySQL gives to an integer type, signed;
// zero for other types.
func intWidth(name string) int {
	switch name {
	case "tinyint":
		return 4
	case "smallint":
		return 6
	case "mediumint":
		return 9
	case "int":
		return 11
	case "bigint":
		return 20
	}
	return 0
}

// String returns the type as MySQL's SHOW CREATE FUNCTION prints it, such as
// "varchar(2048) CHARSET latin1" and "int unsigned".
func (t Type) String() string { return t.sql(Options{}) }

// sql returns the type as SQL whose strings read right under the options.
func (t Type) sql(opts Options) string {
	var b strings.Builder
	b.WriteString(t.Name)
	b.WriteString(t.size())
	for i, v := range t.Values {
		b.WriteString([2]string{"(", ","}[min(i, 1)] + QuoteString(v, opts))
	}
	if len(t.Values) > 0 {
		b.WriteString(")")
	}
	if t.Unsigned {
		b.WriteString(" unsigned")
	}
	if t.Zerofill {
		b.WriteString(" zerofill")
	}
	if t.Charset != "" {
		b.WriteString(" CHARSET " + t.Charset)
	}
	if t.Collation != "" {
		b.WriteString(" COLLATE " + t.Collation)
	}
	return b.String()
}

// size returns the numbers in parentheses, empty when the type shows none.
func (t Type) size() string {
	length, scale := strconv.Itoa(t.Length), strconv.Itoa(t.Scale)
	switch t.Name {
	case "char", "varchar", "binary", "varbinary", "bit":
		return "(" + length + ")"
	case "decimal":
		return "(" + length + "," + scale + ")"
	case "time", "datetime", "timestamp":
		if t.Scale > 0 {
			return "(" + scale + ")"
		}
	default:
		switch {
		case t.Length > 0 && t.isFractional():
			return "(" + length + "," + scale + ")"
		case t.Length > 0:
			return "(" + length + ")"
		}
	}
	return ""
}
