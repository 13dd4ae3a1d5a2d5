package mlsql

import (
	"errors"
	"reflect"
	"testing"
)

// seeds are texts that reach every reader.
var seeds = []string{
	"CREATE FUNCTION f(a TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'm' CONTENT_TYPE 'a/b' ACCEPT 'c/d' TIMEOUT_MS 5;",
	"/*!50003 CREATE*/ /*!50020 DEFINER=`r`@`h`*/ /*!50003 FUNCTION `f`(`a` enum('x','y\\'') CHARSET utf8mb4, b decimal(5,2)) RETURNS varchar(9) CHARSET latin1 alias aws_sagemaker_invoke_endpoint endpoint name 'e' max_batch_size 3 */",
	"CREATE FUNCTION f(a LONG VARCHAR BINARY) RETURNS TEXT COMMENT _utf8'x' 'y'",
	"SHOW FUNCTION STATUS WHERE a = f(1) /* c */ ; x", "SHOW FUNCTION STATUS LIKE 'a%'", "DROP FUNCTION IF EXISTS a.b",
	"ALTER FUNCTION f COMMENT \"x\" SQL SECURITY INVOKER", "SET ROLE ALL EXCEPT 'a'@'b', c", "ALTER USER u DEFAULT ROLE NONE", "ALTER USER u, v ACCOUNT LOCK",
	"GRANT EXECUTE, ALTER ROUTINE ON FUNCTION d.f TO u@h WITH GRANT OPTION", "REVOKE ALL ON FUNCTION f FROM CURRENT_USER()",
	"SELECT f(1), `d`.\"f\" ( 'x' ) -- y\n, @a.b, @@c, 1.5e3, 0xF, x'0', /*! g(2) */ #", "'\\", "/*!", "/*!99999 /*", "@`", "a.1(", "@``f(1)",
	"SELECT a . b -- c\n (1)", "SELECT `a`.b\t(1) + (x.y)", "/*! SELECT */ 1",
}

func fuzzOptions(mode byte) Options {
	return Options{NoBackslashEscapes: mode&1 != 0, ANSIQuotes: mode&2 != 0}
}

func addSeeds(f *testing.F) {
	for _, seed := range seeds {
		for mode := range byte(4) {
			f.Add(seed, mode)
		}
	}
}

func FuzzLexer(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string, mode byte) {
		opts := fuzzOptions(mode)
		end := 0
		for l := NewLexer(text, opts); ; {
			tok := l.Next()
			if tok.Kind == EndOfText {
				if tok.Start != len(text) {
					t.Fatalf("the end is at %d of %d", tok.Start, len(text))
				}
				return
			}
			if tok.Start < end || tok.End < tok.Start || tok.End > len(text) || text[tok.Start:tok.End] != tok.Text {
				t.Fatalf("token %+v after %d", tok, end)
			}
			if tok.End == tok.Start && tok.Kind != Invalid {
				t.Fatalf("empty token %+v", tok)
			}
			if tok.Kind != Invalid {
				tok.Value(opts)
			}
			end = tok.End
		}
	})
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string, mode byte) {
		opts := fuzzOptions(mode)
		stmt, rest, err := Parse(text, opts)
		if IsData(text, opts) && (stmt != nil || err != nil) {
			t.Fatalf("%q is a statement of ours", text)
		}
		if rest < 0 || rest > len(text) {
			t.Fatalf("rest %d of %d", rest, len(text))
		}
		var syntax *SyntaxError
		if errors.As(err, &syntax) {
			if stmt != nil || syntax.Offset < 0 || syntax.Offset+len(syntax.Near) > len(text) ||
				text[syntax.Offset:syntax.Offset+len(syntax.Near)] != syntax.Near {
				t.Fatalf("error %+v of %q", syntax, text)
			}
		}
		if create, ok := stmt.(*CreateFunction); ok {
			checkReadsBack(t, create.Function, opts)
		}
	})
}

// checkReadsBack prints the function and reads it again.
func checkReadsBack(t *testing.T, fn Function, opts Options) {
	t.Helper()
	if opts.NoBackslashEscapes {
		fn.SQLMode = "NO_BACKSLASH_ESCAPES"
	}
	again, _, err := Parse(fn.CreateStatement(), opts)
	if err != nil {
		t.Fatalf("%s: %v", fn.CreateStatement(), err)
	}
	got := again.(*CreateFunction).Function
	got.Database, got.SQLMode = fn.Database, fn.SQLMode
	if !reflect.DeepEqual(got, fn) {
		t.Fatalf("%+v reads back as %+v", fn, got)
	}
}

func FuzzQualifyCalls(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string, mode byte) {
		opts := fuzzOptions(mode)
		none := QualifyCalls(text, opts, func(string) (string, bool) { return "", false })
		if none != text {
			t.Fatalf("changed without need: %q to %q", text, none)
		}
		all := func(string) (string, bool) { return "db", true }
		for _, call := range FunctionCalls(text, opts) {
			if call.Qualified() && !MayQualify(text) {
				t.Fatalf("MayQualify misses %q of %q", call.Name.Text, text)
			}
		}
		once := QualifyCalls(text, opts, all)
		if twice := QualifyCalls(once, opts, all); twice != once {
			t.Fatalf("%q became %q, then %q", text, once, twice)
		}
	})
}
