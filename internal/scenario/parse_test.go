package scenario

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const example = `# A comment.
-- connection alice as s_x "two words" in s_db

-- xfail a reason
-- with ["x", 1]
-- query sorted
select ?,
  ? -- of SQL
----
x	1

-- error 1064 42000 near '…'
selec
-- calls 2
`

func TestParse(t *testing.T) {
	f, err := Parse("example", example)
	if err != nil {
		t.Fatal(err)
	}
	var steps []*Step
	for _, part := range f.Parts {
		if part.Step != nil {
			steps = append(steps, part.Step)
		}
	}
	want := []*Step{
		{Line: 2, Verb: "connection", Args: `alice as s_x "two words" in s_db`},
		{
			Line: 6, Before: []string{"-- xfail a reason", `-- with ["x", 1]`}, Verb: "query", Args: "sorted",
			SQL: "select ?,\n  ? -- of SQL", Want: []string{"x\t1"}, HasWant: true,
			Xfail: "a reason", Prepared: true, With: `["x", 1]`,
		},
		{Line: 12, Verb: "error", Args: "1064 42000 near '…'", SQL: "selec"},
		{Line: 14, Verb: "calls", Args: "2"},
	}
	for i, step := range steps {
		if i >= len(want) || !reflect.DeepEqual(step, want[i]) {
			t.Errorf("step %d: %+v", i, *step)
		}
	}
	if got := f.String(); got != example {
		t.Errorf("written as\n%s", got)
	}
}

// A word that is misspelt must not pass for a comment, nor SQL for nothing.
func TestParseRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		"-- qurey\nselect 1\n":  `f:1: there is no verb "qurey"`,
		"-- ok\nselect 1\n\nx":  "f:4: a block begins with -- and a verb",
		"--ok\nselect 1":        "f:1: a block begins",
		"-- xfail reason":       "the file ends before the block does",
		"-- with []\n\n-- ok\n": "f:2: a block begins",
	} {
		if _, err := Parse("f", text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Every scenario is written as it is read, so that -update changes what it must
// and nothing else.
func TestScenariosAreWrittenAsRead(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.test")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse(path, string(text))
		if err != nil {
			t.Error(err)
		} else if f.String() != string(text) {
			t.Errorf("%s is written otherwise", path)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Add("-- ok\nselect 1\n----\n----\n1\n")
	f.Add("\n\n#\n-- restart\n")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := Parse("f", text)
		if err != nil {
			return
		}
		second, err := Parse("f", first.String())
		if err != nil || second.String() != first.String() {
			t.Errorf("%q is written as %q, then %v", text, first, err)
		}
	})
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		want, got []string
		same      bool
	}{
		{nil, nil, true},
		{[]string{"a"}, nil, false},
		{[]string{"a", "b"}, []string{"b", "a"}, false},
		{[]string{"id 7 of [...] (x)"}, []string{"id 7 of anything (x)"}, true},
		{[]string{"id 7 of [...] (x)"}, []string{"id 7 of anything (y)"}, false},
		{[]string{"a.c"}, []string{"abc"}, false},
		{[]string{"a.c[...]"}, []string{"abc"}, false},
	} {
		if difference(c.want, c.got) == "" != c.same {
			t.Errorf("%q and %q: same must be %v", c.want, c.got, c.same)
		}
	}
}

// A known failure that is gone must be told, or nobody would look for it again.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		step          Step
		fault         string
		told, failure bool
	}{
		{Step{Verb: "ok"}, "", false, false},
		{Step{Verb: "ok"}, "wrong", true, true},
		{Step{Verb: "ok", Xfail: "a gap"}, "wrong", true, false},
		{Step{Verb: "ok", Xfail: "a gap"}, "", true, true},
	} {
		report, failed := verdict(&c.step, c.fault)
		if report != "" != c.told || failed != c.failure {
			t.Errorf("%+v with fault %q: %q, %v", c.step, c.fault, report, failed)
		}
	}
}

func TestCell(t *testing.T) {
	for want, value := range map[string]any{
		"NULL": nil, "(empty)": "", `a\tb\n\\`: []byte("a\tb\n\\"), "0.5": 0.5, "1e+30": 1e30, "7": int64(7),
	} {
		if got := cell(value); got != want {
			t.Errorf("%v is written %s", value, got)
		}
	}
}
