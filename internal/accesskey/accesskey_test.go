package accesskey

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var app = Account{User: "app", Host: "localhost"}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func create(t *testing.T, s *Store) Secret {
	t.Helper()
	made, err := s.Create(app)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestKeysOutliveTheProcess: what was made is found by the next Store of the
// directory, and what was dropped is not.
func TestKeysOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	kept, dropped := create(t, s), create(t, s)
	if err := s.Drop(dropped.ID); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	found, err := s.Find(kept.ID)
	if err != nil || found != kept {
		t.Errorf("found %v, %v, want %v", found, err, kept)
	}
	if _, err := s.Find(dropped.ID); !errors.Is(err, ErrUnknown) {
		t.Errorf("the dropped key: %v", err)
	}
	if err := s.Drop(dropped.ID); !errors.Is(err, ErrUnknown) {
		t.Errorf("dropped again: %v", err)
	}
	if list := s.List(); len(list) != 1 || list[0] != kept.Key {
		t.Errorf("listed %v", list)
	}
}

// TestNoSecretIsShown: neither file holds one, nor does a printed key.
func TestNoSecretIsShown(t *testing.T) {
	dir := t.TempDir()
	made := create(t, open(t, dir))
	shown := fmt.Sprintf("%v %+v %#v %s", made, made, made, made)
	for _, name := range []string{"access_keys.json", "access_keys.key"} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(text)
	}
	if strings.Contains(shown, made.SecretKey) {
		t.Error("the secret is shown")
	}
	if strings.Contains(made.Bearer(), made.SecretKey) {
		t.Error("the bearer key holds the secret")
	}
}

// TestOpenRefuses what would lose keys, or let others read them.
func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, keys, key string)
		want  string
	}{
		"a missing key file": {func(t *testing.T, _, key string) { must(t, os.Remove(key)) }, "no such file"},
		"another key file": {func(t *testing.T, _, key string) {
			must(t, os.WriteFile(key, []byte(strings.Repeat("ab", 32)), 0o600))
		}, "encrypted with another key file"},
		"a short key file": {func(t *testing.T, _, key string) { must(t, os.WriteFile(key, []byte("ab"), 0o600)) }, "64 hexadecimal digits"},
		"an open key file": {func(t *testing.T, _, key string) { must(t, os.Chmod(key, 0o644)) }, "chmod it to 0600"},
		"another account": {func(t *testing.T, keys, _ string) {
			text, err := os.ReadFile(keys)
			must(t, err)
			must(t, os.WriteFile(keys, []byte(strings.Replace(string(text), `"app"`, `"root"`, 1)), 0o600))
		}, "or was changed"},
		"no JSON": {func(t *testing.T, keys, _ string) { must(t, os.WriteFile(keys, []byte("["), 0o600)) }, "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			create(t, open(t, dir))
			c.spoil(t, filepath.Join(dir, "access_keys.json"), filepath.Join(dir, "access_keys.key"))
			if _, err := Open(Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("opened: %v, want %q", err, c.want)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAccountHasSoMany(t *testing.T) {
	s := open(t, t.TempDir())
	for range MostPerAccount {
		create(t, s)
	}
	if _, err := s.Create(app); !errors.Is(err, ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := s.Create(Account{User: "other", Host: "%"}); err != nil {
		t.Errorf("another account: %v", err)
	}
	dropped, err := s.DropWhere(func(k Key) bool { return k.Account == app })
	if len(dropped) != MostPerAccount || err != nil {
		t.Errorf("dropped %d, %v", len(dropped), err)
	}
}

func TestBearer(t *testing.T) {
	made := create(t, open(t, t.TempDir()))
	id, ok := BearerID(made.Bearer())
	if !ok || id != made.ID || !made.MatchesBearer(made.Bearer()) {
		t.Errorf("the bearer key of %s has id %q", made.ID, id)
	}
	for _, wrong := range []string{"", ".", made.ID, made.ID + ".", made.Bearer() + "x", made.ID + "." + made.SecretKey} {
		if made.MatchesBearer(wrong) {
			t.Errorf("%q matches", wrong)
		}
	}
}

// TestAFailureToWriteChangesNothing: a key that is not on disk is no key.
func TestAFailureToWriteChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "below")
	must(t, os.Mkdir(dir, 0o700))
	s := open(t, dir)
	made := create(t, s)
	must(t, os.RemoveAll(dir))
	if _, err := s.Create(app); err == nil {
		t.Error("a key was made that is nowhere")
	}
	if err := s.Drop(made.ID); err == nil {
		t.Error("a key was dropped that is still on disk")
	}
	if list := s.List(); len(list) != 1 || list[0] != made.Key {
		t.Errorf("listed %v", list)
	}
}
