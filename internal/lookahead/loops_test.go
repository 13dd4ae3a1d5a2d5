package lookahead_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// ahead is how many turns of a loop are guessed at most: 16 at first, or what
// the session's calls at once allow.
const ahead = 20

// TestRandomLoops runs random procedures that loop over a cursor with lookahead
// on and off. What they give and what they leave is equal, and every call of the
// plain run is made; those that were guessed wrong are no more than the turns
// that are guessed at once may have.
func TestRandomLoops(t *testing.T) {
	seed := *first
	if seed == 0 {
		seed = uint64(time.Now().Unix())
	}
	t.Logf("seeds from %d", seed)
	b := newBench(t)
	b.must(b.off, "CREATE PROCEDURE sub(n INT, k VARCHAR(200), OUT r INT) BEGIN SET r = score(n, k); IF flag(r) THEN UPDATE t SET n = r WHERE id = 2; END IF; END",
		"CREATE PROCEDURE beside(m INT, k VARCHAR(200), INOUT r INT) BEGIN IF r > 2 THEN CALL sub(m, k, r); ELSE CALL sub(r, 'x', r); END IF; SET @x = score(m, k); END")
	failed, guessed, loops := 0, 0, max(*count/8, 20)
	for i := range loops {
		s, body := RandomLoop(seed + uint64(i))
		b.must(b.off, "DROP PROCEDURE IF EXISTS p", body)
		fault := b.compare(s)
		if b.failed {
			failed++
		}
		guessed += b.guessed
		if *show || fault != "" {
			t.Logf("seed %d: %s\n  %s", s.Seed, body, b.last)
		}
		if fault != "" {
			t.Error(fault)
		}
	}
	t.Logf("%d of %d procedures failed, equally; %d calls were guessed wrong", failed, loops, guessed)
	if failed > loops/3+5 {
		t.Errorf("%d of %d procedures failed: the grammar writes too much that the server does not take", failed, loops)
	}
}

// RandomLoop writes a procedure p and the statement that calls it.
func RandomLoop(seed uint64) (Statement, string) {
	w := &writer{random: rand.New(rand.NewPCG(seed, 1)), plain: true}
	body := w.loop()
	s := Statement{Seed: seed, Text: "CALL p()", Query: true, Changes: true, Failing: w.chance(10)}
	for name, calls := range map[string]int{"f(": 1, "g(": 1, "score(": 1, "flag(": 1, "sentiment": 1, "ready": 1, "sub(": 2, "beside(": 3} {
		s.Guesses += ahead * calls * strings.Count(body, name)
	}
	for range strings.Count(body, "WHILE") / 2 { // each has three turns at most
		s.Guesses *= 3
	}
	return s, body
}

// loop is a procedure that runs over the rows of a cursor.
func (w *writer) loop() string {
	w.budget = 4
	rows := "SELECT r.id, r.n, r.k, r.v FROM " + w.pick("t", "u", "w") + " AS r"
	if w.chance(40) {
		w.scope = []string{"r"}
		rows += " WHERE " + w.condition()
		w.scope = nil
	}
	w.locals, w.budget = true, 8+w.n(12)
	var b strings.Builder
	b.WriteString("CREATE PROCEDURE p() BEGIN DECLARE i, a, failed INT DEFAULT 0; DECLARE s VARCHAR(200) DEFAULT 'a'; ")
	b.WriteString(`DECLARE j VARCHAR(500) DEFAULT '{"n":1}'; DECLARE done BOOL DEFAULT FALSE; `)
	fmt.Fprintf(&b, "DECLARE c CURSOR FOR %s ORDER BY r.id%s; ", rows, w.pick("", " DESC"))
	b.WriteString("DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE; ")
	if w.chance(40) {
		b.WriteString("DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET failed = failed + 1; ")
	}
	b.WriteString("PREPARE ready FROM 'UPDATE t SET k = CONCAT(''x'', score(1, ?)) WHERE id = 3'; OPEN c; l: LOOP FETCH c INTO i, a, s, j; IF done OR failed > 20 THEN LEAVE l; END IF; ")
	b.WriteString(w.steps(4))
	b.WriteString("END LOOP; CLOSE c; SELECT i, a, s, j, failed; END")
	return b.String()
}

// steps are some statements of a turn.
func (w *writer) steps(most int) string {
	var b strings.Builder
	for range 1 + w.n(most) {
		b.WriteString(w.step() + "; ")
	}
	return b.String()
}

func (w *writer) step() string {
	switch w.n(22) {
	case 0, 1:
		return "SET s = LEFT(" + w.text() + ", 100)"
	case 2:
		return "SET a = " + w.number()
	case 3:
		return "SET j = LEFT(" + w.json() + ", 200)"
	case 4, 5:
		return fmt.Sprintf("UPDATE t SET n = %s, k = LEFT(%s, 100) WHERE id = i", w.number(), w.text())
	case 6:
		return fmt.Sprintf("REPLACE INTO %s VALUES (i %% 7 + 40, %s, LEFT(%s, 100), LEFT(%s, 200))", w.pick("u", "tr"), w.number(), w.text(), w.json())
	case 7:
		return "SET @x = " + w.number()
	case 8:
		return "SELECT i, " + w.value()
	case 9:
		return fmt.Sprintf("IF %s THEN %s ELSE %s END IF", w.condition(), w.steps(2), w.steps(2))
	case 10:
		return fmt.Sprintf("IF %s THEN %s l; END IF", w.condition(), w.pick("ITERATE", "LEAVE"))
	case 11:
		return fmt.Sprintf("BEGIN DECLARE a INT DEFAULT %s; %sEND", w.number(), w.steps(2))
	case 12:
		return fmt.Sprintf("SET @q = CONCAT('SELECT score(', IFNULL(%s, 0), ', ''q'')'); PREPARE q FROM @q; EXECUTE q", w.number())
	case 13:
		return fmt.Sprintf("CASE WHEN %s THEN %s WHEN %s THEN %s ELSE %s END CASE", w.condition(), w.steps(2), w.condition(), w.steps(2), w.steps(1))
	case 14:
		return fmt.Sprintf("CASE %s WHEN 1 THEN %s WHEN %s THEN %s ELSE %s END CASE", w.number(), w.steps(1), w.number(), w.steps(2), w.steps(1))
	case 15:
		return fmt.Sprintf("SET @n = %s, @t = %s; PREPARE q FROM 'SELECT score(?, ?) INTO @x'; EXECUTE q USING @n, @t; SET a = @x", w.number(), w.text())
	case 16:
		return fmt.Sprintf("SET @t = LEFT(%s, 100); EXECUTE ready USING @t", w.text())
	case 17:
		return fmt.Sprintf("SELECT %s, LEFT(%s, 100) INTO a, s", w.number(), w.text())
	case 18:
		return fmt.Sprintf("%s(%s, %s, a)", w.pick("CALL sub", "CALL beside"), w.number(), w.text())
	case 19:
		k := w.name("@k")
		return fmt.Sprintf("SET %[1]s = 0; WHILE %[1]s < %[2]d DO SET %[1]s = %[1]s + 1; %[3]sEND WHILE", k, 1+w.n(3), w.steps(2))
	case 20:
		label := w.name("b")
		return fmt.Sprintf("%s: BEGIN DECLARE %s HANDLER FOR SQLEXCEPTION SET failed = failed + 1; IF %s THEN LEAVE %s; END IF; %sEND",
			label, w.pick("EXIT", "CONTINUE"), w.condition(), label, w.steps(2))
	default:
		return "SELECT MAX(id) INTO a FROM t WHERE n = " + w.number()
	}
}
