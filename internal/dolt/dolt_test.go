package dolt

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	vtlog "github.com/dolthub/vitess/go/vt/log"
	"github.com/sirupsen/logrus"
)

func open(t *testing.T, opts Options) *Storage {
	t.Helper()
	s, err := Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestFunctionStore keeps, replaces and forgets functions, over a restart too.
func TestFunctionStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	at := time.Date(2031, 2, 3, 4, 5, 6, 789000, time.UTC)
	row := FunctionRow{
		DB: "Shop", Name: "Judge", Definition: "CREATE FUNCTION `Judge` … " + strings.Repeat("long ", 50_000) + `'it''s' \n`,
		DefinerUser: "u", DefinerHost: "%", SQLMode: "ANSI_QUOTES,STRICT_TRANS_TABLES", CharsetClient: "utf8mb4",
		CollationConnection: "utf8mb4_0900_ai_ci", CollationDatabase: "utf8mb4_0900_bin", Created: at, Modified: at.Add(time.Hour),
	}
	other := row
	other.Name, other.Definition = "other", "x"
	elsewhere := row
	elsewhere.DB, elsewhere.Definition = "yard", "y"
	for _, r := range []FunctionRow{row, other, elsewhere} {
		if err := s.Functions().Put(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	wantRows(t, s, row, other, elsewhere)

	changed := row
	changed.Name, changed.Definition = "JUDGE", "z"
	if err := s.Functions().Put(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	wantRows(t, s, changed, other, elsewhere)
	if err := s.Functions().Delete(t.Context(), "SHOP", "Other"); err != nil {
		t.Fatal(err)
	}
	if err := s.Functions().Delete(t.Context(), "shop", "never"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, Options{Dir: dir})
	wantRows(t, s, changed, elsewhere)
	if err := s.Functions().DeleteDatabase(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	wantRows(t, s, elsewhere)
}

func wantRows(t *testing.T, s *Storage, want ...FunctionRow) {
	t.Helper()
	got, err := s.Functions().Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d functions, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("function %d:\n got %.300v\nwant %.300v", i, got[i], want[i])
		}
	}
}

// TestClose may be called twice, and lets the directory be opened again.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	if _, err := Open(t.Context(), Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "only one") {
		t.Errorf("a second storage in the process: %v", err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	open(t, Options{Dir: dir})
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o077 != 0 && !strings.HasPrefix(dir, os.TempDir()) {
		t.Errorf("the directory is %v, %v", info.Mode(), err)
	}
}

// TestNothingLeavesTheDirectory keeps Dolt away from the home directory.
func TestNothingLeavesTheDirectory(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	s := open(t, Options{Dir: filepath.Join(t.TempDir(), "new")})
	if err := s.Exec(t.Context(), "CREATE DATABASE d"); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), "CREATE TABLE d.t (id INT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) > 0 {
		t.Errorf("the home directory holds %v, %v", entries, err)
	}
}

// TestVersion is what clients see.
func TestVersion(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Version: "8.0.99-test"})
	rows, err := s.Query(t.Context(), "SELECT @@version, version(), @@version_comment, @@autocommit")
	if err != nil {
		t.Fatal(err)
	}
	if row := rows[0]; row[0] != "8.0.99-test" || row[1] != "8.0.99-test" || row[2] != "Airglow" {
		t.Errorf("row is %v", row)
	}
}

// TestRun ends what it is asked to run with its error.
func TestRun(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir()})
	sentinel := errors.New("mine")
	if err := s.Run(t.Context(), func(*sql.Context) error { return sentinel }); !errors.Is(err, sentinel) {
		t.Errorf("error is %v", err)
	}
	if err := s.Exec(t.Context(), "INSERT INTO airglow.nosuch VALUES (?)", 1); err == nil {
		t.Error("a statement about nothing succeeded")
	}
	if err := s.Exec(t.Context(), "SELECT ?", struct{}{}); err == nil {
		t.Error("an argument that is no value was accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Exec(ctx, "SELECT SLEEP(5)"); err == nil {
		t.Error("a cancelled statement succeeded")
	}
}

// TestGarbage collects a database that has grown, while a session reads it.
func TestGarbage(t *testing.T) {
	var log bytes.Buffer
	s := open(t, Options{Dir: t.TempDir()})
	for _, statement := range []string{
		"CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY, v LONGTEXT)", "INSERT INTO d.t VALUES (1, 'first')",
	} {
		if err := s.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	c := newCollector(s, slog.New(slog.NewTextHandler(&log, nil)))
	c.round(t.Context())
	if log.Len() > 0 {
		t.Errorf("databases that have not grown were collected:\n%s", &log)
	}
	c.growth = 1 << 10
	for i := range 20 {
		if err := s.Exec(t.Context(), "UPDATE d.t SET v = ?", strings.Repeat(string(rune('a'+i)), 50_000)); err != nil {
			t.Fatal(err)
		}
	}
	c.round(t.Context())
	if !strings.Contains(log.String(), `msg="garbage collected" database=d`) {
		t.Errorf("the database was not collected:\n%s", &log)
	}
	rows, err := s.Query(t.Context(), "SELECT LENGTH(v), LEFT(v, 1) FROM d.t")
	if err != nil || len(rows) != 1 || rows[0][1] != "t" {
		t.Errorf("after the collection: %v, %v", rows, err)
	}
	log.Reset()
	c.round(t.Context())
	if log.Len() > 0 {
		t.Errorf("a database was collected again at once:\n%s", &log)
	}
}

// TestLogs arrive in slog under the levels that operators expect.
func TestLogs(t *testing.T) {
	var text bytes.Buffer
	bridgeLogs(slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelInfo})))
	logrus.WithField("database", "d").Error("damaged")
	logrus.Warn("error running query: told to the client already")
	logrus.Debug("detail")
	vtlog.Errorf("connection %d went away", 7)
	log := text.String()
	if !strings.Contains(log, "level=ERROR msg=damaged database=d") {
		t.Errorf("an error is missing:\n%s", log)
	}
	for _, noise := range []string{"error running query", "detail", "went away"} {
		if strings.Contains(log, noise) {
			t.Errorf("%q does not belong in the log:\n%s", noise, log)
		}
	}
}
