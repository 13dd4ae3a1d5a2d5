package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/testkit"
)

// skewed is a table of rows and two models: "most" says yes to nine rows of ten,
// "few" to one of ten, whatever the other says.
func skewed(t testing.TB, rows int, latency time.Duration) (*testkit.Kit, *sql.Conn) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY, n INT)",
		"CREATE FUNCTION d.most(n INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'most'",
		"CREATE FUNCTION d.few(n INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'few'")
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, ",(%d, %d)", i, i)
	}
	kit.Exec("INSERT INTO d.t VALUES " + b.String()[1:])
	wait := after(latency)
	kit.Provider.AnswerContext(func(ctx context.Context, r model.Request) (model.Response, error) {
		n, err := strconv.Atoi(string(bytes.TrimSpace(r.Body)))
		if err != nil {
			return model.Response{}, err
		}
		yes := r.Model == "most" && n*7%100 >= 10 || r.Model == "few" && n*13%100/10 == 3
		answer, err := wait(ctx, r)
		answer.Body = []byte("0")
		if yes {
			answer.Body = []byte("1")
		}
		return answer, err
	})
	conn, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return kit, conn
}

const skewedQuery = "SELECT COUNT(*) FROM d.t WHERE d.most(n) AND d.few(n)"

// TestOrderIsMeasured: the condition that few rows pass comes first, whichever way
// the statement is written, and with lookahead off, too.
func TestOrderIsMeasured(t *testing.T) {
	const rows = 1000
	kit, conn := skewed(t, rows, 0)
	for _, text := range []string{skewedQuery, "SELECT COUNT(*) FROM d.t WHERE d.few(n) AND d.most(n)"} {
		counts := map[string]int{}
		for _, lookahead := range []string{"ON", "OFF"} {
			kit.Provider.Reset()
			run(t, conn, "SET airglow_lookahead = "+lookahead)
			run(t, conn, text)
			counts[lookahead] = kit.Provider.Calls()
		}
		// The right order from the first row makes 1,100 calls; half of the first 64
		// rows begin with the wrong condition.
		if n := counts["ON"]; n != counts["OFF"] || n > rows+rows/10+30 {
			t.Errorf("%v calls were made by %s", counts, text)
		}
	}
}

// BenchmarkMeasuredOrder shows what two conditions take over 1,000 rows with
// models that take 100 ms, 64 calls at once, beside the ideal: the right order
// from the first row. The statement is written in the wrong one, to which an IF
// holds it the second time.
func BenchmarkMeasuredOrder(b *testing.B) {
	const rows, latency, most = 1000, 100 * time.Millisecond, 64
	const best = rows + rows/10
	ideal := latency * ((best + most - 1) / most)
	kit, conn := skewed(b, rows, latency)
	run(b, conn, skewedQuery) // the service is known to bear 64 calls then
	for _, s := range []struct{ name, text string }{
		{"measured", skewedQuery},
		{"as written", "SELECT COUNT(*) FROM d.t WHERE IF(d.most(n), d.few(n), FALSE)"},
	} {
		b.Run(s.name, func(b *testing.B) {
			kit.Provider.Reset()
			for b.Loop() {
				run(b, conn, s.text)
			}
			b.ReportMetric(float64(kit.Provider.Calls())/float64(b.N), "calls")
			b.ReportMetric(best, "ideal-calls")
			b.ReportMetric(float64(ideal), "ideal-ns")
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(ideal), "times-ideal")
		})
	}
}
