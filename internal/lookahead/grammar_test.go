package lookahead_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Statement is a random statement.
type Statement struct {
	Seed uint64
	Text string
	// Parameters are the values of the question marks in Text.
	Parameters []any
	// Query is true when it gives rows, Ordered when their order is said, Limited
	// when it need not evaluate all rows.
	Query, Ordered, Limited bool
	// Changes is true when a query leaves other tables than it found.
	Changes bool
	// Guesses is how many calls may be made that the plain run does not make.
	Guesses int
	// Creates is the table that it makes, if any.
	Creates string
	// Many is true when it is about the table of many rows, of which more are read
	// ahead.
	Many bool
	// Failing is true when some model calls are to fail, Forgiving when their rows
	// get NULL then.
	Failing, Forgiving bool
	// Choices are those that Text was written by.
	Choices []int
}

// String is the text with its parameters.
func (s Statement) String() string {
	if len(s.Parameters) == 0 {
		return s.Text
	}
	return fmt.Sprintf("%s with %v", s.Text, s.Parameters)
}

// Random writes a statement. Equal seeds write equal statements.
func Random(seed uint64) Statement {
	w := &writer{random: rand.New(rand.NewPCG(seed, 0))}
	s := w.statement()
	s.Seed = seed
	return s
}

// Replay writes the statement of some choices; where they end, the simplest is
// chosen.
func Replay(choices []int) Statement {
	w := &writer{given: choices}
	return w.statement()
}

// writer writes one random statement. All relations have the columns id, n, k
// and v, so that any can stand for another.
type writer struct {
	random *rand.Rand
	given  []int
	made   []int
	// budget is how many expressions may yet be written that hold others.
	budget, names int
	// scope are the relations whose columns can be named.
	scope      []string
	parameters []any
	// depth is how many SELECTs are open: the engine evaluates subqueries in
	// subqueries for every row, which takes long.
	depth    int
	limited  bool
	prepared bool
	// plain is true where no subquery may stand, nested where there are to be many.
	plain, nested bool
	// locals is true where a procedure's variables can be named.
	locals bool
}

// n chooses a number below limit. Zero is the simplest.
func (w *writer) n(limit int) int {
	choice := 0
	switch at := len(w.made); {
	case w.random != nil:
		choice = w.random.IntN(limit)
	case at < len(w.given):
		choice = w.given[at] % limit
	}
	w.made = append(w.made, choice)
	return choice
}

func (w *writer) pick(list ...string) string { return list[w.n(len(list))] }

func (w *writer) chance(percent int) bool { return w.n(100) >= 100-percent }

func (w *writer) name(prefix string) string {
	w.names++
	return fmt.Sprintf("%s%d", prefix, w.names)
}

// nests reports whether a subquery is to be written.
func (w *writer) nests() bool { return w.nested && w.mayNest() && w.chance(35) }

// mayNest reports whether a subquery may be written.
func (w *writer) mayNest() bool { return !w.plain && w.depth < 2 && w.budget >= 6 }

// small reports whether the budget is used up.
func (w *writer) small() bool {
	w.budget--
	return w.budget < 0
}

func (w *writer) column(name string) string {
	if len(w.scope) == 0 && w.locals {
		return map[string]string{"id": "i", "n": "a", "k": "s", "v": "j"}[name]
	}
	if len(w.scope) == 0 {
		return map[string]string{"id": "1", "n": "3", "k": "'a'", "v": `'{"n":1}'`}[name]
	}
	if from := w.pick(w.scope...); from != "VALUES" {
		return from + "." + name
	}
	return "VALUES(" + name + ")"
}

func (w *writer) list(most int, one func() string) string {
	texts := make([]string, 1+w.n(most))
	for i := range texts {
		texts[i] = one()
	}
	return strings.Join(texts, ", ")
}

// value is an expression of any type.
func (w *writer) value() string {
	switch w.n(4) {
	case 0:
		return w.number()
	case 1:
		return w.text()
	case 2:
		return w.json()
	default:
		return w.condition()
	}
}

