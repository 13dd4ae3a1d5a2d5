package procedure

import (
	"errors"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
)

func TestSubstitute(t *testing.T) {
	s := newScope(nil)
	s.variables["v"] = &variable{name: "v", typ: types.Int64, value: int64(7)}
	s.variables["w"] = &variable{name: "w", typ: types.LongText, value: "it's"}
	s.variables["z"] = &variable{name: "z", typ: types.Int64}
	for text, want := range map[string]string{
		"select v, t.v, V + 1 from t where v > w":              "select 7 as v, t.v, 7 + 1 from t where 7 > 'it''s'",
		"select upper(w), z is null":                           "select upper('it''s'), null is null",
		"update t set v = v + 1, a = w where id in (v, z)":     "update t set v = 7 + 1, a = 'it''s' where id in (7, null)",
		"insert into t (v, w) values (v, w)":                   "insert into t(v, w) values (7, 'it''s')",
		"delete from t where v between 1 and v limit 5":        "delete from t where 7 between 1 and 7 limit 5",
		"select a from t order by v limit v":                   "select a from t order by 7 asc limit 7",
		"select a from (select v as a from t) as x group by v": "select a from (select 7 as a from t) as x group by 7",
		"select case v when 1 then w else z end":               "select case 7 when 1 then 'it''s' else null end",
		"select unknown, `v` from v":                           "select unknown, 7 as v from v",
	} {
		stmt, err := ast.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		before := ast.String(stmt)
		if got := normal(t, ast.String(s.substitute(stmt).(ast.Statement))); got != normal(t, want) {
			t.Errorf("%s: got %s, want %s", text, got, normal(t, want))
		}
		if after := ast.String(stmt); after != before {
			t.Errorf("%s was changed to %s", before, after)
		}
	}
}

// normal is a statement as the parser writes it.
func normal(t *testing.T, text string) string {
	stmt, err := ast.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return ast.String(stmt)
}

func TestHandlerFor(t *testing.T) {
	named := func(kind ast.DeclareHandlerConditionValue, number int, state string) *handler {
		return &handler{handles: []handled{{kind: kind, condition: condition{number: number, state: state}}}}
	}
	class := named(ast.DeclareHandlerCondition_SqlException, 0, "")
	state := named(ast.DeclareHandlerCondition_SqlState, 0, "23000")
	number := named(ast.DeclareHandlerCondition_MysqlErrorCode, 1062, "")
	warning := named(ast.DeclareHandlerCondition_SqlWarning, 0, "")
	notFound := named(ast.DeclareHandlerCondition_NotFound, 0, "")
	duplicate := condition{number: 1062, state: "23000", level: diagnostics.LevelError}
	outer := newScope(nil)
	outer.handlers = []*handler{number, notFound}
	inner := newScope(outer)
	inner.handlers = []*handler{class, warning}
	handling := newScope(inner)
	handling.handling = true
	same := newScope(nil)
	same.handlers = []*handler{class, state, number}
	for name, c := range map[string]struct {
		scope *scope
		of    condition
		want  *handler
	}{
		"the most particular of a block":     {same, duplicate, number},
		"a state before a class":             {same, condition{number: 1048, state: "23000", level: diagnostics.LevelError}, state},
		"the innermost block":                {inner, duplicate, class},
		"past the block of a handler":        {handling, duplicate, number},
		"a warning":                          {inner, condition{number: 1264, state: "22003", level: diagnostics.LevelWarning}, warning},
		"no row":                             {outer, condition{number: 1329, state: "02000", level: diagnostics.LevelError}, notFound},
		"no row is no exception":             {same, condition{number: 1329, state: "02000", level: diagnostics.LevelError}, nil},
		"nothing for an exception out there": {outer, condition{number: 1146, state: "42S02", level: diagnostics.LevelError}, nil},
	} {
		if got := c.scope.handlerFor(c.of); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestAssign(t *testing.T) {
	ctx := sql.NewEmptyContext()
	decimal, err := types.CreateDecimalType(5, 2)
	if err != nil {
		t.Fatal(err)
	}
	short := types.MustCreateString(sqltypes.VarChar, 3, sql.Collation_Default)
	for name, c := range map[string]struct {
		typ    sql.Type
		from   typed
		want   any
		number int
	}{
		"a number of text": {types.Int32, typed{" 12 ", types.LongText}, int32(12), 0},
		"rounded":          {types.Int32, typed{"1.5", types.LongText}, int32(2), 0},
		"null":             {types.Int32, typed{nil, types.Null}, nil, 0},
		"no number":        {types.Int32, typed{"x", types.LongText}, nil, 1366},
		"too big":          {types.Int8, typed{int64(300), types.Int64}, nil, 1264},
		"too long":         {short, typed{"abcd", types.LongText}, nil, 1406},
		"decimal too big":  {decimal, typed{int64(100000), types.Int64}, nil, 1264},
		"no date":          {types.Date, typed{"x", types.LongText}, nil, 1292},
		"text of a number": {types.LongText, typed{int64(5), types.Int64}, "5", 0},
	} {
		v := &variable{name: "v", typ: c.typ}
		err := v.assign(ctx, c.from)
		switch {
		case c.number == 0 && (err != nil || v.value != c.want):
			t.Errorf("%s: got %v (%v), want %v", name, v.value, err, c.want)
		case c.number != 0 && !isNumber(err, c.number):
			t.Errorf("%s: got %v, want error %d", name, err, c.number)
		}
	}
}

func isNumber(err error, number int) bool {
	var e *mysql.SQLError
	return errors.As(err, &e) && e.Num == number
}
