package grammar

import (
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/walk"
	"airglow/internal/mlsql"
)

func injected(mlsql.Statement) sqlparser.Statement { return sqlparser.InjectedStatement{} }

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
			got, hidden := hideStatements(tc.text, mlsql.Options{}, injected)
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
	readable, hidden := hideStatements(text, mlsql.Options{}, injected)
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
