package app_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

const (
	// untilFull in the place of a row's number has calls answered until 64 of them,
	// which is as many as may be, were under way at once.
	untilFull = -1
	// answerTime is how long the calls take that are answered: long enough that
	// as many as may be are under way, so that the window grows to 64.
	answerTime = answerFactor * 20 * time.Millisecond
	// stopLimit is how long after a KILL its statement may go on.
	stopLimit = slower * 100 * time.Millisecond
)

// stoppable are statements that call a model on each of the 1,000 rows of d.t.
// Once 64 calls are held they wait for nothing else.
var stoppable = []struct{ name, text string }{
	{"select", "SELECT id, d.f(v) FROM d.t WHERE d.f(v) <> ''"},
	{"update", "UPDATE d.t SET answer = d.f(v)"},
	{"insert select", "INSERT INTO d.other SELECT id, d.f(v) FROM d.t"},
	{"procedure with a handler", "CALL d.p()"},
}

// held answers the first requests and holds the others until their contexts end.
type held struct{ began, ended chan struct{} }

// hold has a kit's calls held from the row of that number on.
func hold(kit *testkit.Kit, from int) held { return holdAfter(kit, from, answerTime) }

// holdAfter does so, and the rows before take the given time each.
func holdAfter(kit *testkit.Kit, from int, latency time.Duration) held {
	h := held{make(chan struct{}, 10_000), make(chan struct{}, 10_000)}
	kit.Provider.Reset()
	kit.Provider.AnswerContext(func(ctx context.Context, r model.Request) (model.Response, error) {
		var row struct{ N int }
		if err := json.Unmarshal(r.Body, &row); err != nil {
			return model.Response{}, err
		}
		if row.N < from || from == untilFull && kit.Provider.MostAtOnce() < 64 {
			response, err := after(latency)(ctx, r)
			response.Usage = model.Usage{Known: true, InputTokens: 1000}
			return response, err
		}
		h.began <- struct{}{}
		defer func() { h.ended <- struct{}{} }()
		<-ctx.Done()
		return model.Response{}, ctx.Err()
	})
	return h
}

// wait receives n signals.
func wait(t *testing.T, signals <-chan struct{}, n int) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for i := range n {
		select {
		case <-signals:
		case <-timeout:
			t.Fatalf("%d of %d came", i, n)
		}
	}
}

// stopKit has 1,000 rows and the statements of stoppable.
func stopKit(t *testing.T, options ...testkit.Option) *testkit.Kit {
	kit := aheadRows(t, 1000, options...)
	kit.Exec(`CREATE PROCEDURE d.p() BEGIN
		DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET @handled = 1;
		DECLARE CONTINUE HANDLER FOR SQLSTATE '70100' SET @handled = 1;
		UPDATE d.t SET answer = d.f(v);
		UPDATE d.t SET answer = d.f(CONCAT(v, ' '));
	END`)
	return kit
}

// session is a connection and its id.
type session struct {
	*sql.Conn
	id int
}

func openSession(t *testing.T, kit *testkit.Kit) session {
	t.Helper()
	conn, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := session{Conn: conn}
	if err := conn.QueryRowContext(kit.Context(), "SELECT CONNECTION_ID()").Scan(&s.id); err != nil {
		t.Fatal(err)
	}
	return s
}

// begin runs a statement in the background. The channel has what becomes of it.
func (s session) begin(ctx context.Context, text string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- exhaust(ctx, s.Conn, text) }()
	return done
}

