package assign

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// unfit is a value that does not fit, and what the engine made of it.
type unfit struct {
	from      Value
	converted any
	inRange   sql.ConvertInRange
}

// fit is the value that the target takes when it cannot have the one that it
// was given, outside strict mode.
func (t Target) fit(ctx *sql.Context, u unfit) any {
	switch {
	case types.IsText(t.Type):
		return t.cut(u)
	case types.IsSet(t.Type):
		return t.members(ctx, u)
	case types.IsBit(t.Type):
		return uint64(1)<<t.Type.(types.BitType).NumberOfBits() - 1
	case types.IsDecimal(t.Type):
		return t.nearest(ctx, shown(u.from.Value))
	case isNumeric(t.Type) && !types.IsYear(t.Type):
		return t.number(ctx, u)
	case types.IsTimespan(t.Type) && u.converted != nil:
		return u.converted
	default:
		return t.Type.Zero()
	}
}

// Implicit is the value of a column that must have one and was given none.
func Implicit(of sql.Type) any {
	if types.IsEnum(of) {
		return uint16(1) // its first member
	}
	return of.Zero()
}

// number is the end of the range that a number lies beyond, or what a text
// begins with.
func (t Target) number(ctx *sql.Context, u unfit) any {
	if u.inRange == sql.Underflow && types.IsUnsigned(t.Type) {
		return t.Type.Zero() // the engine wraps around
	}
	if u.inRange != sql.InRange {
		return u.converted
	}
	prefix, _ := numberPrefix(shown(u.from.Value))
	if value, _, err := t.Type.Convert(ctx, prefix); err == nil {
		return value
	}
	return t.Type.Zero()
}

// nearest is the decimal nearest to the number that a text begins with.
func (t Target) nearest(ctx *sql.Context, text string) any {
	prefix, _ := numberPrefix(text)
	if value, _, err := t.Type.Convert(ctx, prefix); err == nil {
		return value
	}
	of := t.Type.(sql.DecimalType)
	most := strings.Repeat("9", int(of.Precision()-of.Scale())) + "." + strings.Repeat("9", int(of.Scale()))
	if strings.HasPrefix(prefix, "-") {
		most = "-" + most
	}
	value, _, err := t.Type.Convert(ctx, strings.TrimSuffix(most, "."))
	if err != nil {
		return t.Type.Zero()
	}
	return value
}

// members are those of a text's that the SET has.
func (t Target) members(ctx *sql.Context, u unfit) any {
	var known []string
	for _, member := range strings.Split(shown(u.from.Value), ",") {
		if _, _, err := t.Type.Convert(ctx, member); err == nil {
			known = append(known, member)
		}
	}
	value, _, err := t.Type.Convert(ctx, strings.Join(known, ","))
	if err != nil {
		return t.Type.Zero()
	}
	return value
}

// cut is as much of a text as fits.
func (t Target) cut(u unfit) any {
	text, of := shown(u.from.Value), t.Type.(sql.StringType)
	if types.IsBinaryType(t.Type) {
		return []byte(text)[:min(int64(len(text)), of.MaxByteLength())]
	}
	text = text[:validPrefix(text)]
	if characters := []rune(text); int64(len(characters)) > of.MaxCharacterLength() {
		text = string(characters[:of.MaxCharacterLength()])
	}
	for int64(len(text)) > of.MaxByteLength() {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

// validPrefix is how many bytes of a text are valid, from its beginning.
func validPrefix(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return len(text)
}

// withoutSpaces returns a text that is too long by spaces at its end alone,
// without those: MySQL lets them go in every mode.
func (t Target) withoutSpaces(from Value) (string, bool) {
	text, ok := from.Value.(string)
	of, isText := t.Type.(sql.StringType)
	if !ok || !isText || types.IsBinaryType(t.Type) || !utf8.ValidString(text) {
		return "", false
	}
	kept := fmt.Sprint(t.cut(unfit{from: from}))
	rest := strings.TrimPrefix(text, kept)
	return kept, of.MaxCharacterLength() > 0 && rest != "" && strings.Trim(rest, " ") == ""
}

// numberPrefix is the number that a text begins with, "0" and false when it
// begins with none.
func numberPrefix(text string) (string, bool) {
	text = strings.TrimSpace(text)
	end, digits := 0, false
	for i, c := range text {
		sign := (c == '-' || c == '+') && i == 0
		if !sign && c != '.' && (c < '0' || c > '9') {
			break
		}
		digits = digits || c >= '0' && c <= '9'
		end = i + 1
	}
	if !digits {
		return "0", false
	}
	return text[:end], true
}
