package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"airglow/internal/testkit"
)

// loopTurns are what a loop over the rows (i, b) of a cursor does in one turn. Each
// asks the model about b once, or about a text that follows from it.
var loopTurns = []struct{ name, turn string }{
	{"update", "UPDATE d.t SET answer = d.f(b) WHERE id = i;"},
	{"prepared in the turn, with values", "SET @b = b, @i = i; PREPARE s FROM 'UPDATE d.t SET answer = d.f(?) WHERE id = ?'; EXECUTE s USING @b, @i; DEALLOCATE PREPARE s;"},
	{"prepared before the loop", "SET @b = b, @i = i; EXECUTE ready USING @b, @i;"},
	{"prepared before the CALL", "SET @b = b, @i = i; EXECUTE early USING @b, @i;"},
	{"prepared, with a result", "SET @b = b; PREPARE s FROM 'SELECT d.f(?) INTO @a'; EXECUTE s USING @b; UPDATE d.t SET answer = @a WHERE id = i;"},
	{"searched case", "CASE WHEN i % 2 = 0 THEN UPDATE d.t SET answer = d.f(b) WHERE id = i; ELSE UPDATE d.t SET answer = CONCAT(d.f(b), 'odd') WHERE id = i; END CASE;"},
	{"case of a number", "CASE i % 3 WHEN 0 THEN UPDATE d.t SET answer = d.f(b) WHERE id = i; WHEN 1 THEN SET x = d.f(b); ELSE INSERT INTO d.other VALUES (i, d.f(b)); END CASE;"},
	{"case of a call", "CASE d.f(b) WHEN 'none' THEN SET k = 1; ELSE UPDATE d.t SET answer = 'some' WHERE id = i; END CASE;"},
	{"case of an unknown value", "CASE WHEN tot > 1000000 THEN SET k = 1; ELSE SET tot = tot + 1; END CASE; UPDATE d.t SET answer = d.f(b) WHERE id = i;"},
	{"a sum", "SET tot = tot + LENGTH(d.f(b));"},
	{"a text that grows", "SET x = CONCAT(IFNULL(x, ''), LEFT(d.f(b), 3));"},
	{"select into", "SELECT d.f(b) INTO x; UPDATE d.t SET answer = x WHERE id = i;"},
	{"insert values", "INSERT INTO d.other VALUES (i, d.f(b));"},
	{"upsert", "INSERT INTO d.upserted VALUES (i, d.f(b)) ON DUPLICATE KEY UPDATE v = d.f(b);"},
	{"if", "IF d.f(b) = 'none' THEN SET k = 1; ELSE UPDATE d.t SET answer = 'some' WHERE id = i; END IF;"},
	{"after an unknown if", "IF EXISTS (SELECT 1 FROM d.other WHERE id = i) THEN DELETE FROM d.other WHERE id = i; END IF; UPDATE d.t SET answer = d.f(b) WHERE id = i;"},
	{"in an argument", "UPDATE d.t SET answer = CONCAT('<', UPPER(d.f(b)), '>') WHERE id = i;"},
	{"nested block with a handler", "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SET k = k + 1; UPDATE d.t SET answer = d.f(b) WHERE id = i; END;"},
	{"leave a block", "one: BEGIN IF i % 2 = 0 THEN LEAVE one; END IF; SET k = k + 1; END; UPDATE d.t SET answer = d.f(b) WHERE id = i;"},
	{"iterate", "UPDATE d.t SET answer = d.f(b) WHERE id = i; IF i % 2 = 0 THEN ITERATE l; END IF; SET k = k + 1;"},
	{"loop within", "SET k = 0; WHILE k < 3 DO SET k = k + 1; IF k = 2 THEN SET x = d.f(b); END IF; END WHILE;"},
	{"another procedure", "CALL d.one(i, b);"},
	{"another procedure's result", "CALL d.composed(b, x); UPDATE d.t SET answer = d.f(x) WHERE id = i;"},
	{"procedures of procedures", "CALL d.through(i, b);"},
	{"transactions", "START TRANSACTION; UPDATE d.t SET answer = d.f(b) WHERE id = i; COMMIT;"},
	{"diagnostics", "GET DIAGNOSTICS k = NUMBER; DO d.f(b);"},
	{"few rows ask", "IF i >= 20 THEN UPDATE d.t SET answer = d.f(b) WHERE id = i; ELSE DO d.f(b); END IF;"},
	{"rows without a call", "IF i < 5 THEN SET k = 0; DO d.f(JSON_OBJECT('first', i)); END IF; IF i >= 5 THEN DO d.f(b); END IF;"},
}

// loopForms are ways to write the loop around a turn.
var loopForms = []struct{ name, loop string }{
	{"loop", "l: LOOP FETCH c INTO i, b; IF done THEN LEAVE l; END IF; %s END LOOP;"},
	{"while", "FETCH c INTO i, b; l: WHILE NOT done DO SET k = k + 0; %s FETCH c INTO i, b; END WHILE;"},
	{"repeat", "l: REPEAT FETCH c INTO i, b; IF NOT done THEN %s END IF; UNTIL done END REPEAT;"},
	{"repeat, fetched at the end", "FETCH c INTO i, b; l: REPEAT %s FETCH c INTO i, b; UNTIL done END REPEAT;"},
}

