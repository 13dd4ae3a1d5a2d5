package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/testkit"
)

// aheadStatements evaluate a model call on each of the rows of d.t.
var aheadStatements = []struct{ name, text string }{
	{"select", "SELECT id, d.f(v) FROM d.t"},
	{"where", "SELECT id FROM d.t WHERE d.f(v) <> ''"},
	{"order by", "SELECT id FROM d.t ORDER BY d.f(v)"},
	{"update", "UPDATE d.t SET answer = d.f(v)"},
	{"insert select", "INSERT INTO d.other SELECT id, d.f(v) FROM d.t"},
	{"aggregate", "SELECT SUM(LENGTH(d.f(v))) FROM d.t"},
	{"case", "SELECT CASE WHEN d.f(v) LIKE '%1%' THEN 'one' ELSE 'none' END FROM d.t"},
	{"derived table", "SELECT COUNT(*) FROM (SELECT d.f(v) AS a FROM d.t) x WHERE a <> ''"},
	{"group by", "SELECT d.f(v), COUNT(*) FROM d.t GROUP BY d.f(v)"},
	{"group concat", "SELECT GROUP_CONCAT(d.f(v) ORDER BY id) FROM d.t"},
	{"distinct aggregate", "SELECT SUM(DISTINCT LENGTH(d.f(v))), COUNT(DISTINCT d.f(v), id) FROM d.t"},
	{"window argument", "SELECT SUM(LENGTH(d.f(v))) OVER (PARTITION BY id % 3) FROM d.t"},
	{"window partition", "SELECT COUNT(*) OVER (PARTITION BY d.f(v)) FROM d.t"},
	{"window order", "SELECT ROW_NUMBER() OVER (ORDER BY d.f(v)) FROM d.t"},
	{"delete", "DELETE FROM d.t WHERE d.f(v) = 'nothing'"},
	{"join", "SELECT COUNT(*) FROM d.t JOIN d.t AS u ON t.id = u.id WHERE d.f(t.v) <> ''"},
	{"join condition", "SELECT COUNT(*) FROM d.t JOIN d.t AS u ON t.id = u.id AND d.f(JSON_ARRAY(t.v, u.v)) <> ''"},
	{"hash join", "SELECT COUNT(*) FROM d.t LEFT JOIN d.t AS u ON t.v = d.f(u.v)"},
	{"union", "SELECT d.f(v) FROM d.t UNION ALL SELECT d.f(v) FROM d.t"},
	{"create table", "CREATE TABLE d.made AS SELECT id, d.f(v) AS a FROM d.t"},
}

// aheadRows makes a table of rows.
func aheadRows(t testing.TB, rows int) *testkit.Kit {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", declareF,
		"CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(100), answer TEXT)", "CREATE TABLE d.other (id INT, v TEXT)")
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, `,(%d, '{"n":%d}', NULL)`, i, i)
	}
	kit.Exec("INSERT INTO d.t VALUES " + b.String()[1:])
	return kit
}

// after answers with the request's body after a while.
func after(latency time.Duration) func(context.Context, model.Request) (model.Response, error) {
	return func(ctx context.Context, r model.Request) (model.Response, error) {
		timer := time.NewTimer(latency)
		defer timer.Stop()
		select {
		case <-timer.C:
			return model.Response{Body: r.Body}, nil
		case <-ctx.Done():
			return model.Response{}, ctx.Err()
		}
	}
}

// TestCallsRunSideBySide: every statement has as many calls under way as it may.
func TestCallsRunSideBySide(t *testing.T) {
	const rows, most = 100, 20
	kit := aheadRows(t, rows)
	for _, s := range aheadStatements {
		t.Run(s.name, func(t *testing.T) {
			kit.Provider.Reset()
			kit.Provider.AnswerContext(after(5 * time.Millisecond))
			kit.Exec("DROP TABLE IF EXISTS d.made")
			conn, err := kit.DB("root", "").Conn(kit.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			run(t, conn, fmt.Sprintf("SET airglow_max_concurrency = %d", most))
			run(t, conn, s.text)
			if calls := kit.Provider.Calls(); calls != rows {
				t.Errorf("%d calls were made for %d rows", calls, rows)
			}
			if n := kit.Provider.MostAtOnce(); n != most {
				t.Errorf("%d calls were under way at once, not %d", n, most)
			}
		})
	}
}

func run(t testing.TB, conn *sql.Conn, text string) {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// BenchmarkLookahead shows how long statements over 1,000 rows take with a model
// that takes 100 ms, 64 calls at once, beside the ideal.
func BenchmarkLookahead(b *testing.B) {
	const rows, latency, most = 1000, 100 * time.Millisecond, 64
	ideal := latency * ((rows + most - 1) / most)
	kit := aheadRows(b, rows)
	kit.Provider.AnswerContext(after(latency))
	conn, err := kit.DB("root", "").Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for _, s := range aheadStatements {
		b.Run(s.name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				run(b, conn, "DROP TABLE IF EXISTS d.made")
				b.StartTimer()
				run(b, conn, s.text)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(ideal), "times-ideal")
		})
	}
}
