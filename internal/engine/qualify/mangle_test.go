package qualify

import (
	"testing"
)

func TestMangle(t *testing.T) {
	database, name, ok := Split(mangle("My.Db", "f"))
	if !ok || database != "My.Db" || name != "f" {
		t.Errorf("got %q %q %v", database, name, ok)
	}
	if _, _, ok := Split("plain"); ok {
		t.Error("a plain name is unmangled")
	}
}
