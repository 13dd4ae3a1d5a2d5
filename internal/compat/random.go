package compat

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Random writes a scenario with a random procedure: variables, blocks, loops,
// cursors, handlers, statements that fail. Equal seeds write equal scenarios.
// It ends whatever it does, because every loop counts.
func Random(seed uint64) Scenario {
	w := &writer{random: rand.New(rand.NewPCG(seed, 0)), budget: 60}
	w.variables = []string{"p1", "p2"}
	called := w.procedure("q", 12)
	body := w.procedure("p", 60)
	return Scenario{
		Name: fmt.Sprintf("random procedure of seed %d", seed),
		Statements: []string{
			called, body, "SET @x = 5", "CALL p(3, @x)", "SELECT @x", "SELECT id, n, s FROM t ORDER BY id",
			"CALL p(0, @x)", "SELECT @x", "SELECT COUNT(*), SUM(n) FROM t",
		},
	}
}

// writer writes one random procedure.
type writer struct {
	random *rand.Rand
	text   strings.Builder
	indent int
	// variables are in scope; labels can be left, and loops iterated as well.
	variables []string
	labels    []string
	loops     []string
	// budget is how many statements may yet be written, names how many names
	// there are.
	budget, names int
	depth         int
	inHandler     bool
	calls         bool
	// exits is true where an EXIT handler may leave the block being written.
	exits bool
}

func (w *writer) procedure(name string, budget int) string {
	w.text.Reset()
	w.budget, w.calls = budget, name == "p"
	w.line("CREATE PROCEDURE %s(IN p1 INT, INOUT p2 INT)", name)
	w.block("")
	return strings.TrimRight(w.text.String(), "; \n")
}

