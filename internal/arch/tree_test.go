package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the path that go.mod gives.
const module = "airglow"

// root is the repository, seen from this package.
const root = "../.."

// source is a parsed Go file.
type source struct {
	// path is the file's path from the root of the repository, with slashes.
	path  string
	lines int
	set   *token.FileSet
	file  *ast.File
}

func (s source) dir() string { return path.Dir(s.path) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// at is the place of a node, for a report.
func (s source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// imports are the paths that the file imports.
func (s source) imports() []string {
	var list []string
	for _, spec := range s.file.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// sources are the module's Go files, read once.
var sources = sync.OnceValues(readSources)

// tree returns the module's Go files, ordered by path.
func tree(t *testing.T) []source {
	t.Helper()
	list, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("only %d Go files found; the walk goes wrong", len(list))
	}
	return list
}

func readSources() ([]source, error) {
	var list []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipped(entry.Name(), name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		s, err := readSource(name)
		if err == nil {
			list = append(list, s)
		}
		return err
	})
	return list, err
}

// skipped keeps the walk out of what is not the module's source.
func skipped(base, name string) error {
	hidden := strings.HasPrefix(base, ".") && name != root
	if hidden || slices.Contains([]string{"node_modules", "testdata", "demo-data", "airglow-data"}, base) {
		return filepath.SkipDir
	}
	return nil
}

func readSource(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	relative, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	return source{
		path: filepath.ToSlash(relative), lines: strings.Count(string(text), "\n"), set: set, file: file,
	}, nil
}
