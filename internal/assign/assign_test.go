package assign

import (
	"errors"
	"fmt"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/go-mysql-server/sql/variables"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
)

// TestTake gives each value once in strict mode and once with Ignore, which
// takes what other modes take.
func TestTake(t *testing.T) {
	variables.InitSystemVariables() // the mode is one of them
	decimal := types.MustCreateDecimalType(4, 2)
	varchar := types.MustCreateString(sqltypes.VarChar, 3, sql.Collation_Default)
	for name, c := range map[string]struct {
		typ    sql.Type
		value  any
		number int // of the error in strict mode; 0 for none
		kept   string
	}{
		"null":                   {types.Int32, nil, 0, "<nil>"},
		"a number of text":       {types.Int32, " 12 ", 0, "12"},
		"rounded":                {types.Int32, "1.5", 0, "2"},
		"no number":              {types.Int32, "x", 1366, "0"},
		"begins with a number":   {types.Int32, "0x", 1265, "0"},
		"too big":                {types.Int8, int64(300), 1264, "127"},
		"below an unsigned's":    {types.Uint8, int64(-1), 1264, "0"},
		"decimal too big":        {decimal, "-100", 1264, "-99.99"},
		"decimal and more":       {decimal, "1.5x", 1366, "1.5"},
		"no double":              {types.Float64, "x", 1265, "0"},
		"too long":               {varchar, "éabc", 1406, "éab"},
		"too long by spaces":     {varchar, "ab    ", 0, "ab "},
		"no text":                {varchar, "a\xff", 1366, "a"},
		"no date":                {types.Date, "x", 1292, fmt.Sprint(types.Date.Zero())},
		"a time beyond the last": {types.Time, "900:00:00", 1292, "838:59:59"},
		"the last time":          {types.Time, "838:59:59", 0, "838:59:59"},
		"text of a number":       {types.LongText, int64(5), 0, "5"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := sql.NewEmptyContext()
			target := Target{Name: "c", Type: c.typ, Row: 7}
			kept, err := target.Take(ctx, Value{Value: c.value})
			var e *mysql.SQLError
			if errors.As(err, &e) != (c.number != 0) || e != nil && e.Num != c.number {
				t.Errorf("strict: got %v, %v, want number %d", kept, err, c.number)
			}
			target.Ignore = true
			kept, err = target.Take(ctx, Value{Value: c.value})
			if err != nil || fmt.Sprint(kept) != c.kept {
				t.Errorf("lenient: got %v, %v, want %s", kept, err, c.kept)
			}
			if warned := ctx.WarningCount() > 0; warned != (c.number != 0 || kept == "ab ") {
				t.Errorf("warnings: %v", ctx.Session.Warnings())
			}
		})
	}
}

func TestNumberPrefix(t *testing.T) {
	for text, want := range map[string]string{
		"12abc": "12", " -3.5x": "-3.5", "+7": "+7", "1e5": "1", "0x": "0",
	} {
		if got, ok := numberPrefix(text); got != want || !ok {
			t.Errorf("%q begins with %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"abc", "", "-", "."} {
		if got, ok := numberPrefix(text); got != "0" || ok {
			t.Errorf("%q begins with %q, want no number", text, got)
		}
	}
}