// number is a small whole number, or NULL.
func (w *writer) number() string {
	if w.small() {
		return w.column(w.pick("n", "id"))
	}
	if w.nests() {
		return w.scalar("n")
	}
	switch w.n(18) {
	case 0, 1, 16, 17:
		return w.column(w.pick("n", "id"))
	case 2, 3, 4, 5:
		return fmt.Sprintf("score(%s, %s)", w.number(), w.text())
	case 6:
		return fmt.Sprint(w.n(5))
	case 7:
		return fmt.Sprintf("(%s %s %s)", w.number(), w.pick("+", "-", "*", "%"), w.number())
	case 8:
		return w.either(w.number)
	case 9:
		return fmt.Sprintf("LENGTH(%s)", w.text())
	case 10:
		return fmt.Sprintf("JSON_EXTRACT(%s, '$.n')", w.json())
	case 11:
		return fmt.Sprintf("ROUND(4 * aws_comprehend_detect_sentiment_confidence(%s, 'en'))", w.text())
	case 12:
		return w.scalar("n")
	case 13:
		return w.pick("@x", "(RAND() < 2)", "LENGTH(UUID())", "(NOW() IS NULL)")
	case 14:
		return w.parameter(int64(w.n(4)))
	default:
		return fmt.Sprintf("%s(%s, %s)", w.pick("GREATEST", "LEAST", "MOD", "FIELD"), w.number(), w.number())
	}
}

func (w *writer) text() string {
	if w.small() {
		return w.column(w.pick("k", "v"))
	}
	switch w.n(14) {
	case 0, 1, 12, 13:
		return w.column("k")
	case 2:
		return w.json()
	case 3, 4:
		return fmt.Sprintf("aws_comprehend_detect_sentiment(%s, 'en')", w.text())
	case 5:
		return fmt.Sprintf("CONCAT(%s, %s)", w.text(), w.text())
	case 6:
		return w.either(w.text)
	case 7:
		return fmt.Sprintf("%s(%s)", w.pick("UPPER", "REVERSE", "TRIM", "MD5"), w.text())
	case 8:
		return w.scalar("k")
	case 9:
		return w.parameter(w.pick("a", "good", "b"))
	case 10:
		return fmt.Sprintf("SUBSTRING(%s, 1, %s)", w.text(), w.number())
	default:
		return "'" + w.pick("a", "bad", "x y") + "'"
	}
}

func (w *writer) json() string {
	if w.small() {
		return w.column("v")
	}
	switch w.n(12) {
	case 0, 1, 10, 11:
		return w.column("v")
	case 2, 3, 4:
		return fmt.Sprintf("f(%s)", w.json())
	case 5:
		return fmt.Sprintf("g(%s)", w.json())
	case 6, 7:
		return fmt.Sprintf("JSON_OBJECT('n', %s)", w.value())
	case 8:
		return w.either(w.json)
	default:
		return fmt.Sprintf("f(JSON_OBJECT('x', %s))", w.number())
	}
}

// either is a choice between expressions of a type.
func (w *writer) either(of func() string) string {
	switch w.n(7) {
	case 0:
		return fmt.Sprintf("IF(%s, %s, %s)", w.condition(), of(), of())
	case 1:
		return fmt.Sprintf("CASE WHEN %s THEN %s WHEN %s THEN %s END", w.condition(), of(), w.condition(), of())
	case 2:
		return fmt.Sprintf("CASE %s WHEN %s THEN %s ELSE %s END", w.number(), w.number(), of(), of())
	case 3:
		return fmt.Sprintf("COALESCE(%s, %s, %s)", of(), of(), of())
	case 4:
		return fmt.Sprintf("IFNULL(%s, %s)", of(), of())
	case 5:
		return fmt.Sprintf("NULLIF(%s, %s)", of(), of())
	default:
		return fmt.Sprintf("ELT(%s, %s, %s)", w.number(), of(), of())
	}
}

