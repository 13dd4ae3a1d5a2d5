package procedure

import (
	"strings"
	"testing"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"FETCH c INTO a, `b`, @u; x":                            "FETCH c a b @u|23",
		"fetch next from c into status":                         "FETCH c status|29",
		"FETCH FROM level INTO level;":                          "FETCH level level|27",
		"DO 1 + a, SLEEP(0);":                                   "DO|18",
		"DO (SELECT n FROM t);":                                 "DO|20",
		"GET DIAGNOSTICS @n = NUMBER, r = ROW_COUNT;":           "GET  @n=NUMBER r=ROW_COUNT|42",
		"GET CURRENT DIAGNOSTICS CONDITION 1 a = MESSAGE_TEXT;": "GET 1 a=MESSAGE_TEXT|52",
		"GET STACKED DIAGNOSTICS CONDITION @i a = MYSQL_ERRNO":  "GET stacked @i a=MYSQL_ERRNO|52",
		"FETCH c INTO;":                                         "refused",
		"FETCH c INTO a b;":                                     "refused",
		"FETCH NEXT c INTO a;":                                  "refused",
		"DO ;":                                                  "refused",
		"DO 1 FROM t;":                                          "refused",
		"GET DIAGNOSTICS x = MESSAGE_TEXT;":                     "refused",
		"GET DIAGNOSTICS CONDITION 1 x = NUMBER;":               "refused",
		"SELECT 1;":                                             "none",
	} {
		stmt, end, err := Parse(text, mlsql.Options{})
		if got := describe(stmt, end, err); got != want {
			t.Errorf("%s: got %s (%v), want %s", text, got, err, want)
		}
	}
}

func describe(stmt ast.Statement, end int, err error) string {
	var out string
	switch stmt := stmt.(type) {
	case nil:
		if err != nil {
			return "refused"
		}
		return "none"
	case *ast.FetchCursor:
		out = "FETCH " + stmt.Name + " " + strings.Join(stmt.Variables, " ")
	case ast.InjectedStatement:
		switch ours := stmt.Statement.(type) {
		case *Do:
			out = "DO"
		case *Diagnostics:
			out = "GET " + ours.condition
			if ours.stacked {
				out = "GET stacked " + ours.condition
			}
			for _, item := range ours.items {
				out += " " + item.target + "=" + item.name
			}
		}
	}
	return out + "|" + string(rune('0'+end/10)) + string(rune('0'+end%10))
}

func FuzzParse(f *testing.F) {
	f.Add("FETCH c INTO a, @b;")
	f.Add("GET DIAGNOSTICS CONDITION @ x = NUMBER")
	f.Add("DO 1, 'a")
	f.Add("fetch `c into @`")
	f.Fuzz(func(t *testing.T, text string) {
		stmt, end, _ := Parse(text, mlsql.Options{})
		if end < 0 || end > len(text) {
			t.Errorf("%q: read %d of %d bytes", text, end, len(text))
		}
		if stmt != nil && end == 0 {
			t.Errorf("%q: a statement of no text", text)
		}
	})
}
