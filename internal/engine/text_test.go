package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
)

func TestFitCountsAsTheTypeDoes(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		kind mlsql.Type
		want int // bytes kept
	}{
		"varchar counts characters": {strings.Repeat("é", 5), mlsql.Type{Name: "varchar", Length: 3}, 6},
		"varchar that holds":        {"日本", mlsql.Type{Name: "varchar", Length: 2}, 6},
		"char of nothing":           {"a", mlsql.Type{Name: "char", Length: 0}, 0},
		"tinytext counts bytes":     {strings.Repeat("a", 300), mlsql.Type{Name: "tinytext"}, 255},
		"no half character":         {"a" + strings.Repeat("é", 200), mlsql.Type{Name: "tinytext"}, 255},
		"text at its size":          {strings.Repeat("a", 65535), mlsql.Type{Name: "text"}, 65535},
		"text beyond":               {strings.Repeat("a", 65536), mlsql.Type{Name: "text"}, 65535},
		"longtext holds all":        {strings.Repeat("a", 1<<17), mlsql.Type{Name: "longtext"}, 1 << 17},
	} {
		t.Run(name, func(t *testing.T) {
			got := fit(tc.text, tc.kind)
			if len(got) != tc.want || !strings.HasPrefix(tc.text, got) {
				t.Errorf("kept %d bytes, want %d", len(got), tc.want)
			}
		})
	}
}

// The stock parser must read the hidden text, with every offset where it was.
func TestHideSetRoleKeepsOffsets(t *testing.T) {
	for name, tc := range map[string]struct {
		text   string
		hidden int
	}{
		"all":          {"create procedure p() begin set role all; select 1; end", 1},
		"shortest":     {"create procedure p() begin set role r; select 1; end", 1},
		"two":          {"create procedure p() begin set role none; select @r0; set role `a`@`%`, b; end", 2},
		"over lines":   {"create procedure p()\nbegin\n set role\n  all\n ;\n select 1; end", 1},
		"in a string":  {"create procedure p() begin select 'set role all;'; end", 0},
		"a variable":   {"create procedure p() begin set @role = 1; end", 0},
		"no procedure": {"select 'set role all'", 0},
		"definer":      {"CREATE DEFINER=`root`@`localhost` PROCEDURE p() BEGIN SET ROLE DEFAULT; END", 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, hidden := (&Engine{}).hideStatements(tc.text, mlsql.Options{})
			if len(hidden) != tc.hidden || len(got) != len(tc.text) {
				t.Fatalf("hid %d in %q", len(hidden), got)
			}
			if strings.Count(got, "\n") != strings.Count(tc.text, "\n") {
				t.Error("line breaks moved")
			}
			if _, err := sqlparser.Parse(got); err != nil {
				t.Errorf("stock parser: %v in %q", err, got)
			}
		})
	}
}

func TestRestoreSetRole(t *testing.T) {
	text := "create procedure p() begin if 1 then set role all; end if; set @a = 1; set role none; end"
	readable, hidden := (&Engine{}).hideStatements(text, mlsql.Options{})
	stmt, err := sqlparser.Parse(readable)
	if err != nil {
		t.Fatal(err)
	}
	restoreStatements(&stmt, hidden)
	restored, sets := 0, 0
	walk.ReplaceStatements(&stmt, func(s sqlparser.Statement) (sqlparser.Statement, bool) {
		switch s.(type) {
		case sqlparser.InjectedStatement:
			restored++
		case *sqlparser.Set:
			sets++
		}
		return nil, false
	})
	if restored != 2 || sets != 1 {
		t.Errorf("%d restored and %d assignments, want 2 and 1", restored, sets)
	}
}

func TestStockSyntaxErrorPointsAtTheWord(t *testing.T) {
	for text, near := range map[string]string{
		"select 1 frm x where":               "x where'",
		"select * form t":                    "form t'",
		"selec 1":                            "selec 1'",
		"create table t (a int,, b int)":     ", b int)'",
		"select 1 from t where a = = 2":      "= 2'",
		"insert into t values (1\n,2\n,)":    ")' at line 3",
		"update t set a = 'it''s' wher b =1": "wher b =1'",
	} {
		_, err := sqlparser.Parse(text)
		if err == nil {
			t.Fatalf("%q parses", text)
		}
		var refused *mysql.SQLError
		if !errors.As(stockSyntaxError(text, err), &refused) || refused.Num != 1064 || refused.State != "42000" {
			t.Fatalf("%q: %v", text, err)
		}
		if !strings.Contains(refused.Message, "near '"+near) {
			t.Errorf("%q: %s (stock: %v), want near '%s", text, refused.Message, err, near)
		}
	}
}

func TestVisitReachesBodies(t *testing.T) {
	stmt, err := sqlparser.Parse("create procedure p() begin declare c cursor for select d.f(a) from t; " +
		"if d.f(1) then set x = d.f(2); end if; while d.f(3) do insert into t values (d.f(4)); end while; end")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	walk.EachFunction(stmt, func(*sqlparser.FuncExpr) { calls++ })
	if calls != 5 {
		t.Errorf("found %d calls, want 5", calls)
	}
}

func TestMangle(t *testing.T) {
	database, name, ok := unmangle(mangle("My.Db", "f"))
	if !ok || database != "My.Db" || name != "f" {
		t.Errorf("got %q %q %v", database, name, ok)
	}
	if _, _, ok := unmangle("plain"); ok {
		t.Error("a plain name is unmangled")
	}
}
