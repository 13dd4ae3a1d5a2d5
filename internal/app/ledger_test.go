package app_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/config"
	"airglow/internal/ledger"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// withoutLedger measures what a server does that records nothing.
func withoutLedger(c *config.Config) { c.Ledger.Enabled = false }

// TestAKilledStatementGoesOn: a statement killed at row 900 of 1,000 makes 100
// calls when it is run again.
func TestAKilledStatementGoesOn(t *testing.T) {
	kit := stopKit(t)
	killer := openSession(t, kit)
	const answered, rows = 900, 1000
	for _, s := range stoppable[:3] {
		t.Run(s.name, func(t *testing.T) {
			h := hold(kit, answered)
			conn := openSession(t, kit)
			done := conn.begin(kit.Context(), s.text)
			wait(t, h.began, 64)
			run(t, killer.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
			wantError(t, <-done, 1317, "70100", "Query execution was interrupted")
			kit.Provider.Reset()
			kit.Provider.Answer(func(r model.Request) (model.Response, error) { return model.Response{Body: r.Body}, nil })
			if err := exhaust(kit.Context(), conn.Conn, s.text); err != nil {
				t.Fatal(err)
			}
			if calls := kit.Provider.Calls(); calls != rows-answered {
				t.Errorf("%d calls were made, not %d", calls, rows-answered)
			}
		})
	}
}

// TestAConnectionThatGoesLeavesItsAnswers: what its transaction asked is there for
// the next.
func TestAConnectionThatGoesLeavesItsAnswers(t *testing.T) {
	kit := aheadRows(t, 10)
	kit.Provider.Answer(func(r model.Request) (model.Response, error) { return model.Response{Body: r.Body}, nil })
	const update = "UPDATE d.t SET answer = d.f(v)"
	going, next := openSession(t, kit), openSession(t, kit)
	run(t, going.Conn, "SET autocommit = 0")
	run(t, going.Conn, update)
	if err := going.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
		t.Fatal(err)
	}
	for open := 1; open > 0; { // the server closes it by itself
		row := next.QueryRowContext(kit.Context(), "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?", going.id)
		if err := row.Scan(&open); err != nil {
			t.Fatal(err)
		}
	}
	run(t, next.Conn, update)
	if calls := kit.Provider.Calls(); calls != 10 {
		t.Errorf("%d calls were made, not 10", calls)
	}
}

// BenchmarkLedger is what the ledger costs: calls a second of a model that answers
// at once, 64 at a time over 10,000 rows, each recorded before and after; and the
// median latency of a call of 100 ms among 64 at once, as the client of a statement
// with that call sees it. Beside each is what it is to be.
func BenchmarkLedger(b *testing.B) {
	var without time.Duration
	for _, kept := range []string{"off", "on"} {
		options := []testkit.Option{}
		if kept == "off" {
			options = append(options, withoutLedger)
		}
		kit := aheadRows(b, 10_000, options...)
		conn, err := kit.DB("root", "").Conn(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.Run("calls, ledger "+kept, func(b *testing.B) {
			kit.Provider.Answer(func(r model.Request) (model.Response, error) { return model.Response{Body: r.Body}, nil })
			for b.Loop() {
				run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t")
			}
			b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
			b.ReportMetric(2000, "least-calls/s")
		})
		b.Run("latency, ledger "+kept, func(b *testing.B) {
			kit.Provider.AnswerContext(after(100 * time.Millisecond))
			median := medianCall(b, kit)
			milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(milliseconds(median), "ms/call")
			if kept == "off" {
				without = median
				return
			}
			b.ReportMetric(milliseconds(median-without), "ms-more")
			b.ReportMetric(10, "most-ms-more")
		})
		if kept == "on" {
			b.Run("reuse", func(b *testing.B) {
				run(b, conn, "SET airglow_reuse = 'always'")
				before := kit.Provider.Calls()
				run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t")
				for b.Loop() {
					run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t")
				}
				if kit.Provider.Calls() != before {
					b.Errorf("%d calls were made", kit.Provider.Calls()-before)
				}
				b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "answers/s")
				b.ReportMetric(10_000, "least-answers/s")
			})
		}
		conn.Close()
		if err := kit.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}

// medianCall has 64 sessions make calls, ten a run, and returns the median time of
// one.
func medianCall(b *testing.B, kit *testkit.Kit) time.Duration {
	const sessions, each = 64, 10
	var conns []*sql.Conn
	for range sessions {
		conn, err := kit.DB("root", "").Conn(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	var mu sync.Mutex
	var took []time.Duration
	for b.Loop() {
		var group sync.WaitGroup
		for s, conn := range conns {
			group.Go(func() {
				for i := range each {
					begun := time.Now()
					var answer string
					err := conn.QueryRowContext(b.Context(), fmt.Sprintf(`SELECT d.f('{"session":%d,"call":%d}')`, s, i)).Scan(&answer)
					mu.Lock()
					if took = append(took, time.Since(begun)); err != nil {
						b.Error(err)
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// BenchmarkUsage reads airglow.usage over a ledger of a million calls, of fifty
// functions on twenty days.
func BenchmarkUsage(b *testing.B) {
	const attempts, together = 1000, 1000
	dir := b.TempDir()
	store, err := bolt.Open(bolt.Options{Path: filepath.Join(dir, "ledger.db"), Bodies: true})
	if err != nil {
		b.Fatal(err)
	}
	for i := range attempts {
		if err := recordBatch(b.Context(), store, i, together); err != nil {
			b.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	kit := testkit.Start(b, testkit.InDir(dir))
	conn, err := kit.DB("root", "").Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for b.Loop() {
		var calls int
		if err := conn.QueryRowContext(b.Context(), "SELECT CAST(SUM(calls) AS SIGNED) FROM airglow.usage").Scan(&calls); err != nil || calls != attempts*together {
			b.Fatal(calls, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/read")
	b.ReportMetric(1000, "most-ms/read")
}

// recordBatch records the i-th attempt, at several calls.
func recordBatch(ctx context.Context, store *bolt.Store, i, together int) error {
	begun := time.Date(2026, 11, 1+i%20, 12, 0, 0, 0, time.UTC)
	a := &ledger.Attempt{
		Origin:  ledger.Origin{User: "root@localhost", Database: "d", Function: fmt.Sprintf("d.f%d", i%50)},
		Service: model.SageMaker, Asked: "m", Provider: "p", Number: 1, Begun: begun, Requests: make([]ledger.Request, together),
	}
	for n := range a.Requests {
		body := fmt.Appendf(nil, "%d,%d", i, n)
		a.Requests[n] = ledger.Request{Key: model.Request{Model: "m", Body: body}.Key(), Body: body}
	}
	if err := store.Begin(ctx, a); err != nil {
		return err
	}
	a.State, a.Ended, a.Answered = ledger.Done, begun.Add(time.Second), "m"
	for n := range a.Requests {
		a.Requests[n].Answered, a.Requests[n].Answer = true, []byte("1")
	}
	return store.End(ctx, a)
}
