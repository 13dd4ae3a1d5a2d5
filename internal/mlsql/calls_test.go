package mlsql

import (
	"strings"
	"testing"
)

// callNames prints the calls of a text, names in quotes between backquotes.
func callNames(text string, opts Options) string {
	var out []string
	for _, call := range FunctionCalls(text, opts) {
		name := text[call.Name.Start:call.Name.End]
		if call.Qualified() {
			name = text[call.Database.Start:call.Database.End] + "." + name
		}
		if text[call.Paren] != '(' || call.Name.Quoted != (text[call.Name.Start] == '`') {
			name = "wrong offsets: " + name
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestFunctionCalls(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT f(1), db.f (2), `f`(3), `db` . `f` /* c */ (4)":                                                                "f db.f `f` `db`.`f`",
		"SELECT 'f(1)', \"f(2)\", /* f(3) */ `f(4)`, @f FROM t -- f(5)":                                                        "",
		"SELECT /*!50003 f(1) */ + /*!99999 g(1) */ 2":                                                                         "f",
		"INSERT INTO f(a) VALUES (f(1)), (IF(a, f(2), 3))":                                                                     "f f",
		"INSERT f(a) SELECT f(1) FROM g WHERE a IN (1) AND h(a) ON DUPLICATE KEY UPDATE a = VALUES(a)":                         "f h",
		"REPLACE f(a) SELECT REPLACE(a, f(a), 1)":                                                                              "f",
		"CREATE TABLE IF NOT EXISTS f (a VARCHAR(10), KEY f (a), UNIQUE f (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES f (a))": "",
		"CREATE TABLE db.f (a INT)":                                                                                            "",
		"WITH f(a) AS (SELECT f(1)) SELECT * FROM (SELECT 1) AS f(a)":                                                          "f",
		"CREATE INDEX i ON f(a)":                                                                                               "f",
		"SELECT * FROM a JOIN b ON f(a.x) = g(b.y) ORDER BY h(1)":                                                              "f g h",
		"CALL f(1)": "",
		"SELECT a.b.f(1), a.if(1), if(1,2,3), left(a,1), x.left(a)":                     "a.if x.left",
		"SELECT json_unquote(json_extract(claude3_haiku('{\"a\": \"f(1)\"}'),\"$.c\"))": "json_unquote json_extract claude3_haiku",
		"SELECT f((1)), (f)(1), f.(1), .f(1), f f(1), f @f (1)":                         "f f f",
		"SELECT 1+f(a) + CONVERT(g(a), CHAR(10)), 1.f(2)":                               "f g f",
		"SELECT 'a' f(1) 'open": "f",
	} {
		if got := callNames(text, Options{}); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
	if got := callNames(`SELECT "f"(1)`, Options{}); got != "" {
		t.Errorf("a string is called: %s", got)
	}
	calls := FunctionCalls(`SELECT "d""b"."f"(1)`, Options{ANSIQuotes: true})
	if len(calls) != 1 || calls[0].Database.Text != `d"b` || calls[0].Name.Text != "f" || !calls[0].Name.Quoted {
		t.Errorf("ANSI_QUOTES: %+v", calls)
	}
}

func TestQualifyCalls(t *testing.T) {
	resolve := func(name string) (string, bool) {
		return "m`l", strings.EqualFold(name, "f") || name == "ü"
	}
	for text, want := range map[string]string{
		"SELECT g(1)": "SELECT g(1)",
		"SELECT F ( f(1) , db.f(2), 'f(3)', `f`(4)) -- f(5)": "SELECT `m``l`.`F` ( `m``l`.`f`(1) , db.f(2), 'f(3)', `m``l`.`f`(4)) -- f(5)",
		"INSERT INTO f(f) VALUES (ü('é'))":                   "INSERT INTO f(f) VALUES (`m``l`.`ü`('é'))",
		"CREATE VIEW v AS SELECT /*!50003 f*/(1)":            "CREATE VIEW v AS SELECT /*!50003 `m``l`.`f`*/(1)",
	} {
		if got := QualifyCalls(text, Options{}, resolve); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}
