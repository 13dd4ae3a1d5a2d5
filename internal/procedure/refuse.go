package procedure

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mysqlerr"
)

// refuse is MySQL's error for a value that the variable cannot have. The
// engine's own error names neither the variable nor, often, what is wrong.
func (v *variable) refuse(err error, from typed) *mysql.SQLError {
	text := fmt.Sprint(from.value)
	if b, ok := from.value.([]byte); ok {
		text = string(b)
	}
	switch {
	case types.IsEnum(v.typ), types.IsSet(v.typ):
		return mysqlerr.New(1265, fmt.Sprintf("Data truncated for column '%s' at row 1", v.name))
	case types.IsText(v.typ) && tooLong(err):
		return mysqlerr.New(1406, fmt.Sprintf("Data too long for column '%s' at row 1", v.name))
	case types.IsInteger(v.typ):
		return v.incorrect("integer", text)
	case types.IsDecimal(v.typ):
		if types.ErrConvertToDecimalLimit.Is(err) {
			return mysqlerr.New(1264, fmt.Sprintf("Out of range value for column '%s' at row 1", v.name))
		}
		return v.incorrect("decimal", text)
	case types.IsFloat(v.typ):
		if numberPrefix(text) != "0" {
			return mysqlerr.New(1265, fmt.Sprintf("Data truncated for column '%s' at row 1", v.name))
		}
		return v.incorrect("double", text)
	case types.IsTimespan(v.typ):
		return mysqlerr.New(1292, fmt.Sprintf("Incorrect time value: '%s' for column '%s' at row 1", text, v.name))
	case types.IsTime(v.typ):
		kind := "datetime"
		if types.IsDateType(v.typ) {
			kind = "date"
		}
		return mysqlerr.New(1292, fmt.Sprintf("Incorrect %s value: '%s' for column '%s' at row 1", kind, text, v.name))
	}
	return mysqlerr.Translate(err, mysqlerr.Statement{})
}

func (v *variable) incorrect(kind, text string) *mysql.SQLError {
	return mysqlerr.New(1366, fmt.Sprintf("Incorrect %s value: '%s' for column '%s' at row 1", kind, text, v.name))
}

func tooLong(err error) bool {
	return types.ErrLengthBeyondLimit.Is(err) || types.ErrLengthTooLarge.Is(err) || strings.Contains(err.Error(), "too large")
}
