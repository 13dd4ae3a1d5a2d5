package mlsql

import (
	"reflect"
	"strings"
	"testing"

	"airglow/internal/model"
)

var (
	text   = Type{Name: "text"}
	double = Type{Name: "double"}
)

// titan is the function of Aurora's manual, in the form without extras.
func titan() Function {
	return Function{
		Name: "invoke_titan", Service: model.Bedrock,
		Args: []Arg{{"request_body", text}}, Returns: text,
		Model: "amazon.titan-text-express-v1", ContentType: "application/json", Accept: "application/json",
	}
}

func with(f Function, change func(*Function)) Function {
	change(&f)
	return f
}

// mustParse reads a statement that reaches to the end of its text.
func mustParse(t *testing.T, sql string, opts Options) Statement {
	t.Helper()
	stmt, rest, err := Parse(sql, opts)
	if err != nil {
		t.Fatalf("Parse(%q): %v", sql, err)
	}
	if stmt == nil || rest != len(sql) {
		t.Fatalf("Parse(%q) = %v, rest %d of %d", sql, stmt, rest, len(sql))
	}
	return stmt
}

func TestCreateFunction(t *testing.T) {
	const titanTail = " ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'amazon.titan-text-express-v1' CONTENT_TYPE 'application/json' ACCEPT 'application/json'"
	root := Account{Name: "root", Host: "localhost"}
	tests := map[string]struct {
		sql  string
		want Function
	}{
		"manual, Bedrock": {`CREATE FUNCTION invoke_titan (request_body TEXT)
    RETURNS TEXT
    ALIAS AWS_BEDROCK_INVOKE_MODEL
    MODEL ID 'amazon.titan-text-express-v1'
    CONTENT_TYPE 'application/json'
    ACCEPT 'application/json';`, titan()},
		"manual, SageMaker, lower case": {
			"CREATE FUNCTION anomaly_score(value real) returns real\n  alias aws_sagemaker_invoke_endpoint endpoint name 'random-cut-forest-model-demo';",
			Function{Name: "anomaly_score", Service: model.SageMaker, Args: []Arg{{"value", double}}, Returns: double, Model: "random-cut-forest-model-demo"},
		},
		"as printed by Aurora": {
			"CREATE FUNCTION `will_churn`(`state` varchar(2048), acc_length bigint(20)) RETURNS varchar(2048) CHARSET latin1\nalias aws_sagemaker_invoke_endpoint\nendpoint name 'AuroraML-churn-prediction-endpoint'\nmax_batch_size 250",
			Function{
				Name: "will_churn", Service: model.SageMaker, Model: "AuroraML-churn-prediction-endpoint", MaxBatchSize: 250,
				Args:    []Arg{{"state", Type{Name: "varchar", Length: 2048}}, {"acc_length", Type{Name: "bigint"}}},
				Returns: Type{Name: "varchar", Length: 2048, Charset: "latin1"},
			},
		},
		"definer before, every characteristic": {
			"create definer = 'root'@LocalHost function if not exists ml.invoke_titan(request_body text) returns text" +
				" sql security invoker not deterministic language sql comment 'it''s\\n' deterministic" + titanTail,
			with(titan(), func(f *Function) {
				f.Database, f.Definer, f.SQLSecurity, f.Comment, f.Deterministic = "ml", root, SecurityInvoker, "it's\n", true
			}),
		},
		"definer behind the arguments": {
			"CREATE OR REPLACE FUNCTION invoke_titan(request_body text) DEFINER=CURRENT_USER() RETURNS text SQL SECURITY DEFINER" + titanTail,
			with(titan(), func(f *Function) { f.Definer = Account{CurrentUser: true} }),
		},
		"clauses in another order, comment after a literal": {
			"CREATE FUNCTION invoke_titan(request_body text) RETURNS text ALIAS AWS_BEDROCK_INVOKE_MODEL\nTIMEOUT_MS 1500 ACCEPT 'application/json'" +
				" MODEL ID 'amazon.titan-text-express-v1' /*** comment ***/ CONTENT_TYPE _utf8mb4'application' '/json' -- done",
			with(titan(), func(f *Function) { f.TimeoutMS = 1500 }),
		},
		"dump, version comments": {
			"/*!50003 CREATE*/ /*!50020 DEFINER=`root`@`localhost`*/ /*!50003 FUNCTION `invoke_titan`(`request_body` text) RETURNS text" +
				titanTail + " */",
			with(titan(), func(f *Function) { f.Definer = root }),
		},
		"dump, one comment with its semicolon": {
			"/*!50003 CREATE FUNCTION `invoke_titan`(`request_body` text) RETURNS text" + titanTail + "; */",
			titan(),
		},
		"every word of the grammar as a name": {
			"CREATE FUNCTION model.accept(content_type TEXT, alias INT, id INT, name INT, endpoint INT, timeout_ms INT, max_batch_size INT," +
				" aws_bedrock_invoke_model INT, aws_sagemaker_invoke_endpoint INT, model INT) RETURNS INT" +
				" ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'e'",
			Function{Database: "model", Name: "accept", Service: model.SageMaker, Model: "e", Returns: Type{Name: "int"}, Args: argsOf(
				"content_type text", "alias int", "id int", "name int", "endpoint int", "timeout_ms int", "max_batch_size int",
				"aws_bedrock_invoke_model int", "aws_sagemaker_invoke_endpoint int", "model int")},
		},
		"reserved words in quotes and after a dot, UTF-8": {
			"CREATE FUNCTION `db`.select(`from` TEXT) RETURNS LONGTEXT COMMENT 'größe 気' ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'm'",
			Function{Database: "db", Name: "select", Service: model.Bedrock, Model: "m", Comment: "größe 気", Args: argsOf("from text"), Returns: Type{Name: "longtext"}},
		},
		"one argument, clauses in another order, SageMaker": {
			"CREATE FUNCTION 1f(a INT) RETURNS CHAR(10) ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT MAX_BATCH_SIZE 1 ENDPOINT NAME 'a--b'",
			Function{Name: "1f", Service: model.SageMaker, Model: "a--b", MaxBatchSize: 1,
				Args: []Arg{{Name: "a", Type: Type{Name: "int"}}}, Returns: Type{Name: "char", Length: 10}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			stmt := mustParse(t, test.sql, Options{}).(*CreateFunction)
			if !reflect.DeepEqual(stmt.Function, test.want) {
				t.Errorf("got  %+v\nwant %+v", stmt.Function, test.want)
			}
			upper := strings.ToUpper(test.sql)
			if got, want := stmt.IfNotExists, strings.Contains(upper, "IF NOT EXISTS"); got != want {
				t.Errorf("IfNotExists = %v", got)
			}
			if got, want := stmt.OrReplace, strings.Contains(upper, "OR REPLACE"); got != want {
				t.Errorf("OrReplace = %v", got)
			}
		})
	}
}

