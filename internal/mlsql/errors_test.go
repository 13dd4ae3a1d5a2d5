package mlsql

import (
	"errors"
	"strings"
	"testing"
)

const (
	bedrockTail = " ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'm'"
	sageTail    = " ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'e'"
	textHead    = "CREATE FUNCTION f(a TEXT) RETURNS TEXT"
	bedrockHead = textHead + " ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID "
)

// mustFail reads a statement whose offending word is marked with guillemets.
func mustFail(t *testing.T, marked string) *SyntaxError {
	t.Helper()
	start := strings.Index(marked, "«")
	sql := strings.Replace(marked, "«", "", 1)
	end := strings.Index(sql, "»")
	sql = strings.Replace(sql, "»", "", 1)
	stmt, rest, err := Parse(sql, Options{})
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || stmt != nil || rest != len(sql) {
		t.Fatalf("Parse(%q) = %v, %d, %v", sql, stmt, rest, err)
	}
	if syntax.Offset != start || syntax.Near != sql[start:end] {
		t.Errorf("%s: offset %d near %q, want %d near %q", sql, syntax.Offset, syntax.Near, start, sql[start:end])
	}
	return syntax
}

func TestErrors(t *testing.T) {
	tests := []struct {
		marked string
		code   uint16
		says   string
	}{
		// Syntax.
		{"CREATE FUNCTION «»", 1064, "near '' at line 1"},
		{"CREATE FUNCTION «select»(a TEXT) RETURNS TEXT" + bedrockTail, 1064, "near 'select(a TEXT)"},
		{"CREATE FUNCTION «'f'»(a TEXT)", 1064, ""},
		{"CREATE FUNCTION db.«(»a TEXT)", 1064, ""},
		{"CREATE FUNCTION f «a» TEXT)", 1064, ""},
		{"CREATE FUNCTION f(a «FOO») RETURNS TEXT" + bedrockTail, 1064, "data type"},
		{"CREATE FUNCTION f(a TEXT,«)» RETURNS TEXT" + bedrockTail, 1064, ""},
		{"CREATE FUNCTION f(«IN» a TEXT) RETURNS TEXT" + bedrockTail, 1064, "always IN"},
		{"CREATE FUNCTION f(a TEXT) «ALIAS» X", 1064, ""},
		{"CREATE FUNCTION f(a TEXT) RETURNS «`TEXT`»" + bedrockTail, 1064, ""},
		{textHead + "\n\n«ALAIS» AWS_BEDROCK_INVOKE_MODEL", 1064, "near 'ALAIS AWS_BEDROCK_INVOKE_MODEL' at line 3; ALIAS AWS_BEDROCK"},
		{textHead + " «»", 1064, "is needed here"},
		{textHead + "«;»", 1064, "is needed here"},
		{textHead + " ALIAS «AWS_COMPREHEND»", 1064, "ALIAS takes"},
		{textHead + " ALIAS AWS_BEDROCK_INVOKE_MODEL «»", 1064, "MODEL ID is needed"},
		{textHead + " ALIAS AWS_BEDROCK_INVOKE_MODEL ACCEPT 'a/b'«;»", 1064, "MODEL ID is needed"},
		{textHead + " ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL «'m'»", 1064, ""},
		{bedrockHead + "«m»", 1064, "MODEL ID takes a text in single quotes"},
		{bedrockHead + "«'m»", 1064, ""},
		{bedrockHead + "'m' «MODEL» ID 'n'", 1064, "MODEL ID is given twice"},
		{bedrockHead + "'m' «MAX_BATCH_SIZE» 1", 1064, "MAX_BATCH_SIZE does not belong"},
		{bedrockHead + "'m' «TEMPERATURE» 1", 1064, "MODEL ID, CONTENT_TYPE, ACCEPT, TIMEOUT_MS"},
		{bedrockHead + "'m'«,» ACCEPT 'x/y'", 1064, ""},
		{bedrockHead + "'m' TIMEOUT_MS «0»", 1064, "; TIMEOUT_MS needs a positive whole number of milliseconds"},
		{bedrockHead + "'m' TIMEOUT_MS «-»5", 1064, "near '-5' at line 1; TIMEOUT_MS"},
		{bedrockHead + "'m' TIMEOUT_MS «1.5»", 1064, "TIMEOUT_MS"},
		{bedrockHead + "'m' TIMEOUT_MS «0x10»", 1064, "TIMEOUT_MS"},
		{bedrockHead + "'m' TIMEOUT_MS «'10'»", 1064, "TIMEOUT_MS"},
		{bedrockHead + "'m' TIMEOUT_MS «2147483648»", 1064, "TIMEOUT_MS"},
		{bedrockHead + "'m' TIMEOUT_MS «»", 1064, "TIMEOUT_MS"},
		{"CREATE FUNCTION f(a INT) RETURNS INT" + sageTail + " MAX_BATCH_SIZE «0»", 1064, "MAX_BATCH_SIZE needs a positive whole number of rows"},
		{"CREATE FUNCTION f(a INT) RETURNS INT" + sageTail + " «TIMEOUT_MS» 5", 1064, "ENDPOINT NAME, MAX_BATCH_SIZE"},
		{"CREATE DEFINER=u FUNCTION f(a TEXT) «DEFINER»=u RETURNS TEXT" + bedrockTail, 1064, "twice"},
		{"CREATE OR REPLACE FUNCTION «IF» NOT EXISTS f", 1064, ""},
		{textHead + " SQL SECURITY «OWNER»", 1064, ""},
		{"/*!50003 " + bedrockHead + "'m'«»", 1064, "near ''"},
		{"/*!50003 DROP FUNCTION f; «SELECT» 1 */", 1064, ""},
		{"DROP FUNCTION f«,» g", 1064, ""},
		{"DROP FUNCTION f.g«.»h", 1064, ""},
		{"SHOW FUNCTION STATUS «f»", 1064, ""},
		{"SHOW FUNCTION STATUS WHERE«;»", 1064, "condition"},
		{"ALTER FUNCTION f «DETERMINISTIC»", 1064, ""},
		{"SET ROLE «»", 1064, ""},
		{"SET ROLE r@«%»", 1064, ""},
		{"SET ROLE «CURRENT_USER»", 1064, ""},
		{"SET ROLE u«@@h»", 1064, ""},
		{"SET DEFAULT ROLE «DEFAULT» TO u", 1064, ""},
		{"SET DEFAULT ROLE r «FOR» u", 1064, ""},
		{"GRANT ALL«,» EXECUTE ON FUNCTION f TO u", 1064, ""},
		{"GRANT «ON» FUNCTION f TO u", 1064, ""},
		{"GRANT EXECUTE ON FUNCTION db.«*» TO u", 1064, ""},
		{"GRANT EXECUTE ON FUNCTION f «FROM» u", 1064, ""},
		// What MySQL has and we have not, and the checks of CREATE.
		{textHead + " «RETURN» a", 1235, "stored functions with a SQL body"},
		{textHead + " DETERMINISTIC «BEGIN» RETURN 1; END", 1235, "stored functions with a SQL body"},
		{textHead + " «l»: LOOP", 1235, "stored functions with a SQL body"},
		{textHead + " LANGUAGE «JAVASCRIPT» AS $$ $$", 1235, "LANGUAGE JAVASCRIPT"},
		{"CREATE FUNCTION f «RETURNS» STRING SONAME 'x.so'", 1235, "loadable functions"},
		{"CREATE «AGGREGATE» FUNCTION f RETURNS INTEGER SONAME 'x.so'", 1235, "aggregate functions"},
		{textHead + " «NO» SQL" + bedrockTail, 1235, "'NO SQL for a model function'; allowed are"},
		{textHead + " «READS» SQL DATA" + bedrockTail, 1235, "READS SQL DATA"},
		{textHead + " «MODIFIES» SQL DATA" + bedrockTail, 1235, "MODIFIES SQL DATA"},
		{"ALTER FUNCTION f «CONTAINS» SQL", 1235, "CONTAINS SQL"},
		{"CREATE FUNCTION f(a TEXT) RETURNS «JSON»" + bedrockTail, 1235,
			"This version of Airglow doesn't yet support 'RETURNS JSON for a Bedrock function'; declare RETURNS TEXT and use CAST(f(…) AS JSON)"},
		{"CREATE FUNCTION f(a TEXT) RETURNS «INT»" + bedrockTail, 1235, "RETURNS INT for a Bedrock function"},
		{"CREATE FUNCTION f(a TEXT) RETURNS «TEXT» CHARSET binary" + bedrockTail, 1235, "RETURNS BLOB"},
		{"CREATE FUNCTION f(a «INT») RETURNS TEXT" + bedrockTail, 1235, "argument of type INT for a Bedrock function"},
		{"CREATE FUNCTION f(a «JSON») RETURNS TEXT" + bedrockTail, 1235, "argument of type JSON"},
		{"CREATE FUNCTION f(a TEXT, b «TEXT») RETURNS TEXT" + bedrockTail, 1318, "Incorrect number of arguments for FUNCTION f; expected 1, got 2"},
		{"CREATE FUNCTION db.«f»() RETURNS TEXT" + bedrockTail, 1318, "FUNCTION db.f; expected 1, got 0"},
		{"CREATE FUNCTION f(a INT) RETURNS «BIT»" + sageTail, 1235, "RETURNS BIT for a SageMaker function"},
		{"CREATE FUNCTION f(a INT) RETURNS «JSON»" + sageTail, 1235, "RETURNS JSON"},
		{"CREATE FUNCTION f(a INT) RETURNS «BLOB»" + sageTail, 1235, "RETURNS BLOB"},
		{"CREATE FUNCTION f(a INT) RETURNS «TEXT»" + sageTail, 1235, "RETURNS TEXT"},
		{"CREATE FUNCTION f(a INT) RETURNS «DATE»" + sageTail, 1235, "RETURNS DATE"},
		{"CREATE FUNCTION f(a INT) RETURNS «ENUM»('a')" + sageTail, 1235, "RETURNS ENUM"},
		{"CREATE FUNCTION f(a «POINT») RETURNS INT" + sageTail, 1235, "ST_AsText"},
		{"CREATE FUNCTION f(a «VECTOR»(3)) RETURNS INT" + sageTail, 1235, "VECTOR"},
		{"CREATE FUNCTION f(x INT, «X» INT) RETURNS INT" + sageTail, 1331, "Duplicate parameter: X"},
		{"CREATE FUNCTION «" + strings.Repeat("ü", 65) + "»(a TEXT) RETURNS TEXT" + bedrockTail, 1059, "is too long"},
		{"CREATE FUNCTION «``»(a TEXT) RETURNS TEXT" + bedrockTail, 1458, "Incorrect routine name ''"},
		{"DROP FUNCTION «`d `».f", 1102, "Incorrect database name 'd '"},
		{"DROP FUNCTION «`\xff`»", 1300, "Invalid utf8mb4 character string: '?'"},
		{bedrockHead + "«''»", 1525, "Incorrect MODEL ID value: ''"},
		{bedrockHead + "«'m\n'»", 1525, "Incorrect MODEL ID value"},
		{bedrockHead + "«'" + strings.Repeat("m", 2049) + "'»", 1470, "too long for MODEL ID (should be no longer than 2048)"},
		{bedrockHead + `'m' ACCEPT «'text/plain\r\nX-Evil: 1'»`, 1525, "Incorrect ACCEPT value"},
		{bedrockHead + "'m' CONTENT_TYPE «'json'»", 1525, "'application/json'"},
		{"CREATE FUNCTION f(a INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME «'my_endpoint'»", 1525, "Incorrect ENDPOINT NAME value: 'my_endpoint'"},
		{"CREATE FUNCTION f(a INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME «'e-'»", 1525, ""},
		{"CREATE FUNCTION f(a INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME «''»", 1525, ""},
		{"CREATE FUNCTION f(a INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME «'arn:aws:sagemaker:eu-west-1:1:endpoint/e'»", 1525, "not its ARN"},
		{"CREATE FUNCTION f(a INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME «'" + strings.Repeat("e", 64) + "'»", 1525, "63"},
		{"GRANT «SELECT» ON FUNCTION f TO u", 1144, "Illegal GRANT/REVOKE command"},
		{"GRANT EXECUTE ON FUNCTION f TO u «AS» v", 1235, "GRANT … AS user"},
		{"SET ROLE «" + strings.Repeat("r", 33) + "»", 1470, "too long for user name"},
	}
	for _, test := range tests {
		err := mustFail(t, test.marked)
		if err.Code != test.code || !strings.Contains(err.Message, test.says) {
			t.Errorf("%s: %d %s, want %d with %q", test.marked, err.Code, err.Message, test.code, test.says)
		}
		if want := map[bool]string{true: "HY000", false: "42000"}[test.code == 1525 || test.code == 1470 || test.code == 1300]; err.SQLState != want {
			t.Errorf("%s: state %s", test.marked, err.SQLState)
		}
	}
}

func TestSyntaxErrorWording(t *testing.T) {
	long := strings.Repeat("x", 79) + "é tail"
	_, _, err := Parse("DROP FUNCTION f\n "+long, Options{})
	want := "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version" +
		" for the right syntax to use near '" + strings.Repeat("x", 79) + "' at line 2"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
