package clients

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/awstest"
)

// answered is what a statement in the background came to.
type answered struct {
	rows string
	err  error
}

// inBackground runs a query and returns the channel of its outcome.
func inBackground(ctx context.Context, on runner, query string, args ...any) <-chan answered {
	done := make(chan answered, 1)
	go func() {
		text, err := tryRows(ctx, on, query, args...)
		done <- answered{text, err}
	}()
	return done
}

func await(t testing.TB, what string, done <-chan answered) answered {
	t.Helper()
	select {
	case a := <-done:
		return a
	case <-time.After(patience):
		t.Fatalf("%s: no end after %s", what, patience)
		return answered{}
	}
}

// shutdownRefusal runs statements until the server refuses one because it is
// stopping. Those before the refusal found it open still.
func shutdownRefusal(t testing.TB, on *sql.Conn) error {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < patience; {
		if _, err := tryRows(bounded(t), on, "SELECT 1"); err != nil {
			return err
		}
	}
	t.Fatal("the server takes statements though it is stopping")
	return nil
}

// TestDrain: a statement that runs when SIGTERM comes has its time, and new
// statements are refused meanwhile.
func TestDrain(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{args: []string{"--drain-timeout", "50s"}}))
	db := s.root(t)
	must(t, db, "CREATE DATABASE d", askFunction, "CREATE TABLE d.t (id INT PRIMARY KEY, answer TEXT)")
	running, other := session(t, db), session(t, db)
	must(t, other, "SELECT 1")
	arrived, release := cloud.hold(awstest.InvokeModel, awstest.JSON(`{"held":true}`))
	done := inBackground(bounded(t), running, `INSERT INTO d.t SELECT 1, d.ask('{"n":1}')`)
	receive(t, "the held call", arrived)

	s.terminate(t)
	same(t, "a new statement", failure(shutdownRefusal(t, other)), "1053 (08S01): Server shutdown in progress")
	if _, err := open(t, s.driverConfig(account{})).Conn(bounded(t)); err == nil {
		t.Error("a stopping server takes new connections")
	}
	close(release)
	if a := await(t, "the running statement", done); a.err != nil {
		t.Errorf("the running statement was not allowed to finish: %v", a.err)
	}
	s.wait(t)
	again := s.restart(t, setup{})
	same(t, "what was committed while draining", rows(t, again.root(t), "SELECT id, answer FROM d.t"), `1|{"held":true}`)
}

// TestDrainEnds: what runs beyond the drain timeout is cancelled, down to the
// request at the service.
func TestDrainEnds(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{args: []string{"--drain-timeout", "300ms"}}))
	db := s.root(t)
	must(t, db, "CREATE DATABASE d", askFunction)
	arrived, _ := cloud.hold(awstest.InvokeModel, awstest.JSON(`{}`))
	called := inBackground(bounded(t), session(t, db), `SELECT d.ask('{}')`)
	slept := inBackground(bounded(t), session(t, db), `SELECT SLEEP(50)`)
	receive(t, "the held call", arrived)
	begun := time.Now()
	s.terminate(t)
	for what, done := range map[string]<-chan answered{"a model call": called, "SLEEP": slept} {
		err := await(t, what, done).err
		var refused *mysql.MySQLError
		if !errors.As(err, &refused) || refused.Number != 1317 && refused.Number != 1053 {
			t.Errorf("%s ended with %q; want 1317 or 1053", what, failure(err))
		}
	}
	receive(t, "the end of the request", cloud.abandoned)
	s.wait(t)
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("the end took %s with a drain timeout of 300 ms", took)
	}
}

// TestDrainIdle: a server without running statements ends at once, whatever
// its drain timeout and however many connections are open.
func TestDrainIdle(t *testing.T) {
	s := start(t, setup{args: []string{"--drain-timeout", "1h"}})
	db := s.root(t)
	idle, within := session(t, db), session(t, db)
	must(t, idle, "SELECT 1")
	must(t, within, "BEGIN")
	s.stop(t)
}

// TestSecondSignal ends the process though a statement runs.
func TestSecondSignal(t *testing.T) {
	s := start(t, setup{args: []string{"--drain-timeout", "1h"}})
	db := s.root(t)
	must(t, db, "CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY)", "INSERT INTO d.t VALUES (1)")
	other := session(t, db)
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	done := inBackground(ctx, session(t, db), "SELECT SLEEP(50)")
	waitForProcess(t, other, "SLEEP(50)")
	s.terminate(t)
	shutdownRefusal(t, other)
	s.terminate(t)
	select {
	case <-s.exited:
	case <-time.After(patience):
		t.Fatal("a second SIGTERM does not end the server")
	}
	if s.command.ProcessState.ExitCode() != 1 {
		t.Errorf("it ended with %v; want exit code 1", s.command.ProcessState)
	}
	cancel()
	await(t, "the statement", done)
	same(t, "committed data", rows(t, s.restart(t, setup{}).root(t), "SELECT id FROM d.t"), "1")
}

// waitForProcess waits until the process list shows a statement.
func waitForProcess(t testing.TB, on runner, part string) {
	t.Helper()
	query := "SELECT id FROM information_schema.processlist WHERE info LIKE '%" + part + "%' AND info NOT LIKE '%processlist%'"
	for begun := time.Now(); time.Since(begun) < patience; {
		if rows(t, on, query) != "" {
			return
		}
	}
	t.Fatalf("the process list never showed %s", part)
}
