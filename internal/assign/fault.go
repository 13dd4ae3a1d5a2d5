package assign

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mysqlerr"
)

// fault is what is wrong with a value.
type fault struct {
	// strict is the error of strict mode, lenient the warning of other modes.
	strict, lenient *mysql.SQLError
	// always is true when the value is refused in every mode.
	always bool
}

// faultOf is MySQL's view of a value that the engine could not convert. The
// engine's own error names neither the target nor, often, what is wrong.
func (t Target) faultOf(err error, from Value) fault {
	text := shown(from.Value)
	switch {
	case types.IsEnum(t.Type), types.IsSet(t.Type):
		return t.truncated()
	case types.IsText(t.Type) && tooLong(err):
		return fault{strict: t.say(1406, "Data too long for column '%s' at row %d"), lenient: t.truncated().strict}
	case types.IsBit(t.Type):
		return fault{strict: t.say(1406, "Data too long for column '%s' at row %d"), lenient: t.outOfRange(from).lenient}
	case types.IsYear(t.Type):
		return t.yearFault(from, text)
	case types.IsInteger(t.Type):
		return t.integerFault(text)
	case types.IsFloat(t.Type):
		return t.truncated()
	case types.IsDecimal(t.Type) && types.ErrConvertToDecimalLimit.Is(err):
		return t.outOfRange(from)
	case types.IsDecimal(t.Type):
		return t.decimalFault(text)
	case types.IsTimespan(t.Type), types.IsTime(t.Type):
		return t.timeFault(text)
	}
	known := mysqlerr.Translate(err, mysqlerr.Statement{})
	return fault{strict: known, lenient: known, always: true}
}

func tooLong(err error) bool {
	return types.ErrLengthBeyondLimit.Is(err) || types.ErrLengthTooLarge.Is(err) || strings.Contains(err.Error(), "too large")
}

// say is a sentence about the target and the row.
func (t Target) say(number int, format string) *mysql.SQLError {
	return mysqlerr.New(number, fmt.Sprintf(format, t.Name, t.Row))
}

func (t Target) truncated() fault {
	e := t.say(1265, "Data truncated for column '%s' at row %d")
	return fault{strict: e, lenient: e}
}

// outOfRange is about a number beyond the type's, and about a time: outside
// strict mode MySQL has the same sentence for both.
func (t Target) outOfRange(from Value) fault {
	if types.IsTimespan(t.Type) || types.IsTime(t.Type) {
		return t.timeFault(shown(from.Value))
	}
	e := t.say(1264, "Out of range value for column '%s' at row %d")
	return fault{strict: e, lenient: e}
}

func (t Target) incorrect(kind, text string) fault {
	e := mysqlerr.New(1366, fmt.Sprintf("Incorrect %s value: '%s' for column '%s' at row %d", kind, text, t.Name, t.Row))
	return fault{strict: e, lenient: e}
}

// integerFault is a text that is no number, or only begins with one.
func (t Target) integerFault(text string) fault {
	if _, ok := numberPrefix(text); ok {
		return t.truncated()
	}
	return t.incorrect("integer", text)
}

func (t Target) decimalFault(text string) fault {
	f := t.incorrect("decimal", text)
	if _, ok := numberPrefix(text); ok {
		f.lenient = t.truncated().lenient
	}
	return f
}

// yearFault is a number that is no year, or a text that is no number.
func (t Target) yearFault(from Value, text string) fault {
	if _, ok := numberPrefix(text); !ok {
		return t.incorrect("integer", text)
	}
	return t.outOfRange(from)
}

// impossible is the form of a point in time, as 2024-02-30, that is none.
var impossible = regexp.MustCompile(`^\s*-?\d+([-:./]\d+)+(\s+\d+(:\d+)*)?(\.\d+)?\s*$|^\s*\d+\s*$`)

// zeroFault is about the date of zeros, where the mode does not allow it.
func (t Target) zeroFault(text string) fault {
	if strings.HasPrefix(text, "-0001-11-30") || strings.HasPrefix(text, "0000-") { // a date or a point in time
		text = "0000-00-00"
		if !types.IsDateType(t.Type) {
			text += " 00:00:00"
		}
	}
	f := t.timeFault(text)
	f.lenient = t.say(1264, "Out of range value for column '%s' at row %d")
	return f
}

func (t Target) timeFault(text string) fault {
	kind := "datetime"
	switch {
	case types.IsTimespan(t.Type):
		kind = "time"
	case types.IsDateType(t.Type):
		kind = "date"
	}
	f := t.truncated()
	if impossible.MatchString(text) {
		f.lenient = t.say(1264, "Out of range value for column '%s' at row %d")
	}
	f.strict = mysqlerr.New(1292, fmt.Sprintf("Incorrect %s value: '%s' for column '%s' at row %d", kind, text, t.Name, t.Row))
	return f
}
