// Package assign makes of a value what a column or a variable keeps of it, by
// MySQL's rules of assignment. The engine converts values too, but its errors
// name neither the column nor the row, and it knows no mode but the strict one.
//
// The tour: Target.Take (this file) is all that others call. plain.go gives
// values the form in which the engine's types convert them as MySQL does.
// fault.go says what is wrong with a value, with MySQL's number and sentence;
// fit.go is the value that is taken in its place outside strict mode.
package assign

import (
	"fmt"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/shopspring/decimal"

	"airglow/internal/mysqlerr"
)

// Value is a value and the type that it has; the type may be nil when it is
// not known.
type Value struct {
	Value any
	Type  sql.Type
}

// Target is a column in a row that is written, or a variable.
type Target struct {
	Name string
	Type sql.Type
	// Row is the row's number in its statement, from 1.
	Row int64
	// Ignore makes what does not fit fit, also in strict mode: INSERT IGNORE
	// and its like.
	Ignore bool
}

// Take returns what the target keeps of a value. What does not fit is an error
// in strict mode, and is made to fit with a warning otherwise.
func (t Target) Take(ctx *sql.Context, from Value) (any, error) {
	if from.Value == nil || isPlainText(from, t.Type) {
		return from.Value, nil
	}
	value, inRange, err := convert(ctx, from, t.Type)
	switch {
	case err != nil && types.ErrBadCharsetString.Is(err):
		return t.takeBadText(ctx, from)
	case err != nil:
		return t.takeUnfit(ctx, t.faultOf(err, from), unfit{from, value, inRange})
	case inRange != sql.InRange, cutTime(from.Value, value):
		return t.takeUnfit(ctx, t.outOfRange(from), unfit{from, value, inRange})
	case isZero(value) && sql.LoadSqlMode(ctx).ModeEnabled("NO_ZERO_DATE"):
		return t.takeUnfit(ctx, t.zeroFault(shown(from.Value)), unfit{from, value, inRange})
	case losesDigits(from.Value, value), losesTime(from.Value, t.Type):
		t.note(ctx)
	}
	return value, nil
}

// takeUnfit raises a fault in strict mode. Otherwise it leaves a warning of it
// and returns the nearest value that fits.
func (t Target) takeUnfit(ctx *sql.Context, f fault, u unfit) (any, error) {
	if kept, ok := t.withoutSpaces(u.from); ok {
		if !strings.HasPrefix(t.Type.String(), "char") { // CHAR has no spaces at its end
			t.note(ctx)
		}
		return kept, nil
	}
	if f.always || sql.LoadSqlMode(ctx).Strict() && !t.Ignore {
		return nil, f.strict
	}
	ctx.Session.Warn(&sql.Warning{Level: "Warning", Code: f.lenient.Num, Message: f.lenient.Message})
	return t.fit(ctx, u), nil
}

// takeBadText is about text that is none of its character set. The engine's
// error has the bytes, and the column and the row where its context names them.
func (t Target) takeBadText(ctx *sql.Context, from Value) (any, error) {
	_, _, err := t.Type.Convert(t.named(ctx), from.Value)
	known := mysqlerr.Translate(err, mysqlerr.Statement{})
	return t.takeUnfit(ctx, fault{strict: known, lenient: known}, unfit{from: from})
}

// note says that something was lost that MySQL lets go in every mode.
func (t Target) note(ctx *sql.Context) {
	f := t.truncated()
	ctx.Session.Warn(&sql.Warning{Level: "Note", Code: f.strict.Num, Message: f.strict.Message})
}

// losesDigits reports whether a decimal was rounded.
func losesDigits(before, after any) bool {
	to, ok := after.(decimal.Decimal)
	if !ok {
		return false
	}
	switch from := before.(type) {
	case decimal.Decimal:
		return !from.Equal(to)
	case string:
		exact, err := decimal.NewFromString(strings.TrimSpace(from))
		return err == nil && !exact.Equal(to)
	}
	return false
}

// losesTime reports whether a point in time becomes a date.
func losesTime(before any, to sql.Type) bool {
	at, ok := before.(time.Time)
	return ok && types.IsDateType(to) && at.Truncate(24*time.Hour) != at
}

// isZero reports whether a value is the date of zeros.
func isZero(value any) bool {
	at, ok := value.(time.Time)
	return ok && at.Equal(types.ZeroTime)
}

// longest is the text of the longest TIME, at which the engine cuts silently.
const longest = "838:59:59"

// cutTime reports whether a TIME was cut to the longest there is.
func cutTime(before, after any) bool {
	span, ok := after.(types.Timespan)
	if !ok || strings.TrimPrefix(span.String(), "-") != longest {
		return false
	}
	text := strings.TrimLeft(fmt.Sprint(before), "-+ ")
	return !strings.HasPrefix(text, longest) && !strings.HasPrefix(text, "8385959")
}
