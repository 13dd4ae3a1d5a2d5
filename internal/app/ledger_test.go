package app_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"airglow/internal/config"
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
// median time of a call of 100 ms, as the statement sees it.
func BenchmarkLedger(b *testing.B) {
	for _, ledger := range []string{"on", "off"} {
		options := []testkit.Option{}
		if ledger == "off" {
			options = append(options, withoutLedger)
		}
		kit := aheadRows(b, 10_000, options...)
		conn, err := kit.DB("root", "").Conn(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.Run("calls, ledger "+ledger, func(b *testing.B) {
			kit.Provider.Answer(func(r model.Request) (model.Response, error) { return model.Response{Body: r.Body}, nil })
			for b.Loop() {
				run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t")
			}
			b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
		})
		b.Run("latency, ledger "+ledger, func(b *testing.B) {
			var gaps []time.Duration
			kit.Provider.AnswerContext(after(100 * time.Millisecond))
			for b.Loop() {
				begun := time.Now()
				run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t WHERE id < 640")
				gaps = append(gaps, time.Since(begun))
			}
			slices.Sort(gaps)
			b.ReportMetric(float64(gaps[len(gaps)/2].Milliseconds())/10, "ms/round")
		})
		if ledger == "on" {
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
			})
		}
		conn.Close()
		if err := kit.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}
