package assign

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
)

// convert converts a value by MySQL's rules of assignment.
func convert(ctx *sql.Context, from Value, to sql.Type) (any, sql.ConvertInRange, error) {
	value, err := plain(ctx, from, to)
	if err != nil {
		return nil, sql.InRange, err
	}
	if text, ok := value.(string); ok && types.IsInteger(to) {
		if number, ok := to.(sql.RoundingNumberType); ok {
			return number.ConvertRound(ctx, strings.TrimSpace(text))
		}
	}
	return to.Convert(ctx, value)
}

// isPlainText reports whether a value is text that a column of text keeps as it
// is: what most are given. The engine's conversion would copy it twice to say so.
func isPlainText(from Value, to sql.Type) bool {
	text, ok := from.Value.(string)
	if !ok || from.Type != nil && !types.IsText(from.Type) {
		return false
	}
	kept, ok := to.(sql.StringType)
	return ok && kept.Type() == sqltypes.VarChar && kept.CharacterSet() == sql.CharacterSet_utf8mb4 &&
		int64(len(text)) <= kept.MaxCharacterLength() && utf8.ValidString(text)
}

// plain gives values that mean something by their type alone, and a number
// inside, the text that they are in assignments to other types.
func plain(ctx *sql.Context, from Value, to sql.Type) (any, error) {
	if from.Type == nil {
		return from.Value, nil
	}
	switch {
	case types.IsEnum(from.Type) || types.IsSet(from.Type):
		if types.IsText(to) {
			text, _, err := types.ConvertToCollatedString(ctx, from.Value, from.Type)
			return text, err
		}
	case types.IsTime(from.Type) && (types.IsText(to)), types.IsTimespan(from.Type) && types.IsText(to):
		return Text(ctx, from)
	case types.IsTime(from.Type) && isNumeric(to):
		text, err := Text(ctx, from)
		if err != nil {
			return nil, err
		}
		return strings.NewReplacer("-", "", ":", "", " ", "").Replace(text), nil
	}
	return from.Value, nil
}

// Text is a value as a client would see it.
func Text(ctx *sql.Context, v Value) (string, error) {
	value, err := v.Type.SQL(ctx, nil, v.Value)
	if err != nil {
		return "", err
	}
	return value.ToString(), nil
}

// shown is a value as errors quote it.
func shown(value any) string {
	switch value := value.(type) {
	case []byte:
		return string(value)
	default:
		return fmt.Sprint(value)
	}
}

func isNumeric(t sql.Type) bool { return types.IsNumber(t) || types.IsDecimal(t) }

// named is a context that tells the engine's conversions of text what they are
// for.
func (t Target) named(ctx *sql.Context) *sql.Context {
	column := context.WithValue(ctx.Context, types.ColumnNameKey, t.Name)
	return ctx.WithContext(context.WithValue(column, types.RowNumberKey, t.Row))
}