func (w *writer) line(format string, args ...any) {
	w.text.WriteString(strings.Repeat("  ", w.indent))
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

func (w *writer) pick(list ...string) string { return list[w.random.IntN(len(list))] }

func (w *writer) chance(percent int) bool { return w.random.IntN(100) < percent }

func (w *writer) name(prefix string) string {
	w.names++
	return fmt.Sprintf("%s%d", prefix, w.names)
}

func (w *writer) variable() string { return w.pick(w.variables...) }

// expression is a small whole number: sums stay far from the limits of INT.
func (w *writer) expression() string {
	switch w.random.IntN(8) {
	case 0:
		return fmt.Sprint(w.random.IntN(12))
	case 1, 2:
		return w.variable()
	case 3:
		return fmt.Sprintf("(%s + %s) %% 100", w.variable(), w.variable())
	case 4:
		return fmt.Sprintf("(%s * %d - %s) %% 50", w.variable(), w.random.IntN(9), w.variable())
	case 5:
		return fmt.Sprintf("IFNULL(%s, %d)", w.variable(), w.random.IntN(9))
	case 6:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %d END", w.condition(), w.variable(), w.random.IntN(9))
	default:
		return fmt.Sprintf("(SELECT %s(n) %% 100 FROM t WHERE id > %s)", w.pick("MAX", "MIN", "SUM", "COUNT"), w.variable())
	}
}

func (w *writer) condition() string {
	a, b := w.variable(), w.variable()
	switch w.random.IntN(6) {
	case 0:
		return fmt.Sprintf("%s > %d", a, w.random.IntN(20))
	case 1:
		return fmt.Sprintf("%s %% 2 = %d", a, w.random.IntN(2))
	case 2:
		return fmt.Sprintf("%s BETWEEN %d AND %s", a, w.random.IntN(9), b)
	case 3:
		return fmt.Sprintf("%s IS %sNULL", a, w.pick("", "NOT "))
	case 4:
		return fmt.Sprintf("EXISTS (SELECT 1 FROM t WHERE id = %s)", a)
	default:
		return fmt.Sprintf("%s IN (%s, %d, %d) OR NOT %s < 3", a, b, w.random.IntN(9), w.random.IntN(9), b)
	}
}

// block writes BEGIN … END with declarations.
func (w *writer) block(label string) {
	outer, exits := [3][]string{w.variables, w.labels, w.loops}, w.exits
	w.depth++
	begin := "BEGIN"
	if label != "" {
		begin = label + ": BEGIN"
		w.labels = append(w.labels[:len(w.labels):len(w.labels)], label)
	}
	w.line("%s", begin)
	w.indent++
	w.declare()
	for range 2 + w.random.IntN(4) {
		w.statement()
	}
	w.indent--
	w.line("END;")
	w.depth--
	w.variables, w.labels, w.loops, w.exits = outer[0], outer[1], outer[2], exits
}

func (w *writer) declare() {
	for range w.random.IntN(3) {
		name := w.name("v")
		if w.chance(15) && len(w.variables) > 2 {
			name = w.variables[2+w.random.IntN(len(w.variables)-2)] // shadows, or is declared twice
			if strings.HasPrefix(name, "c") {
				continue // a loop counts with it
			}
		}
		w.line("DECLARE %s %s;", name, w.pick("INT", "INT DEFAULT "+fmt.Sprint(w.random.IntN(30)), "BIGINT DEFAULT "+w.variable(), "SMALLINT DEFAULT 7"))
		w.variables = append(w.variables[:len(w.variables):len(w.variables)], name)
	}
	if w.inHandler {
		return
	}
	for range w.random.IntN(3) {
		w.handler()
	}
}

func (w *writer) handler() {
	for_ := w.pick("SQLEXCEPTION", "NOT FOUND", "1062", "SQLSTATE '23000'", "SQLSTATE '45000'", "1339, 1172", "1146", "SQLWARNING, SQLSTATE '45001'", "1242")
	action := w.pick("CONTINUE", "EXIT")
	w.exits = w.exits || action == "EXIT"
	w.line("DECLARE %s HANDLER FOR %s", action, for_)
	outer := [2][]string{w.labels, w.loops}
	w.labels, w.loops, w.inHandler = nil, nil, true
	w.indent++
	if w.chance(40) {
		w.block("")
	} else {
		w.simple()
	}
	w.indent--
	w.labels, w.loops, w.inHandler = outer[0], outer[1], false
}

// maxDepth is how deep blocks nest.
const maxDepth = 5

func (w *writer) statement() {
	w.budget--
	if w.budget < 0 || w.depth >= maxDepth {
		w.simple()
		return
	}
	switch w.random.IntN(14) {
	case 0, 1:
		w.branch()
	case 2:
		w.choose()
	case 3, 4:
		w.loop()
	case 5:
		// Where a handler opens a cursor while the block that failed has one, or
		// an EXIT handler leaves a block with one, MariaDB takes one cursor for
		// another, and may crash.
		if !w.inHandler && !w.exits {
			w.cursor()
		}
	case 6:
		w.block(w.pick("", w.name("b")))
	case 7:
		if len(w.labels) > 0 {
			w.line("IF %s THEN LEAVE %s; END IF;", w.condition(), w.pick(w.labels...))
		}
	case 8:
		if len(w.loops) > 0 {
			w.line("IF %s THEN ITERATE %s; END IF;", w.condition(), w.pick(w.loops...))
		}
	default:
		w.simple()
	}
}

// simple writes a statement that holds no others.
func (w *writer) simple() {
	switch w.random.IntN(14) {
	case 0, 1, 2, 3:
		w.line("SET %s = %s;", w.target(), w.expression())
	case 4:
		// MariaDB keeps the warnings of before over a query without tables.
		w.line("SELECT %s AS a, %s AS b FROM t WHERE id < 3;", w.variable(), w.expression())
	case 5:
		w.line("INSERT INTO t VALUES (ABS(%s) %% 12, %s, CONCAT('r', %s));", w.variable(), w.expression(), w.variable())
	case 6:
		w.line("UPDATE t SET n = %s WHERE id %s ABS(%s) %% 12;", w.expression(), w.pick("=", ">", "<="), w.variable())
	case 7:
		w.line("DELETE FROM t WHERE id = ABS(%s) %% 12;", w.variable())
	case 8:
		w.line("SELECT n INTO %s FROM t WHERE id %s %s;", w.target(), w.pick("=", "=", "<"), w.variable())
	case 9:
		w.line("SIGNAL SQLSTATE '%s' SET MESSAGE_TEXT = 'made up';", w.pick("45000", "45001", "02000", "01000"))
	case 10:
		w.line("SELECT %s FROM nowhere;", w.variable())
	case 11:
		if w.inHandler {
			w.line("RESIGNAL;")
			return
		}
		w.line("SELECT id, n + %s AS x FROM t ORDER BY id LIMIT 3;", w.variable())
	case 12:
		if w.calls {
			w.line("CALL q(%s, %s);", w.expression(), w.target())
			return
		}
		w.line("SELECT 'here', %s FROM t WHERE id = 2;", w.variable())
	default:
		w.line("SET %s = %s, %s = %s;", w.target(), w.expression(), w.target(), w.expression())
	}
}

// target is a variable that may be assigned: not one that a loop counts with.
func (w *writer) target() string {
	for {
		if name := w.variable(); !strings.HasPrefix(name, "c") {
			return name
		}
	}
}

func (w *writer) list() {
	w.indent++
	for range 1 + w.random.IntN(3) {
		w.statement()
	}
	w.simple() // a list is never empty
	w.indent--
}

func (w *writer) branch() {
	w.line("IF %s THEN", w.condition())
	w.list()
	if w.chance(30) {
		w.line("ELSEIF %s THEN", w.condition())
		w.list()
	}
	if w.chance(50) {
		w.line("ELSE")
		w.list()
	}
	w.line("END IF;")
}

func (w *writer) choose() {
	if w.chance(50) {
		w.line("CASE %s", w.expression())
		w.line("WHEN %s THEN", w.expression())
	} else {
		w.line("CASE")
		w.line("WHEN %s THEN", w.condition())
	}
	w.list()
	if w.chance(70) {
		w.line("ELSE")
		w.list()
	}
	w.line("END CASE;")
}

// loop writes a loop of one of the three kinds, in a block with its counter.
func (w *writer) loop() {
	counter, label, turns := w.name("c"), w.name("l"), 1+w.random.IntN(4)
	outer := [3][]string{w.variables, w.labels, w.loops}
	w.depth++
	w.line("BEGIN")
	w.indent++
	w.line("DECLARE %s INT DEFAULT 0;", counter)
	w.variables = append(w.variables[:len(w.variables):len(w.variables)], counter)
	w.labels = append(w.labels[:len(w.labels):len(w.labels)], label)
	w.loops = append(w.loops[:len(w.loops):len(w.loops)], label)
	kind := w.random.IntN(3)
	w.line("%s", [...]string{label + ": LOOP", fmt.Sprintf("%s: WHILE %s < %d DO", label, counter, turns), label + ": REPEAT"}[kind])
	w.indent++
	w.line("SET %s = %s + 1;", counter, counter)
	w.line("IF %s > %d THEN LEAVE %s; END IF;", counter, turns, label)
	w.indent--
	w.list()
	w.line("%s", [...]string{"END LOOP " + label + ";", "END WHILE;", fmt.Sprintf("UNTIL %s >= %d END REPEAT;", counter, turns)}[kind])
	w.indent--
	w.line("END;")
	w.depth--
	w.variables, w.labels, w.loops = outer[0], outer[1], outer[2]
}

// cursor writes a loop over the rows of a query.
func (w *writer) cursor() {
	key, value, done, name, label := w.name("k"), w.name("w"), w.name("c"), w.name("r"), w.name("l")
	outer := [3][]string{w.variables, w.labels, w.loops}
	w.depth++
	w.line("BEGIN")
	w.indent++
	w.line("DECLARE %s, %s, %s INT DEFAULT 0;", key, value, done)
	w.line("DECLARE %s CURSOR FOR SELECT id, n FROM t WHERE id > %s ORDER BY id;", name, w.variable())
	w.line("DECLARE CONTINUE HANDLER FOR NOT FOUND SET %s = 100;", done)
	w.variables = append(w.variables[:len(w.variables):len(w.variables)], key, value, done)
	w.labels = append(w.labels[:len(w.labels):len(w.labels)], label)
	w.loops = append(w.loops[:len(w.loops):len(w.loops)], label)
	w.line("OPEN %s;", name)
	w.line("%s: LOOP", label)
	w.indent++
	w.line("SET %s = %s + 1;", done, done)
	w.line("FETCH %s INTO %s, %s;", name, key, value)
	w.line("IF %s > 8 THEN LEAVE %s; END IF;", done, label)
	w.indent--
	w.list()
	w.line("END LOOP;")
	if w.chance(70) {
		w.line("CLOSE %s;", name)
	}
	w.indent--
	w.line("END;")
	w.depth--
	w.variables, w.labels, w.loops = outer[0], outer[1], outer[2]
}
