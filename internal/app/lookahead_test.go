package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"airglow/internal/awstest"
	"airglow/internal/config"
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
	{"window over partitions", "SELECT LAG(LENGTH(d.f(v)), 1, 0) OVER (PARTITION BY id % 3 ORDER BY d.f(v), id) FROM d.t"},
	{"window of a subquery", "SELECT MAX(id) OVER (PARTITION BY (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id)) FROM d.t"},
	{"group by a subquery", "SELECT (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id) AS a, COUNT(*) FROM d.t GROUP BY (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id)"},
	{"delete", "DELETE FROM d.t WHERE d.f(v) = 'nothing'"},
	{"join", "SELECT COUNT(*) FROM d.t JOIN d.t AS u ON t.id = u.id WHERE d.f(t.v) <> ''"},
	{"join condition", "SELECT COUNT(*) FROM d.t JOIN d.t AS u ON t.id = u.id AND d.f(JSON_ARRAY(t.v, u.v)) <> ''"},
	{"outer join condition", "SELECT COUNT(*) FROM d.t LEFT JOIN d.t AS u ON t.id = u.id AND d.f(u.v) <> ''"},
	{"outer join condition on both sides", "SELECT COUNT(*) FROM d.t LEFT JOIN d.t AS u ON t.v = u.v AND d.f(JSON_ARRAY(t.v, u.v)) <> ''"},
	{"subquery in a join condition", "SELECT COUNT(*) FROM d.t JOIN d.t AS u ON t.id = u.id AND (SELECT d.f(w.v) FROM d.t AS w WHERE w.id = u.id) <> ''"},
	{"subquery in an outer join condition", "SELECT COUNT(*) FROM d.t LEFT JOIN d.t AS u ON t.id = u.id AND (SELECT d.f(w.v) FROM d.t AS w WHERE w.id = u.id) <> ''"},
	{"lateral table", "SELECT COUNT(l.a) FROM d.t JOIN LATERAL (SELECT d.f(t.v) AS a) AS l"},
	{"lateral table of rows", "SELECT COUNT(l.a) FROM d.t LEFT JOIN LATERAL (SELECT d.f(u.v) AS a FROM d.t AS u WHERE u.id = t.id) AS l ON TRUE"},
	{"lateral table in a subquery", "SELECT (SELECT l.a FROM d.t AS u JOIN LATERAL (SELECT d.f(u.v) AS a) AS l WHERE u.id = t.id) FROM d.t"},
	{"hash join", "SELECT COUNT(*) FROM d.t LEFT JOIN d.t AS u ON t.v = d.f(u.v)"},
	{"lookup join", "SELECT /*+ LOOKUP_JOIN(u,t) */ t.id, u.id FROM d.t JOIN d.keyed AS u ON u.tid = t.id WHERE d.f(t.v) <> ''"},
	{"lookup join by a key of several rows", "SELECT /*+ JOIN_ORDER(t,u) LOOKUP_JOIN(t,u) */ t.id, u.id FROM d.t JOIN d.keyed AS u ON u.tid = t.id WHERE d.f(u.v) <> ''"},
	{"lookup join condition", "SELECT COUNT(*) FROM d.t JOIN d.keyed AS u ON u.tid = t.id AND d.f(t.v) <> '' WHERE u.id > 0"},
	{"lookup join of three tables", "SELECT /*+ JOIN_ORDER(u,t,w) LOOKUP_JOIN(u,t) LOOKUP_JOIN(t,w) */ COUNT(*) FROM d.keyed AS u JOIN d.t ON u.tid = t.id JOIN d.t AS w ON w.id = t.id WHERE d.f(w.v) <> ''"},
	{"lookup join, middle table", "SELECT /*+ JOIN_ORDER(u,t,w) LOOKUP_JOIN(u,t) LOOKUP_JOIN(t,w) */ COUNT(*) FROM d.keyed AS u JOIN d.t ON u.tid = t.id JOIN d.t AS w ON w.id = t.id WHERE d.f(t.v) <> ''"},
	{"outer lookup join, left table", "SELECT COUNT(u.id) FROM d.t LEFT JOIN d.keyed AS u ON t.id = u.tid AND d.f(t.v) <> ''"},
	{"outer lookup join, right table", "SELECT COUNT(u.id) FROM d.t LEFT JOIN d.keyed AS u ON t.id = u.tid AND d.f(u.v) <> ''"},
	{"update of a lookup join", "UPDATE d.t JOIN d.keyed AS u ON u.tid = t.id SET t.answer = 'a' WHERE d.f(t.v) <> ''"},
	{"delete from a lookup join", "DELETE t FROM d.t JOIN d.keyed AS u ON u.tid = t.id WHERE d.f(t.v) = ''"},
	{"json table", "SELECT COUNT(j.n) FROM d.t, JSON_TABLE(d.f(t.v), '$' COLUMNS (n INT PATH '$.n')) AS j"},
	{"json table in a subquery", "SELECT (SELECT MAX(j.n) FROM JSON_TABLE(d.f(t.v), '$' COLUMNS (n INT PATH '$.n')) AS j) FROM d.t"},
	{"json table in exists", "SELECT COUNT(*) FROM d.t WHERE EXISTS (SELECT 1 FROM JSON_TABLE(d.f(t.v), '$' COLUMNS (n INT PATH '$.n')) AS j WHERE j.n > 3)"},
	{"json table of a table in a subquery", "SELECT (SELECT MAX(j.n) FROM d.t AS u JOIN JSON_TABLE(d.f(u.v), '$' COLUMNS (n INT PATH '$.n')) AS j WHERE u.id = t.id) FROM d.t"},
	{"maximum over a window", "SELECT MAX(d.f(v)) OVER (PARTITION BY id % 3), LEAD(d.f(v)) OVER (PARTITION BY id % 3 ORDER BY id) FROM d.t"},
	{"union", "SELECT d.f(v) FROM d.t UNION ALL SELECT d.f(v) FROM d.t"},
	{"create table", "CREATE TABLE d.made AS SELECT id, d.f(v) AS a FROM d.t"},
	{"correlated subquery", "SELECT (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id) FROM d.t"},
	{"correlated subquery, many rows", "SELECT (SELECT MAX(d.f(JSON_ARRAY(t.v, u.id))) FROM d.t AS u WHERE u.id BETWEEN 0 AND 4) FROM d.t WHERE t.id % 5 = 0"},
	{"call of a subquery", "SELECT d.f((SELECT u.v FROM d.t AS u WHERE u.id = t.id)) FROM d.t"},
	{"exists", "SELECT COUNT(*) FROM d.t WHERE EXISTS (SELECT 1 FROM d.t AS u WHERE u.id = t.id AND d.f(u.v) <> '')"},
	{"not exists", "SELECT COUNT(*) FROM d.t WHERE NOT EXISTS (SELECT 1 FROM d.t AS u WHERE u.id = t.id AND d.f(u.v) = '')"},
	{"in", "SELECT COUNT(*) FROM d.t WHERE v IN (SELECT d.f(u.v) FROM d.t AS u)"},
	{"not in", "SELECT COUNT(*) FROM d.t WHERE v NOT IN (SELECT d.f(u.v) FROM d.t AS u)"},
	{"correlated in", "SELECT COUNT(*) FROM d.t WHERE v IN (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id)"},
	{"comparison with a subquery", "SELECT COUNT(*) FROM d.t WHERE v < (SELECT MAX(d.f(u.v)) FROM d.t AS u)"},
	{"update by a subquery", "UPDATE d.t SET answer = (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id)"},
	{"trigger before insert", "INSERT INTO d.made_up SELECT id, v FROM d.t"},
	{"trigger after update", "UPDATE d.watched SET v = CONCAT(v, '') WHERE id >= 0"},
	{"upsert", "INSERT INTO d.held SELECT id, v, 'new' FROM d.t ON DUPLICATE KEY UPDATE answer = d.f(t.v)"},
	{"upsert by another key", "INSERT INTO d.held (id, v, answer) SELECT id + 1000, v, 'new' FROM d.t ON DUPLICATE KEY UPDATE answer = d.f(held.v)"},
	{"upsert below a trigger", "INSERT INTO d.stamped SELECT id, v FROM d.t ON DUPLICATE KEY UPDATE v = 'again'"},
	{"cursor loop", "CALL d.loop_over()"},
	{"cursor loop, dynamic", "CALL d.loop_over_text()"},
}

