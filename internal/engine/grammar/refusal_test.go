package grammar

import (
	"errors"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

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
		if !errors.As(SyntaxError(text, err), &refused) || refused.Num != 1064 || refused.State != "42000" {
			t.Fatalf("%q: %v", text, err)
		}
		if !strings.Contains(refused.Message, "near '"+near) {
			t.Errorf("%q: %s (stock: %v), want near '%s", text, refused.Message, err, near)
		}
	}
}
