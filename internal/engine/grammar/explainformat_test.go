package grammar

import (
	"strings"
	"testing"

	"airglow/internal/explain"
	"airglow/internal/mlsql"
)

func TestHideFormat(t *testing.T) {
	for _, test := range []struct {
		text, readable string
		format         explain.Format
	}{
		{"EXPLAIN SELECT 1", "EXPLAIN SELECT 1", explain.Traditional},
		{"explain format=json select 1", "explain             select 1", explain.JSON},
		{"DESC\n/* c */ FORMAT =\n'Tree' SELECT 1", "DESC\n/* c */ \n              SELECT 1", explain.Tree},
		{"DESCRIBE ANALYZE FORMAT=TREE SELECT 1", "DESCRIBE ANALYZE             SELECT 1", explain.Tree},
		{"DESC format", "DESC format", explain.Traditional},
		{"EXPLAIN FORMAT=1 SELECT 1", "EXPLAIN FORMAT=1 SELECT 1", explain.Traditional},
		{"SELECT 'explain format=json'", "SELECT 'explain format=json'", explain.Traditional},
	} {
		got := hideFormat(test.text, mlsql.Options{})
		blank := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if got.err != nil || got.format != test.format || blank(got.readable) != blank(test.readable) {
			t.Errorf("%q: %q, %v, %v; want %q, %v", test.text, got.readable, got.format, got.err, test.readable, test.format)
		}
	}
}

func TestNameJSON(t *testing.T) {
	const body = "create procedure p() begin explain format = json select 'explain format=json'; desc format=tree select 1; end"
	want := strings.Replace(body, "= json", "= jsn ", 1)
	if got := nameJSON(body, mlsql.Options{}); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Offsets into the text must stay as they are: later readers use them.
func FuzzHideFormat(f *testing.F) {
	for _, seed := range []string{
		"explain format=json select 1", "desc format = 'tree' select 1", "explain analyze format=`json", "explain for connection 1",
		"explain format=", "create procedure p() explain format=json select 1", "explain /*! format=json */ select 1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := hideFormat(text, mlsql.Options{}); len(got.readable) != len(text) {
			t.Errorf("%d bytes became %d: %q", len(text), len(got.readable), got.readable)
		}
		if got := nameJSON(text, mlsql.Options{}); len(got) != len(text) {
			t.Errorf("%d bytes became %d: %q", len(text), len(got), got)
		}
	})
}

func TestExplainedText(t *testing.T) {
	for text, want := range map[string]string{
		"EXPLAIN SELECT f(1)":                       "SELECT f(1)",
		"explain format=tree update t set a = f(b)": "update t set a = f(b)",
		"DESC FORMAT = 'json' SELECT 1":             "SELECT 1",
		"EXPLAIN ANALYZE SELECT 1":                  "SELECT 1",
		"EXECUTE s":                                 "EXECUTE s",
	} {
		if got := ExplainedText(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
