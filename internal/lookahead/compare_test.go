package lookahead_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/model"
	"airglow/internal/testkit"
)

// mostAhead is how many calls a statement with LIMIT may make more than with
// lookahead off: its rows in a first window, in each of a few places. Over many
// rows it is mostOfMany: the window has grown to 20 rows then, of which each has
// several calls.
const (
	mostAhead  = 40
	mostOfMany = 120
)

// panicked is in the error of a statement that met a defect of the engine.
const panicked = "(panic)"

// bench runs statements with lookahead on and off.
type bench struct {
	t   testing.TB
	kit *testkit.Kit
	on  *sql.Conn
	off *sql.Conn
	// failed and last tell how the last statement ended.
	failed bool
	last   string
	// guessed is how many calls it made with lookahead alone.
	guessed int
}

// schema is what random statements work on. Inputs recur, and some are NULL.
var schema = []string{
	"CREATE DATABASE d", "USE d",
	"CREATE FUNCTION f(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'echo'",
	"CREATE FUNCTION g(b TEXT) RETURNS VARCHAR(20) ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'digest'",
	"CREATE FUNCTION score(n INT, label VARCHAR(200)) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'score'",
	"CREATE FUNCTION flag(n INT) RETURNS BOOLEAN ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'flag'",
	"CREATE TABLE t (id INT PRIMARY KEY, n INT, k VARCHAR(200), v VARCHAR(500))",
	"CREATE TABLE u (id INT PRIMARY KEY, n INT, k VARCHAR(200), v VARCHAR(500), KEY by_n (n))",
	"CREATE TABLE tr (id INT PRIMARY KEY, n INT, k VARCHAR(200), v VARCHAR(500))",
	`INSERT INTO t VALUES (1, 3, 'a', '{"n":1}'), (2, NULL, 'b', '{"n":2}'), (3, 3, 'a good day', '{"n":1}'),
		(4, 1, NULL, NULL), (5, 7, 'bad', '{"n":5}'), (6, 3, 'A', '{"n":1}'), (7, 2, 'b', '{"n":7}'), (8, 0, 'c', NULL),
		(9, 5, 'good or bad', '{"n":2}'), (10, 1, 'd', '{"n":10}')`,
	`INSERT INTO u VALUES (1, 1, 'b', '{"n":2}'), (2, 3, 'a', '{"n":3}'), (3, NULL, NULL, '{"n":1}'), (4, 2, 'a', NULL),
		(5, 3, 'bad', '{"m":5}'), (12, 0, 'e', '{"n":1}'),
		(13, 9, 'f', '{"n":13}'), (14, 11, 'good', '{"n":14}')`,
	`INSERT INTO tr VALUES (1, 1, 'b', '{"n":2}'), (20, 2, 'a', NULL), (21, 3, 'good', '{"n":3}'), (22, NULL, 'b', '{"n":2}')`,
	"CREATE TABLE uq (id INT PRIMARY KEY, n INT, k VARCHAR(200), v VARCHAR(500), UNIQUE KEY by_n (n))",
	`INSERT INTO uq VALUES (1, 1, 'b', '{"n":2}'), (2, 5, 'A', NULL), (3, NULL, 'good', '{"n":3}'), (4, 3, 'b', '{"n":2}'), (5, 0, NULL, '{"n":1}'),
		(9, 2, 'c', '{"n":9}'), (12, 4, 'd', '{"n":12}')`,
	"CREATE TABLE ref (id INT AUTO_INCREMENT PRIMARY KEY, n INT, k VARCHAR(200), v VARCHAR(500), m INT AS (n + 1) STORED, UNIQUE KEY by_k (k, n))",
	`INSERT INTO ref (n, k, v) VALUES (1, 'b', '{"n":2}'), (3, 'a', NULL), (3, 'A ', '{"n":3}'), (NULL, 'b', '{"n":2}')`,
	"CREATE TABLE log (what VARCHAR(600))",
	"CREATE TABLE many (id INT PRIMARY KEY, n INT, k VARCHAR(200), v VARCHAR(500))",
	`INSERT INTO many SELECT 20 * t.id + u.id, NULLIF((t.id * u.id) % 23, 7), CONCAT(t.k, u.id % 7), CONCAT('{"n":', t.id * u.id % 50, '}')
		FROM t JOIN u`,
	`INSERT INTO many SELECT id + 1000, id, k, JSON_OBJECT('m', id) FROM many`,
	"CREATE VIEW w AS SELECT id, score(n, k) AS n, k, f(v) AS v FROM t WHERE id < 9",
	"CREATE TRIGGER tr_insert BEFORE INSERT ON tr FOR EACH ROW SET NEW.n = score(NEW.n, 'trigger'), NEW.v = f(NEW.v)",
	"CREATE TRIGGER tr_update BEFORE UPDATE ON tr FOR EACH ROW SET NEW.n = IF(flag(NEW.n), OLD.n, score(NEW.id, NEW.k))",
	"CREATE TRIGGER tr_insert_then BEFORE INSERT ON tr FOR EACH ROW FOLLOWS tr_insert SET NEW.k = IF(flag(NEW.n), LEFT(CONCAT('x', g(NEW.v)), 100), NEW.k)",
	`CREATE TRIGGER tr_inserted AFTER INSERT ON tr FOR EACH ROW INSERT INTO log VALUES (f(JSON_OBJECT('new', NEW.id)))`,
	`CREATE TRIGGER tr_updated AFTER UPDATE ON tr FOR EACH ROW BEGIN
		IF flag(NEW.n) THEN INSERT INTO log VALUES (f(JSON_OBJECT('n', NEW.n, 'v', OLD.v)));
		ELSEIF OLD.k = 'a' THEN SET @y = score(NEW.id, NEW.k); END IF;
		UPDATE log SET what = g(what) WHERE what LIKE '%1%';
		INSERT INTO log VALUES (g(NEW.v)), (CONCAT(@y, score(@y, NEW.k)));
	END`,
	"CREATE TRIGGER tr_deleted AFTER DELETE ON tr FOR EACH ROW INSERT INTO log VALUES (f(JSON_OBJECT('gone', OLD.id)))",
}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, kit: testkit.Start(t)}
	b.kit.Exec(schema...)
	pool := b.kit.DB("root", "")
	b.on, b.off = b.connect(pool, "ON"), b.connect(pool, "OFF")
	return b
}

