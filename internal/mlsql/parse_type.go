package mlsql

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// typeWord is a spelling of a data type: the words that begin it and how the
// rest is read.
type typeWord struct {
	words string
	name  string
	rest  func(*typeReader)
}

// typeWords are the spellings, longer before shorter where one begins another.
var typeWords = []typeWord{
	{"BOOLEAN", "tinyint", (*typeReader).boolean}, {"BOOL", "tinyint", (*typeReader).boolean},
	{"TINYINT", "tinyint", (*typeReader).integer}, {"INT1", "tinyint", (*typeReader).integer},
	{"SMALLINT", "smallint", (*typeReader).integer}, {"INT2", "smallint", (*typeReader).integer},
	{"MEDIUMINT", "mediumint", (*typeReader).integer}, {"INT3", "mediumint", (*typeReader).integer},
	{"MIDDLEINT", "mediumint", (*typeReader).integer},
	{"INTEGER", "int", (*typeReader).integer}, {"INT", "int", (*typeReader).integer},
	{"INT4", "int", (*typeReader).integer},
	{"BIGINT", "bigint", (*typeReader).integer}, {"INT8", "bigint", (*typeReader).integer},
	{"BIT", "bit", (*typeReader).bit},
	{"DECIMAL", "decimal", (*typeReader).decimal}, {"DEC", "decimal", (*typeReader).decimal},
	{"NUMERIC", "decimal", (*typeReader).decimal}, {"FIXED", "decimal", (*typeReader).decimal},
	{"FLOAT", "float", (*typeReader).float}, {"FLOAT4", "float", (*typeReader).float},
	{"DOUBLE PRECISION", "double", (*typeReader).double}, {"DOUBLE", "double", (*typeReader).double},
	{"FLOAT8", "double", (*typeReader).double}, {"REAL", "double", (*typeReader).double},
	{"DATE", "date", nil}, {"TIME", "time", (*typeReader).seconds},
	{"DATETIME", "datetime", (*typeReader).seconds}, {"TIMESTAMP", "timestamp", (*typeReader).seconds},
	{"YEAR", "year", (*typeReader).year}, {"JSON", "json", nil},
	{"NATIONAL CHARACTER VARYING", "varchar", (*typeReader).national},
	{"NATIONAL CHAR VARYING", "varchar", (*typeReader).national},
	{"NATIONAL VARCHARACTER", "varchar", (*typeReader).national},
	{"NATIONAL VARCHAR", "varchar", (*typeReader).national},
	{"NCHAR VARYING", "varchar", (*typeReader).national}, {"NCHAR VARCHAR", "varchar", (*typeReader).national},
	{"NCHAR VARCHARACTER", "varchar", (*typeReader).national}, {"NVARCHAR", "varchar", (*typeReader).national},
	{"NATIONAL CHARACTER", "char", (*typeReader).national}, {"NATIONAL CHAR", "char", (*typeReader).national},
	{"NCHAR", "char", (*typeReader).national},
	{"CHARACTER VARYING", "varchar", (*typeReader).varchar}, {"CHAR VARYING", "varchar", (*typeReader).varchar},
	{"VARCHARACTER", "varchar", (*typeReader).varchar}, {"VARCHAR", "varchar", (*typeReader).varchar},
	{"CHARACTER", "char", (*typeReader).char}, {"CHAR", "char", (*typeReader).char},
	{"VARBINARY", "varbinary", (*typeReader).varbinary}, {"BINARY", "binary", (*typeReader).binary},
	{"TINYTEXT", "tinytext", (*typeReader).charset}, {"MEDIUMTEXT", "mediumtext", (*typeReader).charset},
	{"LONGTEXT", "longtext", (*typeReader).charset}, {"TEXT", "text", (*typeReader).sizedText},
	{"TINYBLOB", "tinyblob", nil}, {"MEDIUMBLOB", "mediumblob", nil}, {"LONGBLOB", "longblob", nil},
	{"BLOB", "blob", (*typeReader).sizedBlob},
	{"LONG VARBINARY", "mediumblob", nil}, {"LONG CHARACTER VARYING", "mediumtext", (*typeReader).charset},
	{"LONG CHAR VARYING", "mediumtext", (*typeReader).charset},
	{"LONG VARCHARACTER", "mediumtext", (*typeReader).charset},
	{"LONG VARCHAR", "mediumtext", (*typeReader).charset}, {"LONG", "mediumtext", (*typeReader).charset},
	{"ENUM", "enum", (*typeReader).values}, {"SET", "set", (*typeReader).values},
	{"GEOMETRYCOLLECTION", "geomcollection", nil}, {"GEOMCOLLECTION", "geomcollection", nil},
	{"GEOMETRY", "geometry", nil}, {"POINT", "point", nil}, {"LINESTRING", "linestring", nil},
	{"POLYGON", "polygon", nil}, {"MULTIPOINT", "multipoint", nil},
	{"MULTILINESTRING", "multilinestring", nil}, {"MULTIPOLYGON", "multipolygon", nil},
}

// typeReader reads one data type. owner names the argument in errors.
type typeReader struct {
	*parser
	Type
	owner string
	first Token
}

