package app_test

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"airglow/internal/app"
	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

const declareF = "CREATE FUNCTION d.f(body TEXT) RETURNS LONGTEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'test.model'"

// TestRestart keeps what a server holds over a stop.
func TestRestart(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec(
		"CREATE DATABASE d",
		"CREATE TABLE d.t (id INT PRIMARY KEY, v TEXT)",
		"INSERT INTO d.t VALUES (1, 'kept')",
		"CREATE USER u@localhost IDENTIFIED BY 'secret'",
		"GRANT SELECT ON d.* TO u@localhost",
		declareF,
	)
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}
	kit = testkit.Start(t, testkit.InDir(kit.Dir))
	var v string
	if err := kit.DB("u", "secret").QueryRow("SELECT v FROM d.t").Scan(&v); err != nil || v != "kept" {
		t.Errorf("read %q, %v", v, err)
	}
	_, err := kit.DB("u", "secret").Exec("DELETE FROM d.t")
	wantError(t, err, 1142, "42000", "DELETE command denied to user 'u'@'localhost' for table 't'")
	if got := query(t, kit, `SELECT d.f('{"a":1}')`); got[0] != `{"a":1}` {
		t.Errorf("the stored function answers %q", got)
	}
}

// TestDrain lets a running statement finish, and admits nothing new.
func TestDrain(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.t (v TEXT)", declareF)
	asked, release := make(chan struct{}), make(chan struct{})
	kit.Provider.Answer(func(model.Request) (model.Response, error) {
		close(asked)
		<-release
		return model.Response{Body: []byte("late answer")}, nil
	})
	running := make(chan error)
	go func() {
		_, err := kit.DB("root", "").Exec(`INSERT INTO d.t VALUES (d.f('{}'))`)
		running <- err
	}()
	idle, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	kit.StartStopping()
	// The listener is closed before statements are refused.
	waitRefused(t, kit, func() error { return kit.DB("root", "").Ping() })
	waitRefused(t, kit, func() error {
		_, err := idle.ExecContext(kit.Context(), "DELETE FROM d.t")
		if err != nil {
			wantError(t, err, 1053, "08S01", "Server shutdown in progress")
		}
		return err
	})
	close(release)
	if err := <-running; err != nil {
		t.Errorf("the running statement was not allowed to finish: %v", err)
	}
	if err := kit.Stop(); err != nil {
		t.Error(err)
	}
	wantNothingRunning(t)
	kit = testkit.Start(t, testkit.InDir(kit.Dir))
	if got := query(t, kit, "SELECT v FROM d.t"); len(got) != 1 || got[0] != "late answer" {
		t.Errorf("after the drain the table holds %q", got)
	}
}

// waitRefused tries something until it fails.
func waitRefused(t *testing.T, kit *testkit.Kit, try func() error) {
	t.Helper()
	ctx := kit.Context()
	for try() == nil {
		if ctx.Err() != nil {
			t.Fatal("the server still accepts")
		}
	}
}

// wantNothingRunning fails the test when a goroutine of the server is left.
func wantNothingRunning(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		for _, ours := range []string{"airglow/internal/server.", "vitess/go/mysql.", "airglow/internal/infer.", "doltcore/sqle."} {
			if strings.Contains(stack, ours) {
				t.Errorf("still running:\n%s", stack)
				break
			}
		}
	}
}

// TestDrainTimeout cancels what does not finish in time.
func TestDrainTimeout(t *testing.T) {
	kit := testkit.Start(t, func(c *config.Config) { c.DrainTimeout = 0 })
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.t (v TEXT)", "INSERT INTO d.t VALUES ('kept')", declareF)
	asked := make(chan struct{})
	kit.Provider.AnswerContext(func(ctx context.Context, _ model.Request) (model.Response, error) {
		close(asked)
		<-ctx.Done()
		return model.Response{}, ctx.Err()
	})
	running := make(chan error)
	go func() {
		_, err := kit.DB("root", "").Exec(`UPDATE d.t SET v = d.f('{}')`)
		running <- err
	}()
	<-asked
	start := time.Now()
	kit.StartStopping()
	wantError(t, <-running, 1053, "08S01", "Server shutdown in progress")
	if err := kit.Stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("stopping took %s", took)
	}
	wantNothingRunning(t)
	kit = testkit.Start(t, testkit.InDir(kit.Dir))
	if got := query(t, kit, "SELECT v FROM d.t"); len(got) != 1 || got[0] != "kept" {
		t.Errorf("after the cancelled update the table holds %q", got)
	}
}

// withoutModels maps no model to the kit's provider, which only Start adds.
func withoutModels(c *config.Config) *config.Config {
	c.Models = nil
	return c
}

// TestLockedDirectory refuses a data directory that another process has open.
func TestLockedDirectory(t *testing.T) {
	c := withoutModels(testkit.Config(t))
	lock := flock.New(filepath.Join(c.Data, "airglow.lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	_, err := app.New(t.Context(), app.Options{Config: c})
	if err == nil || !strings.Contains(err.Error(), c.Data) || !strings.Contains(err.Error(), "another airglow") {
		t.Errorf("error is %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	testkit.Start(t, testkit.InDir(c.Data))
	_, err = app.New(t.Context(), app.Options{Config: withoutModels(testkit.Config(t))})
	if err == nil || !strings.Contains(err.Error(), "this process already") {
		t.Errorf("a second server in the process: %v", err)
	}
}

// TestOpenRootBeyondLoopback refuses to let other machines at a root without
// password, in a new data directory and in an old one.
func TestOpenRootBeyondLoopback(t *testing.T) {
	c := withoutModels(testkit.Config(t))
	for _, directory := range []string{"new", "old"} {
		c.Listen = "0.0.0.0:0"
		a, err := app.New(t.Context(), app.Options{Config: c})
		if err == nil {
			t.Errorf("%s: the server started", directory)
			_ = a.Close()
			continue
		}
		for _, part := range []string{"root has no password", "--root-password", "127.0.0.1"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error does not mention %q: %v", directory, part, err)
			}
		}
	}
}