// The procedures of aheadStatements: a loop over a cursor that asks a model for
// each row, by a statement as it is and by one made of a text.
const (
	loopOver = `CREATE PROCEDURE d.loop_over() BEGIN
		DECLARE i INT; DECLARE b VARCHAR(100); DECLARE done BOOL DEFAULT FALSE;
		DECLARE c CURSOR FOR SELECT id, v FROM d.t;
		DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
		OPEN c;
		l: LOOP
			FETCH c INTO i, b;
			IF done THEN LEAVE l; END IF;
			UPDATE d.t SET answer = d.f(b) WHERE id = i;
		END LOOP;
		CLOSE c;
	END`
	loopOverText = `CREATE PROCEDURE d.loop_over_text() BEGIN
		DECLARE i INT; DECLARE b VARCHAR(100); DECLARE done BOOL DEFAULT FALSE;
		DECLARE c CURSOR FOR SELECT id, v FROM d.t;
		DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
		OPEN c;
		l: LOOP
			FETCH c INTO i, b;
			IF done THEN LEAVE l; END IF;
			SET @request = CONCAT('UPDATE d.t, (SELECT d.f(\'', b, '\') AS a) AS x SET answer = x.a WHERE id = ', i);
			PREPARE s FROM @request;
			EXECUTE s;
			DEALLOCATE PREPARE s;
		END LOOP;
		CLOSE c;
	END`
)

