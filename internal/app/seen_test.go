package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"airglow/internal/config"
	"airglow/internal/model"
)

// stateOf is what SHOW PROCESSLIST and information_schema say that a connection
// is at; the test fails when they do not agree.
func stateOf(t *testing.T, watcher, watched session) string {
	t.Helper()
	rows, err := watcher.QueryContext(t.Context(), "SHOW FULL PROCESSLIST")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := ""
	for rows.Next() {
		var id int
		var state string
		var others [6]any
		if err := rows.Scan(&id, &others[0], &others[1], &others[2], &others[3], &others[4], &state, &others[5]); err != nil {
			t.Fatal(err)
		}
		if id == watched.id {
			found = state
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// timeLeft is the end of a state that is another each time.
var timeLeft = regexp.MustCompile(`, [0-9.]+ (s|min|h) left$`)

// waitState reads a connection's state until it is the wanted one, but for the time
// that is left.
func waitState(t *testing.T, watcher, watched session, want string) {
	t.Helper()
	var got string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if got = timeLeft.ReplaceAllString(stateOf(t, watcher, watched), ""); got == want {
			return
		}
	}
	t.Fatalf("the state is %q, not %q", got, want)
}

// TestProgressIsSeen: the process list says how many rows went up, how many
// there will be where that is known, and how many calls are in flight.
func TestProgressIsSeen(t *testing.T) {
	kit := stopKit(t)
	watcher := openSession(t, kit)
	for _, s := range []struct{ name, text, want string }{
		{"select", "SELECT id, d.f(v) FROM d.t", "412/1000 rows, 37 calls in flight"},
		{"update", "UPDATE d.t SET answer = d.f(v)", "412/1000 rows, 37 calls in flight"},
		{"alias", "SELECT d.f(x.v) FROM d.t AS x", "412/1000 rows, 37 calls in flight"},
		{"insert select", "INSERT INTO d.other SELECT id, d.f(v) FROM d.t", "412/1000 rows, 37 calls in flight"},
		{"delete", "DELETE FROM d.t WHERE d.f(v) = 'x'", "412/1000 rows, 37 calls in flight"},
		{"two places", "SELECT d.f(v) FROM d.t WHERE d.f(v) <> ''", "412/1000 rows, 37 calls in flight"},
		{"procedure", "CALL d.p()", "412/1000 rows, 37 calls in flight"},
		{"condition", "SELECT d.f(v) FROM d.t WHERE id + 0 >= 0", "412 rows, 37 calls in flight"},
		{"limit", "SELECT d.f(v) FROM d.t LIMIT 900", "412 rows, 37 calls in flight"},
		{"cut by a sort", "SELECT id FROM d.t ORDER BY d.f(v) LIMIT 3", "412/1000 rows, 37 calls in flight"},
	} {
		t.Run(s.name, func(t *testing.T) {
			h := hold(kit, 412)
			conn := openSession(t, kit)
			run(t, conn.Conn, "SET airglow_max_concurrency = 37")
			done := conn.begin(kit.Context(), s.text)
			wait(t, h.began, 37)
			waitState(t, watcher, conn, s.want)
			run(t, watcher.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
			wantError(t, <-done, 1317, "70100", "Query execution was interrupted")
			waitState(t, watcher, conn, "")
		})
	}
}

// TestWaitingIsSeen: the process list says what keeps calls from being made.
func TestWaitingIsSeen(t *testing.T) {
	for want, rule := range map[string]config.ModelRule{
		"0/1000 rows, 1 calls in flight, 63 waiting for the quota":   {CallsPerMinute: 1},
		"0/1000 rows, 2 calls in flight, 62 waiting for their turn":  {MaxConcurrency: 2},
		"0/1000 rows, 0 calls in flight, 64 waiting for the service": {},
	} {
		t.Run(want, func(t *testing.T) {
			rule.Match, rule.Provider = "*", "scripted"
			kit := stopKit(t, func(c *config.Config) { c.Models = []config.ModelRule{rule} })
			watcher, conn := openSession(t, kit), openSession(t, kit)
			hold(kit, 0)
			if strings.Contains(want, "service") {
				kit.Provider.Answer(func(model.Request) (model.Response, error) {
					return model.Response{}, &model.Error{Kind: model.Throttled, Code: "ThrottlingException", RetryAfter: 20 * time.Second}
				})
			}
			done := conn.begin(kit.Context(), "UPDATE d.t SET answer = d.f(v)")
			waitState(t, watcher, conn, want)
			run(t, watcher.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
			wantError(t, <-done, 1317, "70100", "Query execution was interrupted")
		})
	}
}

// TestProgressOfManyRows: the count stays exact where it has five digits.
func TestProgressOfManyRows(t *testing.T) {
	const rows, answered = 10_200, 10_041
	kit := aheadRows(t, rows)
	h := holdAfter(kit, answered, time.Millisecond)
	watcher, conn := openSession(t, kit), openSession(t, kit)
	done := conn.begin(kit.Context(), "SELECT d.f(v) FROM d.t")
	wait(t, h.began, 64)
	waitState(t, watcher, conn, "10041/10200 rows, 64 calls in flight")
	run(t, watcher.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
	wantError(t, <-done, 1317, "70100", "Query execution was interrupted")
}

// TestMoneyIsSeen: the process list says what a statement has spent, what it will
// have spent, and how long that takes.
func TestMoneyIsSeen(t *testing.T) {
	kit := stopKit(t)
	watcher := openSession(t, kit)
	run(t, watcher.Conn, "CALL airglow.set_price('test.model', 1, 5)")
	for text, want := range map[string]string{
		"SELECT id, d.f(v) FROM d.t":               "412/1000 rows, 37 calls in flight, $0.41 of about $1.00",
		"SELECT d.f(v) FROM d.t WHERE id + 0 >= 0": "412 rows, 37 calls in flight, $0.41",
	} {
		h := hold(kit, 412)
		conn := openSession(t, kit)
		run(t, conn.Conn, "SET airglow_max_concurrency = 37, airglow_reuse = 'statement'")
		done := conn.begin(kit.Context(), text)
		wait(t, h.began, 37)
		waitState(t, watcher, conn, want)
		state := stateOf(t, watcher, conn)
		if known := strings.Contains(want, "/"); timeLeft.MatchString(state) != known {
			t.Errorf("%s: the state is %q", text, state)
		}
		run(t, watcher.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
		wantError(t, <-done, 1317, "70100", "Query execution was interrupted")
	}
}

// TestStates: what calls no model has MySQL's states.
func TestStates(t *testing.T) {
	kit := stopKit(t)
	watcher, sleeper := openSession(t, kit), openSession(t, kit)
	if state := stateOf(t, watcher, sleeper); state != "" {
		t.Errorf("between statements the state is %q", state)
	}
	if state := stateOf(t, watcher, watcher); state != "executing" {
		t.Errorf("of SHOW PROCESSLIST itself the state is %q", state)
	}
	done := sleeper.begin(kit.Context(), "SELECT SLEEP(100)")
	waitState(t, watcher, sleeper, "User sleep")
	run(t, watcher.Conn, fmt.Sprintf("KILL QUERY %d", sleeper.id))
	<-done
	waitState(t, watcher, sleeper, "")
}

// TestLimitCallsFew: for rows that cannot be in the result no more than a small
// window is called. EXISTS needs one row of its subquery, a row that OFFSET skips
// needs none; all others need three.
func TestLimitCallsFew(t *testing.T) {
	const most = 16
	kit := aheadRows(t, 1000)
	kit.Provider.AnswerContext(after(time.Millisecond))
	for _, s := range []struct {
		least int
		text  string
	}{
		{3, "SELECT id, d.f(v) FROM d.t LIMIT 3"},
		{2, "SELECT d.f(v) FROM d.t LIMIT 1, 2"},
		{3, "SELECT d.f(v) FROM d.t ORDER BY id LIMIT 3"},
		{3, "SELECT id FROM d.t WHERE d.f(v) <> '' LIMIT 3"},
		{3, "SELECT id, d.f(v) FROM d.t WHERE d.f(v) <> '' LIMIT 3"},
		{3, "SELECT d.f(v) FROM d.t WHERE v <> '' LIMIT 3"},
		{3, "SELECT a FROM (SELECT d.f(v) AS a FROM d.t) x LIMIT 3"},
		{3, "SELECT * FROM (SELECT id, d.f(v) AS a FROM d.t) x WHERE a <> '' LIMIT 3"},
		{3, "SELECT CASE WHEN d.f(v) <> '' THEN id END FROM d.t LIMIT 3"},
		{3, "SELECT t.id FROM d.t JOIN d.t AS u ON t.id = u.id WHERE d.f(t.v) <> '' LIMIT 3"},
		{3, "SELECT t.id, d.f(u.v) FROM d.t JOIN d.t AS u ON t.v = u.v LIMIT 3"},
		{3, "SELECT d.f(v) FROM d.t UNION ALL SELECT d.f(v) FROM d.t LIMIT 3"},
		{3, "SELECT DISTINCT d.f(v) FROM d.t LIMIT 3"},
		{1, "SELECT id FROM d.t WHERE EXISTS (SELECT 1 FROM d.t AS u WHERE d.f(u.v) <> '') LIMIT 3"},
		{3, "SELECT id, (SELECT d.f(u.v) FROM d.t AS u WHERE u.id = t.id) FROM d.t LIMIT 3"},
		{3, "INSERT INTO d.other SELECT id, d.f(v) FROM d.t LIMIT 3"},
		{3, "UPDATE d.t SET answer = d.f(v) LIMIT 3"},
		{3, "DELETE FROM d.other WHERE d.f(v) = 'nothing' LIMIT 3"},
	} {
		t.Run(s.text, func(t *testing.T) {
			kit.Provider.Reset()
			conn := openSession(t, kit)
			run(t, conn.Conn, s.text)
			if calls := kit.Provider.Calls(); calls < s.least || calls > most {
				t.Errorf("%d calls were made, want %d to %d", calls, s.least, most)
			}
		})
	}
}

// TestEqualInputsCallOnce: 1,000 rows with 50 different inputs are 50 calls.
func TestEqualInputsCallOnce(t *testing.T) {
	const input = `d.f(CONCAT('{"n":', id % 50, '}'))`
	kit := aheadRows(t, 1000)
	kit.Provider.AnswerContext(after(time.Millisecond))
	for _, text := range []string{
		"SELECT " + input + " FROM d.t",
		"SELECT " + input + ", LENGTH(" + input + ") FROM d.t WHERE " + input + " <> '' ORDER BY " + input,
		"SELECT SUM(LENGTH(" + input + ")) FROM d.t",
		"SELECT " + input + " FROM d.t UNION ALL SELECT " + input + " FROM d.t",
		"INSERT INTO d.other SELECT id, " + input + " FROM d.t",
		"UPDATE d.t SET answer = " + input,
		"DELETE FROM d.t WHERE " + input + " = 'nothing'",
	} {
		t.Run(text, func(t *testing.T) {
			kit.Provider.Reset()
			conn := openSession(t, kit)
			run(t, conn.Conn, text)
			if calls := kit.Provider.Calls(); calls != 50 {
				t.Errorf("%d calls were made", calls)
			}
		})
	}
}
