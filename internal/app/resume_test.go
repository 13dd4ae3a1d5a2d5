package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// stubborn answers rows up to a number, and holds the others until release is closed,
// though their statement has long ended. Once again is closed it answers at once.
type stubborn struct{ began, again, release chan struct{} }

func holdOn(kit *testkit.Kit, from int) stubborn {
	s := stubborn{make(chan struct{}, 10_000), make(chan struct{}), make(chan struct{})}
	kit.Provider.Reset()
	kit.Provider.AnswerContext(func(ctx context.Context, r model.Request) (model.Response, error) {
		var row struct{ N int }
		if err := json.Unmarshal(r.Body, &row); err != nil {
			return model.Response{}, err
		}
		select {
		case <-s.again:
			return model.Response{Body: r.Body}, nil
		default:
		}
		if row.N < from {
			return after(answerTime)(ctx, r) // so that as many as may be are under way
		}
		s.began <- struct{}{}
		<-s.release
		return model.Response{Body: r.Body}, nil
	})
	return s
}

// recordedCalls is how many calls the ledger knows as done.
func recordedCalls(t *testing.T, s session) (n int) {
	t.Helper()
	if err := s.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM airglow.invocations WHERE state = 'done'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestARerunDoesNotWaitForTheEnd: who connects again finds what was answered, though
// the statement that was killed, or whose client is gone, has not ended yet. What
// still comes is recorded.
func TestARerunDoesNotWaitForTheEnd(t *testing.T) {
	// Fewer are held than the model is asked for at once, so that the others' turns come.
	const answered, rows, held = 100, 200, 8
	for name, stop := range map[string]func(killer, conn session, leave func()){
		"KILL":       func(killer, conn session, _ func()) { run(t, killer.Conn, fmt.Sprintf("KILL %d", conn.id)) },
		"KILL QUERY": func(killer, conn session, _ func()) { run(t, killer.Conn, fmt.Sprintf("KILL QUERY %d", conn.id)) },
		"closed":     func(_, _ session, leave func()) { leave() }, // the driver closes the connection
	} {
		t.Run(name, func(t *testing.T) {
			kit := aheadRows(t, rows)
			const update = "UPDATE d.t SET answer = d.f(v)"
			killer, conn := openSession(t, kit), openSession(t, kit)
			kit.Provider.AnswerContext(after(answerTime))
			run(t, killer.Conn, "SELECT COUNT(d.f(CONCAT(v, ' '))) FROM d.t") // more than 8 at once from now on
			warm := recordedCalls(t, killer)
			h := holdOn(kit, answered)
			run(t, conn.Conn, fmt.Sprintf("SET airglow_max_concurrency = %d", held))
			ctx, leave := context.WithCancel(kit.Context())
			defer leave()
			done := conn.begin(ctx, update)
			wait(t, h.began, held)
			for recordedCalls(t, killer) < warm+answered {
			}
			before := kit.Provider.Calls()
			stop(killer, conn, leave)
			close(h.again)
			next := openSession(t, kit)
			run(t, next.Conn, update)
			if calls := kit.Provider.Calls() - before; calls != rows-answered {
				t.Errorf("%d calls were made, not %d", calls, rows-answered)
			}
			close(h.release)
			if err := <-done; err == nil {
				t.Error("the statement succeeded")
			}
			for recordedCalls(t, killer) < warm+rows+held {
				if kit.Context().Err() != nil {
					t.Fatal("what came late is not recorded")
				}
			}
			// Both have ended, and one of them well.
			run(t, next.Conn, update)
			if calls := kit.Provider.Calls() - before; calls != rows-answered+rows {
				t.Errorf("%d calls were made, not %d anew", calls-rows+answered, rows)
			}
		})
	}
}

// TestAStatementUnderWayLendsNothing: with airglow_reuse = 'resume' only what was not
// completed serves again, and that is not known of a statement whose client waits.
func TestAStatementUnderWayLendsNothing(t *testing.T) {
	const answered, rows = 5, 10
	kit := aheadRows(t, rows)
	h := holdOn(kit, answered)
	first, second := openSession(t, kit), openSession(t, kit)
	const query = "SELECT d.f(v) FROM d.t"
	done := first.begin(kit.Context(), query)
	wait(t, h.began, rows-answered)
	for recordedCalls(t, second) < answered {
	}
	close(h.again)
	before := kit.Provider.Calls()
	run(t, second.Conn, query)
	if calls := kit.Provider.Calls() - before; calls != rows {
		t.Errorf("%d calls were made, not %d", calls, rows)
	}
	close(h.release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestACallWhoseConnectionBrokeIsUnknown: the service may have answered it, and
// billed it.
func TestACallWhoseConnectionBrokeIsUnknown(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	}))
	defer broken.Close()
	kit := testkit.Start(t, withServer(config.Provider{Kind: "openai", URL: broken.URL + "/v1"}))
	kit.Exec("CREATE DATABASE d", askClaude+" TIMEOUT_MS 500")
	_, err := kit.DB("root", "").Exec("SELECT d.ask(" + claudeBody("hello") + ")")
	wantError(t, err, 63986, "HY000", "")
	if got := query(t, kit, "SELECT CONCAT_WS(' ', COUNT(*) > 0, SUM(state <> 'unknown'), COUNT(cost)) FROM airglow.invocations"); got[0] != "1 0 0" {
		t.Errorf("calls, of these not unknown, with a cost: %v", got)
	}
	if got := query(t, kit, "SELECT CONCAT_WS(' ', state, calls, failed, unknown > 0) FROM airglow.statements"); got[0] != "failed 0 0 1" {
		t.Errorf("the statement: %v", got)
	}
}