// aheadRows makes a table of rows.
func aheadRows(t testing.TB, rows int, options ...testkit.Option) *testkit.Kit {
	kit := testkit.Start(t, options...)
	kit.Exec("CREATE DATABASE d", declareF,
		"CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(100), answer TEXT)", "CREATE TABLE d.other (id INT, v TEXT)")
	kit.Exec(loopOver, loopOverText)
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, `,(%d, '{"n":%d}', NULL)`, i, i)
	}
	kit.Exec("INSERT INTO d.t VALUES " + b.String()[1:])
	kit.Exec("CREATE TABLE d.keyed (id INT PRIMARY KEY, tid INT, v VARCHAR(100), KEY by_tid (tid))",
		"INSERT INTO d.keyed SELECT id + 1, id, v FROM d.t")
	kit.Exec("CREATE TABLE d.made_up (id INT, v TEXT)", "CREATE TABLE d.log (what TEXT)",
		"CREATE TRIGGER d.made_up_before BEFORE INSERT ON d.made_up FOR EACH ROW SET NEW.v = d.f(NEW.v)",
		"CREATE TABLE d.held (id INT PRIMARY KEY, v VARCHAR(100) UNIQUE, answer TEXT)", "INSERT INTO d.held SELECT id, v, '' FROM d.t",
		"CREATE TABLE d.stamped (id INT PRIMARY KEY, v TEXT)", "INSERT INTO d.stamped SELECT id, v FROM d.t",
		"CREATE TRIGGER d.stamped_before BEFORE INSERT ON d.stamped FOR EACH ROW SET NEW.v = d.f(NEW.v)",
		"CREATE TABLE d.watched (id INT PRIMARY KEY, v TEXT)", "INSERT INTO d.watched SELECT id, v FROM d.t",
		`CREATE TRIGGER d.watched_after AFTER UPDATE ON d.watched FOR EACH ROW BEGIN
			IF NEW.id >= 0 THEN INSERT INTO d.log VALUES (d.f(NEW.v)); END IF;
		END`)
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
			latency := 10 * answerFactor * time.Millisecond
			if strings.HasPrefix(s.name, "cursor") {
				latency *= 10 // a turn takes longer than a row
			}
			kit.Provider.AnswerContext(after(latency))
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