// argsOf makes arguments from pairs of a name and a type name.
func argsOf(pairs ...string) []Arg {
	var args []Arg
	for _, pair := range pairs {
		name, typeName, _ := strings.Cut(pair, " ")
		args = append(args, Arg{name, Type{Name: typeName}})
	}
	return args
}

func TestParseModes(t *testing.T) {
	const head = "CREATE FUNCTION f(a TEXT) RETURNS TEXT COMMENT "
	const tail = " ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'm'"
	tests := []struct {
		sql     string
		opts    Options
		comment string
	}{
		{head + `'a\tb'` + tail, Options{}, "a\tb"},
		{head + `'a\tb\'` + tail, Options{NoBackslashEscapes: true}, `a\tb\`},
		{head + `"say ""hi"""` + tail, Options{}, `say "hi"`},
		{`CREATE FUNCTION "f"("a" TEXT) RETURNS TEXT COMMENT 'c'` + tail, Options{ANSIQuotes: true}, "c"},
		{head + `N'n'` + tail, Options{}, "n"},
		{head + `'*/ ; -- #'` + tail, Options{}, "*/ ; -- #"},
		{"/*!50003 " + head + `'*/ ; -- #'` + tail + "*/", Options{}, "*/ ; -- #"},
		{head + `'late' /*!99999 COMMENT 'too late' /* nested */ */` + tail, Options{}, "late"},
		{head + `'late' /*!99999 COMMENT 'in time' */` + tail, Options{Version: 99999}, "in time"},
		{head + `'x' /*M!100100 COMMENT 'MariaDB' */` + tail, Options{}, "x"},
		{head + `'x' /*! COMMENT 'any' */` + tail, Options{}, "any"},
	}
	for _, test := range tests {
		stmt := mustParse(t, test.sql, test.opts).(*CreateFunction)
		if stmt.Function.Comment != test.comment {
			t.Errorf("%s: comment %q, want %q", test.sql, stmt.Function.Comment, test.comment)
		}
	}
	if OptionsFor("STRICT_TRANS_TABLES, no_backslash_escapes,ANSI_QUOTES") != (Options{NoBackslashEscapes: true, ANSIQuotes: true}) {
		t.Error("OptionsFor misses a mode")
	}
}

func TestNotOurs(t *testing.T) {
	for _, sql := range []string{
		"", ";", "-- comment", "/* c", "SELECT 1", "CREATE TABLE function (a int)", "CREATE DEFINER=a@b PROCEDURE p() SELECT 1",
		"CREATE DEFINER=%", "CREATE", "DROP TABLE t", "SHOW FUNCTION CODE f", "SHOW CREATE TABLE t", "ALTER USER u IDENTIFIED BY 'x'",
		"ALTER USER USER() IDENTIFIED BY 'x'", "SET role = 1", "SET role := 1", "SET role.x = 1", "SET @role = 1", "SET DEFAULT = 1",
		"GRANT EXECUTE ON PROCEDURE d.p TO u", "GRANT AWS_BEDROCK_ACCESS TO u", "GRANT SELECT ON t TO u", "GRANT", "REVOKE r FROM u",
		"GRANT r TO u; GRANT EXECUTE ON FUNCTION f TO u", "REVOKE ALL PRIVILEGES, GRANT OPTION FROM u",
		"EXPLAIN DROP FUNCTION f", "'DROP' FUNCTION f", "`DROP` FUNCTION f",
	} {
		stmt, rest, err := Parse(sql, Options{})
		if stmt != nil || rest != 0 || err != nil {
			t.Errorf("Parse(%q) = %v, %d, %v", sql, stmt, rest, err)
		}
	}
}

func TestRest(t *testing.T) {
	for _, test := range [][2]string{
		{"DROP FUNCTION f; SELECT 1;", " SELECT 1;"},
		{"DROP FUNCTION f;", ""},
		{"DROP FUNCTION f -- ; no", ""},
		{"/*! DROP FUNCTION f; */ SELECT 1", "SELECT 1"},
		{"DROP FUNCTION `a;b`; x", " x"},
	} {
		stmt, rest, err := Parse(test[0], Options{})
		if stmt == nil || err != nil || test[0][rest:] != test[1] {
			t.Errorf("Parse(%q) = %v, rest %q, %v", test[0], stmt, test[0][rest:], err)
		}
	}
}