func (b *bench) connect(pool *sql.DB, lookahead string) *sql.Conn {
	b.t.Helper()
	conn, err := pool.Conn(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	for _, text := range []string{"USE d", "SET airglow_lookahead = " + lookahead, "SET airglow_reuse = 'statement'"} {
		if _, err := conn.ExecContext(b.t.Context(), text); err != nil {
			b.t.Fatal(err)
		}
	}
	return conn
}

// result is all that a statement gives and leaves.
type result struct {
	rows     []string
	affected int64
	err      string
	warnings []string
	tables   []string
	calls    []string
}

// compare runs a statement both ways and says how they differ, empty when not.
func (b *bench) compare(s Statement) string {
	off, on := b.run(b.off, s), b.run(b.on, s)
	b.failed, b.last = off.err != "", fmt.Sprintf("%d rows, %d calls, %s", len(off.rows), len(off.calls), off.err)
	if strings.Contains(on.err, panicked) || strings.Contains(off.err, panicked) {
		// What it has written depends on the order of a map. An UPDATE that sets a
		// column of an outer join's missing row does so.
		return ""
	}
	if !sameError(s, on.err, off.err) {
		return fmt.Sprintf("error with lookahead: %q\nwithout:              %q", on.err, off.err)
	}
	if off.err != "" {
		on.warnings, off.warnings, on.rows, off.rows = nil, nil, nil, nil
	}
	if s.Limited { // rows read ahead may warn
		on.warnings = beyond(on.warnings, beyond(on.warnings, off.warnings))
	}
	var faults []string
	for _, part := range []struct {
		name    string
		on, off []string
	}{
		{"rows", sortedUnless(s.Ordered, on.rows), sortedUnless(s.Ordered, off.rows)},
		{"affected rows", []string{fmt.Sprint(on.affected)}, []string{fmt.Sprint(off.affected)}},
		{"warnings", sortedUnless(false, on.warnings), sortedUnless(false, off.warnings)},
		{"tables", on.tables, off.tables},
	} {
		if !slices.Equal(part.on, part.off) {
			faults = append(faults, fmt.Sprintf("%s with lookahead:\n  %s\nwithout:\n  %s",
				part.name, strings.Join(part.on, "\n  "), strings.Join(part.off, "\n  ")))
		}
	}
	b.guessed = len(beyond(on.calls, off.calls))
	if off.err == "" {
		faults = append(faults, callFaults(s, on.calls, off.calls)...)
	}
	return strings.Join(faults, "\n")
}

// sameError reports whether a statement failed equally. The engine reads the rows
// of groups ahead in a goroutine, and makes values ready for the client in
// another (NaN cannot be), so that which of two failures comes first is left to
// chance there.
func sameError(s Statement, a, b string) bool {
	chance := strings.Contains(s.Text, "GROUP BY") || strings.Contains(a+b, "NaN")
	return a == b || a != "" && b != "" && chance
}

// callFaults says which calls were made one way only.
func callFaults(s Statement, on, off []string) []string {
	more, fewer := beyond(on, off), beyond(off, on)
	if s.Limited && (len(more) <= mostAhead || s.Many && len(more) <= mostOfMany) || len(more) <= s.Guesses {
		more = nil
	}
	var faults []string
	if len(more) > 0 {
		faults = append(faults, "calls with lookahead alone:\n  "+strings.Join(more, "\n  "))
	}
	if len(fewer) > 0 {
		faults = append(faults, "calls without lookahead alone:\n  "+strings.Join(fewer, "\n  "))
	}
	return faults
}

// beyond are the elements of a multiset that another does not have.
func beyond(a, b []string) []string {
	left := map[string]int{}
	for _, e := range b {
		left[e]++
	}
	var list []string
	for _, e := range a {
		if left[e]--; left[e] < 0 {
			list = append(list, e)
		}
	}
	return list
}

func sortedUnless(ordered bool, list []string) []string {
	if ordered {
		return list
	}
	return slices.Sorted(slices.Values(list))
}

// run runs a statement, and leaves the tables as they were.
func (b *bench) run(conn *sql.Conn, s Statement) (r result) {
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	b.kit.Provider.AnswerContext(answers(s.Failing))
	onError := map[bool]string{false: "fail", true: "null"}[s.Forgiving]
	concurrency := map[bool]string{false: "5", true: "50"}[s.Many && !s.Limited]
	b.must(conn, "SET airglow_on_error = '"+onError+"'", "SET airglow_max_concurrency = "+concurrency,
		"SET @x = 1", "SET @y = 2", "START TRANSACTION")
	b.kit.Provider.Reset()
	var err error
	if s.Query {
		r.rows, err = query(ctx, conn, s)
	} else {
		var changed sql.Result
		if changed, err = conn.ExecContext(ctx, s.Text, s.Parameters...); err == nil {
			r.affected, err = changed.RowsAffected()
		}
	}
	for _, req := range b.kit.Provider.Requests() {
		r.calls = append(r.calls, fmt.Sprintf("%s %s", req.Model, req.Body))
	}
	if err != nil {
		r.err = text(b.t, s, err)
	}
	if r.warnings, err = query(ctx, conn, Statement{Text: "SHOW WARNINGS"}); err != nil {
		b.t.Fatalf("after %s: %v", s, err)
	}
	if !s.Query || s.Changes {
		r.tables = b.contents(ctx, conn, s)
	}
	b.must(conn, "ROLLBACK")
	if s.Creates != "" {
		b.must(conn, "DROP TABLE IF EXISTS "+s.Creates)
	}
	return r
}

// contents are the rows of the tables that a statement may have written.
func (b *bench) contents(ctx context.Context, conn *sql.Conn, s Statement) []string {
	tables := []string{"t", "u", "tr", "uq", "ref", "log"}
	switch {
	case s.Creates != "":
		tables = []string{s.Creates}
	case s.Many && !s.Query:
		tables = append(tables, "many")
	}
	var all []string
	for _, table := range tables {
		rows, err := query(ctx, conn, Statement{Text: "SELECT * FROM " + table})
		if err != nil {
			rows = []string{err.Error()}
		}
		slices.Sort(rows)
		all = append(append(all, table+":"), rows...)
	}
	rows, err := query(ctx, conn, Statement{Text: "SELECT @x"})
	if err != nil {
		b.t.Fatal(err)
	}
	return append(all, rows...)
}

func (b *bench) must(conn *sql.Conn, statements ...string) {
	b.t.Helper()
	for _, text := range statements {
		if _, err := conn.ExecContext(b.t.Context(), text); err != nil {
			b.t.Fatalf("%s: %v", text, err)
		}
	}
}

// text is what the client is told of an error. A statement that makes the
// connection end, or does not end itself, is a failure by itself.
func text(t testing.TB, s Statement, err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		t.Fatalf("seed %d: %s: %v", s.Seed, s, err)
	}
	return err.Error()
}