// dataType reads a data type. owner is the name of what has it, for errors.
func (p *parser) dataType(owner string) Type {
	r := &typeReader{parser: p, owner: owner, first: p.peek()}
	for _, tw := range typeWords {
		if !p.accept(strings.Fields(tw.words)...) {
			continue
		}
		r.Name = tw.name
		if tw.rest != nil {
			tw.rest(r)
		}
		return r.Type
	}
	if p.is("VECTOR") {
		p.unsupportedAt(r.first, "VECTOR in a model function", "pass a vector as TEXT or JSON text")
	}
	p.syntax("a data type is needed here")
	return Type{}
}

// numbers reads up to most numbers in parentheses, none when there are no
// parentheses.
func (r *typeReader) numbers(most int) []int {
	if !r.acceptSymbol("(") {
		return nil
	}
	list := []int{r.number()}
	for len(list) < most && r.acceptSymbol(",") {
		list = append(list, r.number())
	}
	r.expectSymbol(")")
	return list
}

// number reads a whole number; one too large for 32 bits counts as the largest.
func (r *typeReader) number() int {
	tok := r.next()
	if tok.Kind != Number || strings.Trim(tok.Text, "0123456789") != "" {
		r.syntaxAt(tok, "")
		return 0
	}
	n, err := strconv.ParseUint(tok.Text, 10, 32)
	if err != nil {
		return math.MaxUint32
	}
	return int(n)
}

// fail records a failure of the type as a whole.
func (r *typeReader) fail(code uint16, format string, args ...any) {
	r.failAt(r.first, code, fmt.Sprintf(format, args...))
}

func (r *typeReader) boolean() { r.Length = 1 }

// integer reads an optional display width and the attributes. MySQL forgets
// the width, except of tinyint(1) and with ZEROFILL.
func (r *typeReader) integer() {
	width := 0
	if n := r.numbers(1); n != nil {
		width = n[0]
	}
	if width > 255 {
		r.fail(codeDisplayWidth, "Display width out of range for column '%s' (max = 255)", r.owner)
	}
	signed := r.attributes()
	switch {
	case r.Zerofill && width == 0:
		r.Length = zerofillWidth(r.Name)
	case r.Zerofill, r.Name == "tinyint" && width == 1 && !r.Unsigned && !signed:
		r.Length = width
	}
}

// zerofillWidth is the width of an unsigned integer type, which has no sign.
func zerofillWidth(name string) int {
	if name == "bigint" {
		return 20
	}
	return intWidth(name) - 1
}

// attributes reads SIGNED, UNSIGNED and ZEROFILL, and tells whether SIGNED was
// among them.
func (r *typeReader) attributes() (signed bool) {
	for {
		switch {
		case r.accept("UNSIGNED"):
			r.Unsigned = true
		case r.accept("ZEROFILL"):
			r.Unsigned, r.Zerofill = true, true
		case r.accept("SIGNED"):
			signed = true
		default:
			return signed
		}
	}
}

func (r *typeReader) bit() {
	r.Length = 1
	if n := r.numbers(1); n != nil {
		r.Length = n[0]
	}
	switch {
	case r.Length == 0:
		r.fail(codeFieldSize, "Invalid size for column '%s'.", r.owner)
	case r.Length > 64:
		r.fail(codeDisplayWidth, "Display width out of range for column '%s' (max = 64)", r.owner)
	}
}

// decimal reads the precision, 10 by default, and scale.
func (r *typeReader) decimal() {
	if n := r.numbers(2); n != nil {
		r.precision(n, 65)
	}
	if r.Length == 0 {
		r.Length = 10
	}
	r.attributes()
}

// precision takes precision and scale from n and checks them.
func (r *typeReader) precision(n []int, most int) {
	r.Length = n[0]
	if len(n) > 1 {
		r.Scale = n[1]
	}
	switch {
	case r.Scale > 30:
		r.fail(codeScale, "Too big scale %d specified for column '%s'. Maximum is 30.", r.Scale, r.owner)
	case r.Length > most:
		r.fail(codePrecision, "Too-big precision %d specified for '%s'. Maximum is %d.", r.Length, r.owner, most)
	case r.Scale > r.Length:
		r.fail(codeScaleAbove, "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '%s').", r.owner)
	}
}

// float reads FLOAT, whose single number is a precision in bits that chooses
// between float and double.
func (r *typeReader) float() {
	switch n := r.numbers(2); {
	case len(n) == 2:
		r.precision(n, 255)
	case len(n) == 1 && n[0] > 53:
		r.fail(codeFieldSpec, "Incorrect column specifier for column '%s'", r.owner)
	case len(n) == 1 && n[0] > 24:
		r.Name = "double"
	}
	r.attributes()
}

func (r *typeReader) double() {
	if n := r.numbers(2); len(n) == 2 {
		r.precision(n, 255)
	} else if len(n) == 1 {
		r.syntaxAt(r.first, "this type takes a precision and a scale, or neither")
	}
	r.attributes()
}

// seconds reads the number of digits of fractional seconds.
func (r *typeReader) seconds() {
	if n := r.numbers(1); n != nil {
		r.Scale = n[0]
	}
	if r.Scale > 6 {
		r.fail(codePrecision, "Too-big precision %d specified for '%s'. Maximum is 6.", r.Scale, r.owner)
	}
}

func (r *typeReader) year() {
	if n := r.numbers(1); n != nil && n[0] != 4 {
		r.fail(codeYearWidth, "Supports only YEAR or YEAR(4) column.")
	}
}