func (w *writer) condition() string {
	if w.small() {
		return w.column("n") + w.pick(" > 1", " IS NOT NULL", " <= 3")
	}
	if w.nests() {
		return w.subcondition()
	}
	switch w.n(17) {
	case 0:
		return w.column("n") + w.pick(" > 1", " IS NOT NULL", " <= 3")
	case 1, 2:
		return fmt.Sprintf("flag(%s)", w.number())
	case 3:
		return fmt.Sprintf("%s %s %s", w.number(), w.pick("=", "<", ">=", "<>", "<=>"), w.number())
	case 4:
		return fmt.Sprintf("%s %s %s", w.text(), w.pick("=", "<", ">=", "<>", "<=>"), w.text())
	case 5, 6:
		return fmt.Sprintf("(%s AND %s)", w.condition(), w.condition())
	case 7:
		return fmt.Sprintf("(%s OR %s)", w.condition(), w.condition())
	case 8:
		return fmt.Sprintf("(%s XOR %s)", w.condition(), w.condition())
	case 9:
		return fmt.Sprintf("NOT (%s)", w.condition())
	case 10:
		return fmt.Sprintf("%s %sIN (%s)", w.number(), w.pick("", "NOT "), w.list(3, w.number))
	case 11:
		return fmt.Sprintf("%s BETWEEN %s AND %s", w.number(), w.number(), w.number())
	case 12:
		return fmt.Sprintf("%s %s '%s'", w.text(), w.pick("LIKE", "NOT LIKE"), w.pick("%a%", "P%", "_"))
	case 13:
		return fmt.Sprintf("%s REGEXP '%s'", w.text(), w.pick("^[a-c]", "POS", "n"))
	case 14:
		return w.subcondition()
	case 15:
		return fmt.Sprintf("%s IS %sNULL", w.value(), w.pick("", "NOT "))
	default:
		return fmt.Sprintf("(%s, %s) = (%s, %s)", w.number(), w.text(), w.number(), w.text())
	}
}

// conjunction is several conditions, most of which call models.
func (w *writer) conjunction() string {
	list := make([]string, 2+w.n(3))
	for i := range list {
		list[i] = w.dear()
	}
	return strings.Join(list, " AND ")
}

// dear is a condition that mostly calls a model, with inputs that recur more or
// less, for which more or fewer rows are true.
func (w *writer) dear() string {
	switch w.n(12) {
	case 0, 1:
		return fmt.Sprintf("flag(%s)", w.column("id"))
	case 2:
		return fmt.Sprintf("flag(%s)", w.column("n"))
	case 3, 4:
		return fmt.Sprintf("score(%s, %s) %s %d", w.column("id"), w.column("k"), w.pick("<", "=", "<>", ">"), w.n(5))
	case 5:
		return fmt.Sprintf("score(%s, 'x') IN (%d, 3)", w.column("n"), w.n(5))
	case 6:
		return fmt.Sprintf("f(%s) LIKE '%%%d%%'", w.column("v"), w.n(10))
	case 7:
		return fmt.Sprintf("g(f(%s)) <> '{\"n\":%d}'", w.column("v"), w.n(4))
	case 8:
		return fmt.Sprintf("aws_comprehend_detect_sentiment(%s, 'en') = '%s'", w.column("k"), w.pick("POSITIVE", "MIXED"))
	case 9:
		return w.column("n") + w.pick(" > 1", " IS NOT NULL", " <= 3")
	case 10:
		return fmt.Sprintf("(flag(%s) OR flag(%s))", w.column("n"), w.column("id"))
	default:
		return w.condition()
	}
}

// parameter is a value that a prepared statement gets.
func (w *writer) parameter(value any) string {
	if w.prepared {
		w.parameters = append(w.parameters, value)
		return "?"
	}
	if text, ok := value.(string); ok {
		return "'" + text + "'"
	}
	return fmt.Sprint(value)
}
