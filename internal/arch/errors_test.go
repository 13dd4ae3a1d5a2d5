package arch

import (
	"go/ast"
	"go/token"
	"go/types"
	"testing"
)

// table is where the engine's errors get MySQL's numbers.
const table = "internal/mysqlerr/table.go"

// Each kind of error, and each text, has one line in the table: of two, the
// second would never count.
func TestEveryErrorHasOneLineInTheTable(t *testing.T) {
	s := find(t, table)
	seen := map[string]string{}
	lines := 0
	ast.Inspect(s.file, func(n ast.Node) bool {
		pair, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, ok := pair.Key.(*ast.Ident)
		if !ok || key.Name != "kind" && key.Name != "text" {
			return true
		}
		lines++
		value := key.Name + " " + types.ExprString(pair.Value)
		if first, again := seen[value]; again {
			t.Errorf("%s: %s has a line already, at %s", s.at(pair), value, first)
		}
		seen[value] = s.at(pair)
		return true
	})
	if lines < 20 {
		t.Errorf("only %d lines found in %s; this test no longer reads it rightly", lines, table)
	}
}

// The numbers of our own errors are all different.
func TestEveryNumberOfOursStandsForOneService(t *testing.T) {
	if found := ownNumbers(t); len(found) < 3 {
		t.Errorf("only %d numbers of ours found; this test no longer finds them", len(found))
	}
}

// ownNumbers are the names of the exported constants of mysqlerr by their
// values. It fails the test when two have the same.
func ownNumbers(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, s := range tree(t) {
		if s.dir() != "internal/mysqlerr" || s.isTest() {
			continue
		}
		for _, decl := range s.file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for name, number := range numbers(group) {
				if other := seen[number]; other != "" {
					t.Errorf("%s: %s and %s are both %s", s.path, name, other, number)
				}
				seen[number] = name
			}
		}
	}
	return seen
}

// numbers are the exported integer constants of a group, as they are written.
func numbers(group *ast.GenDecl) map[string]string {
	found := map[string]string{}
	for _, spec := range group.Specs {
		value := spec.(*ast.ValueSpec)
		for i, name := range value.Names {
			if i >= len(value.Values) || !name.IsExported() {
				continue
			}
			if literal, ok := value.Values[i].(*ast.BasicLit); ok && literal.Kind == token.INT {
				found[name.Name] = literal.Value
			}
		}
	}
	return found
}

func find(t *testing.T, path string) source {
	t.Helper()
	for _, s := range tree(t) {
		if s.path == path {
			return s
		}
	}
	t.Fatalf("there is no file %s; if it moved, this test has to know", path)
	return source{}
}