// exhaust runs a statement and reads its rows to their end.
func exhaust(ctx context.Context, conn *sql.Conn, text string) error {
	rows, err := conn.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// stopped checks that the held calls have ended, no other began, and nothing of
// the statement is left.
func (h held) stopped(t *testing.T, kit *testkit.Kit, calls int) {
	t.Helper()
	wait(t, h.ended, 64)
	waitNothingLeft(t, kit)
	if now := kit.Provider.Calls(); now != calls {
		t.Errorf("%d calls were made before the end and %d after", calls, now-calls)
	}
	select {
	case <-h.began:
		t.Error("another call began")
	default:
	}
}

// waitNothingLeft waits until no goroutine makes model calls.
func waitNothingLeft(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	ctx := kit.Context()
	stacks := make([]byte, 4<<20)
	for {
		all := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(all, "airglow/internal/infer.(*") && !strings.Contains(all, "airglow/internal/lookahead.") {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("still running:\n%s", all)
		}
	}
}

// TestKillQueryEndsCalls: the statement's error comes at once, whatever handlers
// a procedure has, and the connection lives on.
func TestKillQueryEndsCalls(t *testing.T) {
	kit := stopKit(t)
	killer := openSession(t, kit)
	for _, s := range stoppable {
		t.Run(s.name, func(t *testing.T) {
			h := hold(kit, untilFull)
			conn := openSession(t, kit)
			done := conn.begin(kit.Context(), s.text)
			wait(t, h.began, 64)
			calls, killed := kit.Provider.Calls(), time.Now()
			run(t, killer.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
			err := <-done
			took := time.Since(killed)
			wantError(t, err, 1317, "70100", "Query execution was interrupted")
			if took > stopLimit {
				t.Errorf("the error came %s after the KILL", took)
			}
			h.stopped(t, kit, calls)
			wantUnchanged(t, conn)
		})
	}
}

// wantUnchanged checks that the statements of stoppable have left nothing, and
// that no handler has run.
func wantUnchanged(t *testing.T, conn session) {
	t.Helper()
	var rows int
	var handled sql.NullInt64
	row := conn.QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM d.t WHERE answer IS NOT NULL) + (SELECT COUNT(*) FROM d.other), @handled")
	if err := row.Scan(&rows, &handled); err != nil || rows > 0 || handled.Valid {
		t.Errorf("%d rows have an answer, and @handled is %v: %v", rows, handled, err)
	}
}

// TestKillEndsCalls: KILL without QUERY takes the connection, too.
func TestKillEndsCalls(t *testing.T) {
	kit := stopKit(t)
	killer := openSession(t, kit)
	for _, s := range stoppable {
		t.Run(s.name, func(t *testing.T) {
			h := hold(kit, untilFull)
			conn := openSession(t, kit)
			done := conn.begin(kit.Context(), s.text)
			wait(t, h.began, 64)
			calls, killed := kit.Provider.Calls(), time.Now()
			run(t, killer.Conn, fmt.Sprintf("KILL %d", conn.id))
			err := <-done
			if took := time.Since(killed); err == nil || took > stopLimit {
				t.Errorf("the statement ended %s after the KILL with %v", took, err)
			}
			h.stopped(t, kit, calls)
			if conn.PingContext(t.Context()) == nil {
				t.Error("the connection lives on")
			}
			wantUnchanged(t, killer)
		})
	}
}

// TestClosedConnectionEndsCalls: a client that goes away is noticed within a
// second, whatever its statement does.
func TestClosedConnectionEndsCalls(t *testing.T) {
	kit := stopKit(t)
	other := openSession(t, kit)
	for _, s := range stoppable {
		t.Run(s.name, func(t *testing.T) {
			h := hold(kit, untilFull)
			ctx, leave := context.WithCancel(kit.Context())
			done := openSession(t, kit).begin(ctx, s.text)
			wait(t, h.began, 64)
			calls, left := kit.Provider.Calls(), time.Now()
			leave() // the driver closes the connection
			<-done
			h.stopped(t, kit, calls)
			if took := time.Since(left); took > slower*time.Second {
				t.Errorf("the calls ended %s after the connection", took)
			}
			wantUnchanged(t, other)
		})
	}
}

// TestExecutionTimeEndsCalls: max_execution_time ends a SELECT with its calls.
func TestExecutionTimeEndsCalls(t *testing.T) {
	const limit = 2 * time.Second
	kit := stopKit(t)
	for name, text := range map[string]string{
		"variable": stoppable[0].text,
		"hint":     strings.Replace(stoppable[0].text, "SELECT", "SELECT /*+ MAX_EXECUTION_TIME(2000) */", 1),
	} {
		t.Run(name, func(t *testing.T) {
			h := hold(kit, untilFull)
			conn := openSession(t, kit)
			if name == "variable" {
				run(t, conn.Conn, "SET max_execution_time = 2000")
			}
			began := time.Now()
			done := conn.begin(kit.Context(), text)
			wait(t, h.began, 64)
			calls := kit.Provider.Calls()
			err := <-done
			took := time.Since(began)
			wantError(t, err, 3024, "HY000", "Query execution was interrupted, maximum statement execution time exceeded")
			if took < limit || took > limit+stopLimit {
				t.Errorf("it took %s", took)
			}
			h.stopped(t, kit, calls)
		})
	}
}

// TestDrainEndsCalls: what the drain does not wait for ends with its calls.
func TestDrainEndsCalls(t *testing.T) {
	for _, s := range stoppable {
		t.Run(s.name, func(t *testing.T) {
			kit := stopKit(t, func(c *config.Config) { c.DrainTimeout = 0 })
			h := hold(kit, untilFull)
			done := openSession(t, kit).begin(kit.Context(), s.text)
			wait(t, h.began, 64)
			calls := kit.Provider.Calls()
			kit.StartStopping()
			wantError(t, <-done, 1053, "08S01", "Server shutdown in progress")
			if err := kit.Stop(); err != nil {
				t.Error(err)
			}
			h.stopped(t, kit, calls)
			wantNothingRunning(t)
		})
	}
}