// loopProcedure makes the procedure d.p of a loop.
func loopProcedure(kit *testkit.Kit, form, turn string) {
	kit.Exec("DROP PROCEDURE IF EXISTS d.p", `CREATE PROCEDURE d.p() BEGIN
		DECLARE i, k, tot INT DEFAULT 0; DECLARE b, x TEXT; DECLARE done BOOL DEFAULT FALSE;
		DECLARE c CURSOR FOR SELECT id, v FROM d.t ORDER BY id;
		DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
		PREPARE ready FROM 'UPDATE d.t SET answer = d.f(?) WHERE id = ?';
		OPEN c; `+fmt.Sprintf(form, turn)+` CLOSE c; SELECT k, tot, x; END`)
}

// loopRows makes the table of the loops and the procedures that they call.
func loopRows(t *testing.T, rows int) *testkit.Kit {
	kit := aheadRows(t, rows)
	kit.Exec("CREATE TABLE d.upserted (id INT PRIMARY KEY, v TEXT)",
		"CREATE PROCEDURE d.one(IN n INT, IN body TEXT) BEGIN DECLARE a TEXT; SET a = d.f(body); UPDATE d.t SET answer = a WHERE id = n; END",
		"CREATE PROCEDURE d.composed(IN body TEXT, OUT request TEXT) SET request = JSON_OBJECT('of', body)",
		"CREATE PROCEDURE d.through(n INT, body TEXT) BEGIN IF n >= 0 THEN CALL d.one(n, body); END IF; END")
	return kit
}

// TestLoopsRunSideBySide: a loop over a cursor whose calls follow from the fetched
// row has as many under way as it may, makes those of the plain run and no others,
// and leaves the same.
func TestLoopsRunSideBySide(t *testing.T) {
	const rows, most = 40, 10
	kit := loopRows(t, rows)
	for _, turn := range loopTurns {
		t.Run(turn.name, func(t *testing.T) { compareLoop(t, kit, loop{loopForms[0].loop, turn.turn, most, rows}) })
	}
	for _, form := range loopForms[1:] {
		for _, turn := range []int{0, 5, 9, 21} {
			if strings.Contains(form.name, "end") && strings.Contains(loopTurns[turn].turn, "ITERATE") {
				continue
			}
			t.Run(form.name+" "+loopTurns[turn].name, func(t *testing.T) {
				compareLoop(t, kit, loop{form.loop, loopTurns[turn].turn, most, rows})
			})
		}
	}
}

type loop struct {
	form, turn  string
	most, calls int
}

func compareLoop(t *testing.T, kit *testkit.Kit, l loop) {
	loopProcedure(kit, l.form, l.turn)
	off, calls, _ := runLoop(t, kit, "OFF", l)
	on, ahead, most := runLoop(t, kit, "ON", l)
	if !slices.Equal(on, off) {
		t.Errorf("with lookahead it leaves\n%s\nwithout\n%s", strings.Join(on, "\n"), strings.Join(off, "\n"))
	}
	if !slices.Equal(ahead, calls) || len(calls) != l.calls {
		t.Errorf("%d calls were made with lookahead, %d without", len(ahead), len(calls))
	}
	if most != l.most {
		t.Errorf("%d calls were under way at once, not %d", most, l.most)
	}
}

// runLoop runs d.p. It returns what it gives and leaves, the calls, and how many were
// under way at once.
func runLoop(t *testing.T, kit *testkit.Kit, lookahead string, l loop) (left, calls []string, most int) {
	kit.Exec("DELETE FROM d.other", "DELETE FROM d.upserted", "UPDATE d.t SET answer = NULL")
	kit.Provider.Reset()
	latency := time.Millisecond
	if lookahead == "ON" {
		latency = 60 * answerFactor * time.Millisecond
	}
	kit.Provider.AnswerContext(after(latency))
	conn := openSession(t, kit)
	run(t, conn.Conn, fmt.Sprintf("SET airglow_max_concurrency = %d, airglow_lookahead = %s", l.most, lookahead))
	run(t, conn.Conn, "PREPARE early FROM 'UPDATE d.t SET answer = d.f(?) WHERE id = ?'")
	left = texts(t, conn, "CALL d.p()")
	for _, query := range []string{"SELECT id, answer FROM d.t ORDER BY id", "SELECT * FROM d.other ORDER BY id", "SELECT * FROM d.upserted ORDER BY id"} {
		left = append(left, texts(t, conn, query)...)
	}
	for _, r := range kit.Provider.Requests() {
		calls = append(calls, string(r.Body))
	}
	return left, slices.Sorted(slices.Values(calls)), kit.Provider.MostAtOnce()
}

// texts are the rows of a query as text.
func texts(t *testing.T, conn session, query string) []string {
	rows, err := conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s", values))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

// TestLoopsThatNeedNoCalls: a loop whose statements do not come to their calls, as
// their rows have answers, makes few that it does not need, however many rows there
// are.
func TestLoopsThatNeedNoCalls(t *testing.T) {
	const rows = 300
	kit := loopRows(t, rows)
	loopProcedure(kit, loopForms[0].loop, "UPDATE d.t SET answer = d.f(b) WHERE id = i AND answer IS NULL;")
	kit.Exec("UPDATE d.t SET answer = 'known'")
	kit.Provider.Reset()
	conn := openSession(t, kit)
	run(t, conn.Conn, "CALL d.p()")
	if n := kit.Provider.Calls(); n > 3*16 {
		t.Errorf("%d calls were made that no row needed", n)
	}
}
