package arch

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// withoutScenario are the numbers that no scenario raises, with the reason.
var withoutScenario = map[string]string{
	"29":   "a file that LOAD DATA may not read; tests run as a user who may read all",
	"1021": "a disk that is nearly full, in internal/app",
	"1065": "the server takes a statement of comments alone for one that does nothing",
	"1071": "the storage has no limit that a key meets",
	"1086": "needs a file on the server's disk",
	"1103": "needs a name that the grammar does not let through",
	"1141": "a REVOKE that names no table, of an account that is not there",
	"1290": "read-only servers are not configured by ours",
	"1436": "a thousand procedures deep",
	"1526": "the storage has no partitions",
	"1585": "a note, of a function that has a built-in one's name",
	"1758": "a condition that GET DIAGNOSTICS leaves, as in MySQL; internal/compat compares it",
	"1835": "needs a packet that no client sends",
	"1873": "tested with a client that changes users, in internal/clients",
	"3128": "a warning; hints.test has it",
	"3159": "tested where TLS is required, in internal/app",
	"3637": "a warning; hints.test has it",
}

// Each number that we give an error is raised in a scenario, over the wire, with
// its state and its sentence.
func TestEveryNumberIsRaisedInAScenario(t *testing.T) {
	raised := raisedNumbers(t)
	given := givenNumbers(t)
	if len(given) < 100 || len(raised) < 100 {
		t.Fatalf("%d numbers given and %d raised; this test no longer finds them", len(given), len(raised))
	}
	for number, place := range given {
		reason, excepted := withoutScenario[number]
		switch {
		case !raised[number] && !excepted:
			t.Errorf("%s: no scenario raises %s; add a line \"-- error %s …\" to internal/scenario/testdata", place, number, number)
		case raised[number] && excepted:
			t.Errorf("a scenario raises %s; it needs no exception any more (%s)", number, reason)
		}
	}
	for number := range withoutScenario {
		if given[number] == "" {
			t.Errorf("%s is excepted, and nothing gives it", number)
		}
	}
}

var errorLine = regexp.MustCompile(`(?m)^-- error (\d+) `)

func raisedNumbers(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "internal/scenario/testdata/*.test"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range errorLine.FindAllSubmatch(text, -1) {
			found[string(line[1])] = true
		}
	}
	return found
}

// givers are the functions whose first argument is an error's number.
var givers = map[string]bool{"New": true, "NewSQLError": true, "say": true}

// givenNumbers are the numbers that our sources give errors, in the table and
// in calls, with a place of each.
func givenNumbers(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, s := range tree(t) {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if number := numberGiven(n); number != "" {
				found[number] = s.at(n)
			}
			return true
		})
	}
	return found
}

func numberGiven(n ast.Node) string {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "number" {
			return integer(n.Value)
		}
	case *ast.CallExpr:
		if len(n.Args) > 1 && givers[calledName(n.Fun)] {
			return integer(n.Args[0])
		}
	}
	return ""
}

func calledName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// integer is an integer literal as it is written; empty for anything else.
func integer(e ast.Expr) string {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.INT {
		return ""
	}
	if _, err := strconv.Atoi(literal.Value); err != nil {
		return ""
	}
	return literal.Value
}

// docs/errors.md has a line for each number.
func TestEveryNumberIsInTheDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/errors.md"))
	if err != nil {
		t.Fatal(err)
	}
	for number, place := range givenNumbers(t) {
		if !strings.Contains(string(page), "\n| "+number+" |") {
			t.Errorf("%s: docs/errors.md has no line for %s", place, number)
		}
	}
}