func query(ctx context.Context, conn *sql.Conn, s Statement) ([]string, error) {
	rows, err := conn.QueryContext(ctx, s.Text, s.Parameters...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for again := true; again; again = rows.NextResultSet() {
		some, err := rowsOf(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, rows.Err()
}

// rowsOf are the rows of one result.
func rowsOf(rows *sql.Rows) ([]string, error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	var list []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		texts := make([]string, len(values))
		for i, value := range values {
			if texts[i] = "NULL"; value.Valid {
				texts[i] = value.String
			}
		}
		list = append(list, strings.Join(texts, "\t"))
	}
	return list, rows.Err()
}

// answers is what the models say: always the same to the same request, sometimes
// at once and sometimes a little later, so that rows do wait. Some requests fail
// where failing is true.
func answers(failing bool) func(context.Context, model.Request) (model.Response, error) {
	return func(_ context.Context, r model.Request) (model.Response, error) {
		h := fnv.New32a()
		h.Write([]byte(r.Model + "\n"))
		h.Write(r.Body)
		sum := h.Sum32()
		for range sum % 4 * 50 {
			runtime.Gosched()
		}
		if failing && sum%7 == 3 {
			return model.Response{}, &model.Error{Kind: model.ModelFailed, Service: r.Service, Message: fmt.Sprintf("no answer to %q", r.Body)}
		}
		return model.Response{Body: []byte(answer(r, sum/4))}, nil
	}
}

func answer(r model.Request, sum uint32) string {
	switch r.Model {
	case "echo":
		return string(r.Body)
	case "digest":
		return fmt.Sprintf(`{"n":%d}`, sum%4)
	case "score":
		return fmt.Sprint(sum % 5)
	case "flag":
		return fmt.Sprint(sum % 2)
	default:
		mood := []string{"Positive", "Negative", "Mixed"}[sum%3]
		return fmt.Sprintf(`{"Sentiment":%q,"SentimentScore":{%q:%g}}`, strings.ToUpper(mood), mood, float64(sum%4)/4)
	}
}
