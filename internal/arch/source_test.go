package arch

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// The bounds of CONTRIBUTING.md.
const (
	longestFile        = 600 // lines
	halfOfTheFunctions = 15  // lines
	nineInTen          = 45  // lines
)

func TestNoFileIsTooLong(t *testing.T) {
	for _, s := range tree(t) {
		if s.lines > longestFile && !ast.IsGenerated(s.file) {
			t.Errorf("%s has %d lines; look for the second noun in it (%d at most)", s.path, s.lines, longestFile)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	var lengths []int
	for _, s := range tree(t) {
		if s.isTest() {
			continue
		}
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				lengths = append(lengths, s.set.Position(f.Body.End()).Line-s.set.Position(f.Pos()).Line+1)
			}
		}
	}
	slices.Sort(lengths)
	median, ninth := lengths[len(lengths)/2], lengths[len(lengths)*9/10]
	t.Logf("%d functions: half have at most %d lines, nine in ten at most %d", len(lengths), median, ninth)
	if median > halfOfTheFunctions || ninth > nineInTen {
		t.Errorf("half of all functions have up to %d lines (%d at most), nine in ten up to %d (%d at most)",
			median, halfOfTheFunctions, ninth, nineInTen)
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, s := range tree(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init does work that nobody asked for; let New do it", s.at(f))
			}
		}
	}
}

func TestPackagesAreNamedByWhatTheyAre(t *testing.T) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "base", "shared"}
	for _, s := range tree(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
		if slices.Contains(vague, s.file.Name.Name) || slices.Contains(vague, base) {
			t.Errorf("%s: a name that says nothing; name it by what it holds", s.path)
		}
	}
}

func TestEveryPackageHasATour(t *testing.T) {
	tours := map[string][]string{}
	for _, s := range tree(t) {
		if _, seen := tours[s.dir()]; !seen {
			tours[s.dir()] = nil
		}
		if doc := s.file.Doc.Text(); doc != "" && !s.isTest() {
			tours[s.dir()] = append(tours[s.dir()], doc)
		}
	}
	for dir, docs := range tours {
		switch {
		case len(docs) == 0:
			t.Errorf("%s has no package comment", dir)
		case len(docs) > 1:
			t.Errorf("%s has %d package comments; keep the tour in one place", dir, len(docs))
		case !strings.HasPrefix(docs[0], "Package ") && !strings.HasPrefix(docs[0], "Command ") &&
			!strings.HasPrefix(strings.ToLower(docs[0]), path.Base(dir)+" "):
			t.Errorf("the comment of %s begins neither with Package or Command nor with the command's name", dir)
		}
	}
}

func TestEveryExportedNameIsExplained(t *testing.T) {
	for _, s := range tree(t) {
		if s.isTest() || s.file.Name.Name == "main" {
			continue
		}
		for _, decl := range s.file.Decls {
			for _, bare := range unexplained(decl) {
				t.Errorf("%s: %s has no comment", s.at(bare), bare.Name)
			}
		}
	}
}

// unexplained returns the exported names that a declaration leaves without a
// comment.
func unexplained(decl ast.Decl) []*ast.Ident {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && hasExportedReceiver(d) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var bare []*ast.Ident
		for _, spec := range d.Specs {
			bare = append(bare, unexplainedSpec(d, spec)...)
		}
		return bare
	}
	return nil
}

// unexplainedSpec does so for a line of a declaration. The comment of a group
// stands for its constants and variables, not for types.
func unexplainedSpec(d *ast.GenDecl, spec ast.Spec) []*ast.Ident {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
			return []*ast.Ident{s.Name}
		}
	case *ast.ValueSpec:
		if d.Doc != nil || s.Doc != nil || s.Comment != nil || d.Tok == token.IMPORT {
			return nil
		}
		return slices.DeleteFunc(slices.Clone(s.Names), func(n *ast.Ident) bool { return !n.IsExported() })
	}
	return nil
}

// hasExportedReceiver reports whether a function can be reached from outside:
// it has no receiver, or one of an exported type.
func hasExportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	exported := false
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok {
			exported = name.IsExported()
			return false
		}
		return true
	})
	return exported
}