// TestLookaheadOff: without it, one call follows the other.
func TestLookaheadOff(t *testing.T) {
	const rows = 20
	kit := aheadRows(t, rows)
	for _, s := range aheadStatements {
		t.Run(s.name, func(t *testing.T) {
			kit.Provider.Reset()
			kit.Provider.AnswerContext(after(time.Millisecond))
			kit.Exec("DROP TABLE IF EXISTS d.made")
			conn, err := kit.DB("root", "").Conn(kit.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			run(t, conn, "SET airglow_lookahead = OFF")
			run(t, conn, s.text)
			if calls, n := kit.Provider.Calls(), kit.Provider.MostAtOnce(); calls != rows || n != 1 {
				t.Errorf("%d calls were made for %d rows, %d of them at once", calls, rows, n)
			}
		})
	}
}

func run(t testing.TB, conn *sql.Conn, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	rows, err := conn.QueryContext(ctx, text)
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

// TestOneBadRow: with airglow_on_error = 'null' a row that fails costs the others
// nothing, with batches or without.
func TestOneBadRow(t *testing.T) {
	const rows = 1000
	kit := aheadRows(t, rows)
	kit.Provider.Answer(func(r model.Request) (model.Response, error) {
		if string(r.Body) == `{"n":499}` {
			return model.Response{}, &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException", Message: "no"}
		}
		return model.Response{Body: r.Body}, nil
	})
	conn, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	run(t, conn, "SET airglow_on_error = 'null'")
	run(t, conn, "UPDATE d.t SET answer = d.f(v)")
	var warning struct {
		level, text string
		code        int
	}
	if err := conn.QueryRowContext(t.Context(), "SHOW WARNINGS").Scan(&warning.level, &warning.code, &warning.text); err != nil {
		t.Fatal(err)
	}
	if calls := kit.Provider.Calls(); calls != rows || warning.code != 63986 || !strings.HasPrefix(warning.text, "Row 500: ") {
		t.Errorf("%d calls, warning %+v", calls, warning)
	}
	var answered int
	if err := conn.QueryRowContext(t.Context(), "SELECT COUNT(answer) FROM d.t").Scan(&answered); err != nil || answered != rows-1 {
		t.Errorf("%d rows have an answer: %v", answered, err)
	}
}

// TestRetriesAreOfTheRow: a row whose call is tried again costs its own attempts
// and no other row's.
func TestRetriesAreOfTheRow(t *testing.T) {
	const rows, failures = 1000, 2
	kit := aheadRows(t, rows)
	var failed atomic.Int64
	kit.Provider.Answer(func(r model.Request) (model.Response, error) {
		if string(r.Body) == `{"n":499}` && failed.Add(1) <= failures {
			return model.Response{}, &model.Error{Kind: model.Unavailable, Service: model.Bedrock, Message: "down"}
		}
		return model.Response{Body: r.Body}, nil
	})
	kit.Exec("UPDATE d.t SET answer = d.f(v)")
	if calls := kit.Provider.Calls(); calls != rows+failures {
		t.Errorf("%d calls were made for %d rows, one of which failed %d times", calls, rows, failures)
	}
}

// TestLoopThatEndsEarly asks for few rows that it never reads.
func TestLoopThatEndsEarly(t *testing.T) {
	kit := aheadRows(t, 100)
	kit.Exec(`CREATE PROCEDURE d.early() BEGIN
		DECLARE b TEXT;
		DECLARE c CURSOR FOR SELECT v FROM d.t;
		OPEN c;
		l: LOOP
			FETCH c INTO b;
			SET b = d.f(b);
			IF b LIKE '%2%' THEN LEAVE l; END IF;
		END LOOP;
	END`)
	kit.Provider.AnswerContext(after(time.Millisecond))
	kit.Exec("CALL d.early()")
	if calls := kit.Provider.Calls(); calls < 3 || calls > 3+16 {
		t.Errorf("%d calls were made for 3 turns", calls)
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
			b.ReportMetric(float64(ideal), "ideal-ns")
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(ideal), "times-ideal")
		})
	}
}

// BenchmarkCalls shows how many calls a second a statement makes of a model that
// answers at once, in this process.
func BenchmarkCalls(b *testing.B) {
	const rows = 10_000
	kit := aheadRows(b, rows, withoutLedger)
	kit.Provider.Answer(func(r model.Request) (model.Response, error) { return model.Response{Body: r.Body}, nil })
	conn, err := kit.DB("root", "").Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for _, lookahead := range []string{"ON", "OFF"} {
		b.Run("lookahead "+lookahead, func(b *testing.B) {
			run(b, conn, "SET airglow_lookahead = "+lookahead)
			for b.Loop() {
				run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t")
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
		})
	}
}

// BenchmarkHTTPCalls shows how many calls a second a statement makes over HTTP
// of a service on loopback that answers at once.
func BenchmarkHTTPCalls(b *testing.B) {
	const rows = 10_000
	service := awstest.Start(b)
	service.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return awstest.JSON(string(c.Body)) })
	for name, value := range service.Environment() {
		b.Setenv(name, value)
	}
	kit := aheadRows(b, rows, func(c *config.Config) { c.Models, c.AWS.Region = nil, "us-east-1" }, withoutLedger)
	conn, err := kit.DB("root", "").Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for b.Loop() {
		run(b, conn, "SELECT COUNT(d.f(v)) FROM d.t")
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
