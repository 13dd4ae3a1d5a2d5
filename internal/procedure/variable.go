package procedure

import (
	"fmt"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/shopspring/decimal"

	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// typed is a value and the type that it has.
type typed struct {
	value any
	typ   sql.Type
}

// variable is a local variable or a parameter. Its value is one of its type, or
// nil for NULL.
type variable struct {
	name  string
	typ   sql.Type
	value any
}

// declareVariables runs DECLARE of variables.
func (f *frame) declareVariables(ctx *sql.Context, s *scope, d *ast.DeclareVariables) error {
	typ, err := columnType(ctx, f.call.Plan.Database(), d.VarType)
	if err != nil {
		return err
	}
	value := typed{nil, types.Null}
	if d.VarType.Default != nil {
		if value, err = f.evaluate(ctx, s, d.VarType.Default); err != nil {
			return err
		}
	}
	for _, name := range d.Names {
		v := &variable{name: name.Lowered(), typ: typ}
		if err := v.assign(ctx, value); err != nil {
			return err
		}
		s.variables[v.name] = v
	}
	return nil
}

// assign converts a value to the variable's type and keeps it. What does not
// fit is an error in strict mode, and is made to fit with a warning otherwise.
func (v *variable) assign(ctx *sql.Context, from typed) error {
	value, err := v.convert(ctx, from)
	if err != nil {
		return err
	}
	v.value = value
	return nil
}

func (v *variable) convert(ctx *sql.Context, from typed) (any, error) {
	if from.value == nil {
		return nil, nil
	}
	value, inRange, err := convert(ctx, from, v.typ)
	strict := sql.LoadSqlMode(ctx).Strict()
	switch {
	case err != nil:
		refused := v.refuse(err, from)
		if strict || value == nil && !isNumeric(v.typ) && !types.IsText(v.typ) {
			return nil, refused
		}
		ctx.Warn(refused.Num, "%s", refused.Message)
		return v.fit(ctx, from, value), nil
	case inRange != sql.InRange:
		message := fmt.Sprintf("Out of range value for column '%s' at row 1", v.name)
		if strict {
			return nil, mysqlerr.New(1264, message)
		}
		ctx.Warn(1264, "%s", message)
		if inRange == sql.Underflow && types.IsUnsigned(v.typ) {
			return v.typ.Zero(), nil // the engine wraps around
		}
	case losesDigits(from.value, value), losesTime(from.value, v.typ):
		ctx.Session.Warn(&sql.Warning{Level: diagnostics.LevelNote, Code: 1265,
			Message: fmt.Sprintf("Data truncated for column '%s' at row 1", v.name)})
	}
	return value, nil
}

// losesDigits reports whether a decimal was rounded.
func losesDigits(before, after any) bool {
	to, ok := after.(decimal.Decimal)
	if !ok {
		return false
	}
	from, ok := before.(decimal.Decimal)
	return ok && !from.Equal(to)
}

// losesTime reports whether a point in time becomes a date.
func losesTime(before any, to sql.Type) bool {
	at, ok := before.(time.Time)
	return ok && types.IsDateType(to) && at.Truncate(24*time.Hour) != at
}

func isNumeric(t sql.Type) bool { return types.IsNumber(t) || types.IsDecimal(t) }

// convert converts a value by MySQL's rules of assignment.
func convert(ctx *sql.Context, from typed, to sql.Type) (any, sql.ConvertInRange, error) {
	value, err := plainValue(ctx, from, to)
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

// plainValue gives values that mean something by their type alone, and a number
// inside, the text that they are in assignments to other types.
func plainValue(ctx *sql.Context, from typed, to sql.Type) (any, error) {
	if from.typ == nil {
		return from.value, nil
	}
	switch {
	case types.IsEnum(from.typ) || types.IsSet(from.typ):
		if types.IsText(to) {
			text, _, err := types.ConvertToCollatedString(ctx, from.value, from.typ)
			return text, err
		}
	case types.IsTime(from.typ) && (types.IsText(to)), types.IsTimespan(from.typ) && types.IsText(to):
		return sqlText(ctx, from)
	case types.IsTime(from.typ) && isNumeric(to):
		text, err := sqlText(ctx, from)
		if err != nil {
			return nil, err
		}
		return strings.NewReplacer("-", "", ":", "", " ", "").Replace(text), nil
	}
	return from.value, nil
}

// sqlText is a value as a client would see it.
func sqlText(ctx *sql.Context, v typed) (string, error) {
	value, err := v.typ.SQL(ctx, nil, v.value)
	if err != nil {
		return "", err
	}
	return value.ToString(), nil
}

// fit is the value that a variable takes when it cannot have the one that it
// was given, outside strict mode.
func (v *variable) fit(ctx *sql.Context, from typed, value any) any {
	switch {
	case types.IsText(v.typ):
		if text, ok := from.value.(string); ok {
			if length := v.typ.(sql.StringType).MaxCharacterLength(); int64(len([]rune(text))) > length {
				return string([]rune(text)[:length])
			}
		}
		return value
	case isNumeric(v.typ):
		if prefix, _, err := v.typ.Convert(ctx, numberPrefix(fmt.Sprint(from.value))); err == nil {
			return prefix
		}
		return v.typ.Zero()
	}
	return value
}

// numberPrefix is the number that a text begins with.
func numberPrefix(text string) string {
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
		return "0"
	}
	return text[:end]
}
