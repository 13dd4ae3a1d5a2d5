package lookahead_test

import (
	"fmt"
	"strings"
)

// statement writes one.
func (w *writer) statement() (s Statement) {
	w.budget = 3 + w.n(5)*w.n(5)
	s.Failing, w.prepared, w.nested = w.chance(8), w.chance(15), w.chance(30)
	s.Forgiving = s.Failing && w.chance(50)
	if w.nested {
		w.budget += 8
	}
	switch w.n(26) {
	default:
		s.Query = true
		s.Text, s.Ordered = w.query()
	case 12:
		s.Text = w.update()
	case 13:
		s.Text = w.updateJoined()
	case 14:
		s.Text = w.delete()
	case 15, 16:
		s.Text = w.insert()
	case 17:
		s.Text = w.insertSelect()
	case 18:
		s.Text, s.Creates = "CREATE TABLE made AS "+w.selection("id", "n", "k", "v"), "made"
	case 19:
		s.Text = w.deleteJoined()
	case 20, 21:
		s.Query, s.Many = true, true
		s.Text, s.Ordered = w.filtered()
	case 22:
		s.Many = true
		s.Text = w.filteredChange()
	case 23, 24, 25:
		s.Text = w.upsert()
	}
	s.Parameters, s.Limited, s.Choices = w.parameters, w.limited, w.made
	return s
}

// query is a SELECT of any form.
func (w *writer) query() (text string, ordered bool) {
	switch w.n(14) {
	default:
		return w.simple()
	case 4, 5:
		return w.grouped()
	case 6, 7:
		return w.windowed()
	case 8:
		return w.union()
	case 9:
		return w.common()
	case 10:
		return w.recursive(), true
	case 11:
		return w.aggregated(), true
	case 12:
		return w.lookedUp(), false
	case 13:
		return w.late(), true
	}
}

// lookedUp joins two tables by an index, with conditions on the rows of both.
func (w *writer) lookedUp() string {
	w.scope = []string{"t", "u"}
	defer func() { w.scope = nil }()
	hint := w.pick("JOIN_ORDER(t, u) LOOKUP_JOIN(t, u)", "JOIN_ORDER(u, t) LOOKUP_JOIN(u, t)")
	on := w.pick("u.n = t.id", "t.id = u.id")
	return "SELECT /*+ " + hint + " */ t.id, u.id, " + w.value() + " FROM t JOIN u ON " + on + " AND " + w.dear() + " WHERE " + w.conjunction()
}

// late has LIMIT and OFFSET above the select list of a derived table.
func (w *writer) late() string {
	w.limited = true
	return "SELECT * FROM (" + w.selection("id", "n", "k", "v") + ") AS z ORDER BY " + w.pick("id", "id DESC") +
		", n, k, v" + fmt.Sprintf(" LIMIT %d", w.n(5)) + w.pick("", " OFFSET 2")
}

func (w *writer) simple() (text string, ordered bool) {
	from, leave := w.from()
	defer leave()
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s%s AS a, %s AS b", w.pick("", "", "", "DISTINCT "), w.number(), w.list(2, w.value))
	fmt.Fprintf(&b, " FROM %s%s", from, w.where())
	if w.chance(10) {
		b.WriteString(w.pick(" HAVING a > 1", " HAVING flag(a)", " HAVING a AND score(a, b) < 3", " HAVING score(a, b) IS NOT NULL"))
	}
	tail, ordered := w.tail(w.value)
	return b.String() + tail, ordered
}

// tail is ORDER BY and LIMIT.
func (w *writer) tail(key func() string) (text string, ordered bool) {
	if w.chance(40) {
		text, ordered = " ORDER BY "+w.list(3, func() string { return key() + w.pick("", " DESC", " ASC") }), true
	}
	if w.chance(15) {
		w.limited = true
		text += fmt.Sprintf(" LIMIT %d%s", w.n(5), w.pick("", " OFFSET 2"))
	}
	return text, ordered
}

func (w *writer) where() string {
	switch {
	case w.chance(50):
		return " WHERE " + w.condition()
	case w.chance(20):
		return " WHERE " + w.conjunction()
	}
	return ""
}

// filtered is a SELECT of so many rows that the order of its conditions is
// learned.
func (w *writer) filtered() (text string, ordered bool) {
	w.budget = min(w.budget, 6)
	w.scope = []string{"many"}
	defer func() { w.scope = nil }()
	switch w.n(6) {
	default:
		text = fmt.Sprintf("SELECT id, %s AS a FROM many WHERE %s", w.number(), w.conjunction())
		if w.chance(20) {
			text += " HAVING flag(a) AND score(a, 'x') < 3"
		}
		if w.chance(20) {
			w.limited = true
			return text + fmt.Sprintf(" LIMIT %d", w.n(90)), false
		}
		return text + " ORDER BY id", true
	case 4:
		return fmt.Sprintf("SELECT k, COUNT(%s) AS a FROM many WHERE %s GROUP BY k HAVING flag(a) AND score(a, k) < 3 AND k <> 'b'", w.number(), w.conjunction()), false
	case 5: // a run of the inner SELECT for each row of the outer one
		w.scope = []string{"many", "t"}
		return fmt.Sprintf("SELECT id, (SELECT COUNT(*) FROM many WHERE many.n = t.n AND %s) FROM t ORDER BY id", w.conjunction()), true
	}
}

// filteredChange changes as many.
func (w *writer) filteredChange() string {
	w.budget = min(w.budget, 6)
	w.scope, w.plain = []string{"many"}, true
	defer func() { w.scope, w.plain = nil, false }()
	if w.chance(50) {
		return "DELETE FROM many WHERE " + w.conjunction()
	}
	return "UPDATE many SET " + w.set("many") + " WHERE " + w.conjunction()
}

// from is a FROM clause, whose relations are in scope until leave.
func (w *writer) from() (text string, leave func()) {
	outer := w.scope
	text = w.relation()
	inner := append([]string{}, w.last())
	for w.chance(25) && len(inner) < 3-w.depth {
		if w.names == 1 && w.chance(50) || w.chance(10) { // the engine takes long over many laterals
			w.scope = append(append([]string{}, outer...), inner...)
			lateral := w.selection("id", "n", "k", "v")
			inner = append(inner, w.name("l"))
			text += " JOIN LATERAL (" + lateral + ") AS " + inner[len(inner)-1]
			continue
		}
		w.scope = outer
		next := w.relation()
		inner = append(inner, w.last())
		w.scope = append(append([]string{}, outer...), inner...)
		switch w.n(7) {
		case 0, 1, 2:
			text += " JOIN " + next + " ON " + w.on(inner)
		case 3, 4, 5:
			text += w.pick(" LEFT", " RIGHT") + " JOIN " + next + " ON " + w.on(inner)
		default:
			text += " CROSS JOIN " + next
		}
	}
	w.scope = append(append([]string{}, outer...), inner...)
	return text, func() { w.scope = outer }
}

func (w *writer) last() string { return w.scope[len(w.scope)-1] }

// on is a join condition, mostly with an equality that hash, merge and lookup
// joins work by.
func (w *writer) on(inner []string) string {
	a, b := inner[len(inner)-1], inner[len(inner)-2]
	switch w.n(6) {
	case 0:
		return fmt.Sprintf("%s.id = %s.id", b, a)
	case 1:
		return fmt.Sprintf("%s.n = %s.n AND %s", b, a, w.condition())
	case 2:
		return fmt.Sprintf("%s.id = %s.id AND %s", b, a, w.condition())
	case 3:
		return fmt.Sprintf("score(%s.n, %s.k) = %s.n", b, b, a)
	case 4:
		return fmt.Sprintf("g(%s.v) = g(%s.v)", b, a)
	default:
		return w.condition()
	}
}

// relation is a table, view or derived table. Its name is put in scope.
func (w *writer) relation() string {
	name := w.name("r")
	text := ""
	choice := w.n(10)
	if w.small() || w.depth > 1 {
		choice = 0
	}
	switch choice {
	default:
		text = w.pick("t", "t", "u")
	case 5:
		text = "w"
	case 6, 7:
		text = "(" + w.alone(func() string { return w.selection("id", "n", "k", "v") }) + ")"
	case 8:
		text = "(" + w.alone(func() string {
			return w.selection("id", "n", "k", "v") + " UNION " + w.pick("", "ALL ") + w.selection("id", "n", "k", "v")
		}) + ")"
	case 9:
		text = "(" + w.alone(w.gathered) + ")"
	}
	w.scope = append(append([]string{}, w.scope...), name)
	return text + " AS " + name
}

// alone writes what cannot name the columns outside it.
func (w *writer) alone(write func() string) string {
	outer := w.scope
	w.scope = nil
	defer func() { w.scope = outer }()
	return write()
}

// selection is a SELECT of some of the columns that all relations have.
func (w *writer) selection(columns ...string) string {
	w.depth++
	defer func() { w.depth-- }()
	from, leave := w.from()
	defer leave()
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = w.columnValue(column) + " AS " + column
	}
	where := w.where()
	if w.chance(8) {
		tail, _ := w.tail(w.value)
		where += tail
	}
	return "SELECT " + w.pick("", "", "", "DISTINCT ") + strings.Join(list, ", ") + " FROM " + from + where
}

// gathered is a SELECT of groups, with the columns that all relations have, which
// models are asked for.
func (w *writer) gathered() string {
	w.depth++
	defer func() { w.depth-- }()
	from, leave := w.from()
	defer leave()
	prepared := w.prepared
	w.prepared = false // the key is written twice
	key := w.text()
	w.prepared = prepared
	number := w.pick("score(SUM(%[1]s), MAX(%[2]s))", "score(COUNT(*), %[3]s)", "MAX(score(%[1]s, %[2]s)) + flag(COUNT(%[1]s))")
	text := "SELECT MAX(" + w.last() + ".id) AS id, " + fmt.Sprintf(number, w.number(), w.text(), key) + " AS n, "
	if w.chance(25) {
		return text + fmt.Sprintf("aws_comprehend_detect_sentiment(MAX(%s), 'en') AS k, g(f(MAX(%s))) AS v FROM %s%s",
			w.text(), w.json(), from, w.where())
	}
	return text + fmt.Sprintf("%s AS k, f(JSON_OBJECT('c', COUNT(*), 'v', MAX(%s))) AS v FROM %s%s GROUP BY %s",
		key, w.json(), from, w.where(), key)
}

// columnValue is an expression of a column's type.
func (w *writer) columnValue(column string) string {
	switch column {
	case "n":
		return w.number()
	case "k":
		return w.text()
	case "v":
		return w.json()
	}
	return w.last() + ".id"
}

// scalar is a subquery of one row.
func (w *writer) scalar(column string) string {
	if !w.mayNest() {
		return w.column(column)
	}
	outer := w.column(w.pick("id", "n"))
	w.depth++
	defer func() { w.depth-- }()
	from, leave := w.from()
	defer leave()
	value := w.columnValue(column)
	switch w.n(8) {
	case 7:
		return w.tabled(outer, value, from)
	case 4:
		return fmt.Sprintf("(SELECT %s FROM %s WHERE %s.id = %s)", value, from, w.last(), outer)
	case 5:
		return fmt.Sprintf("(SELECT %s(%s) FROM %s WHERE %s.n = %s AND %s)", w.pick("MAX", "GROUP_CONCAT", "COUNT"), value, from, w.last(), outer, w.condition())
	case 6:
		return fmt.Sprintf("(SELECT %s FROM %s WHERE %s.id = %s AND %s)", value, from, w.last(), outer, w.condition())
	case 0:
		return fmt.Sprintf("(SELECT %s(%s) FROM %s%s)", w.pick("MAX", "MIN"), value, from, w.where())
	case 1:
		return fmt.Sprintf("(SELECT COUNT(%s) FROM %s WHERE %s)", value, from, w.condition())
	case 2:
		w.limited = true
		return fmt.Sprintf("(SELECT %s FROM %s WHERE %s = %s LIMIT 1)", value, from, w.column("id"), w.column("n"))
	default:
		w.limited = true
		return fmt.Sprintf("(SELECT %s FROM %s WHERE %s.id = %s ORDER BY 1 LIMIT 1)", value, from, w.last(), w.column("id"))
	}
}

// tabled is a subquery with a JSON_TABLE, by itself or for each row of a table.
func (w *writer) tabled(outer, value, from string) string {
	document := w.json()
	if w.chance(50) {
		document = fmt.Sprintf("f(JSON_ARRAY(%s, %s))", outer, w.number())
	}
	table := fmt.Sprintf("JSON_TABLE(%s, '$[*]' COLUMNS (n INT PATH '$' NULL ON ERROR, m INT PATH '$.n' NULL ON ERROR)) AS j", document)
	switch w.n(3) {
	default:
		return fmt.Sprintf("(SELECT MAX(score(j.n, j.m)) FROM %s JOIN %s WHERE %s.id = %s)", from, table, w.last(), outer)
	case 1:
		return fmt.Sprintf("(SELECT COUNT(%s) FROM %s JOIN %s WHERE %s.n = %s AND j.n > 1)", value, from, table, w.last(), outer)
	case 2:
		return w.alone(func() string {
			return fmt.Sprintf("(SELECT SUM(flag(j.n)) FROM JSON_TABLE(f(JSON_ARRAY(%s, 2)), '$[*]' COLUMNS (n INT PATH '$')) AS j)", outer)
		})
	}
}

// subcondition is a condition with a subquery.
func (w *writer) subcondition() string {
	if !w.mayNest() {
		return w.column("k") + " = 'a'"
	}
	switch w.n(6) {
	case 0:
		return w.pick("", "NOT ") + "EXISTS (" + w.selection("id", "n") + ")"
	case 1, 2:
		return w.pick("", "NOT ") + "EXISTS (" + w.matching(w.column(w.pick("id", "n")), "k") + ")"
	case 3:
		return w.text() + w.pick(" IN (", " NOT IN (") + w.matching(w.column(w.pick("id", "n")), "k") + ")"
	case 4:
		return fmt.Sprintf("(%s, %s)", w.number(), w.text()) + w.pick(" IN (", " NOT IN (") + w.selection("n", "k") + ")"
	default:
		return w.number() + w.pick(" IN (", " NOT IN (") + w.selection("n") + ")"
	}
}

// matching is a SELECT of the rows that belong to a value of the row around it.
func (w *writer) matching(outer, column string) string {
	w.depth++
	defer func() { w.depth-- }()
	from, leave := w.from()
	defer leave()
	also := w.pick("", "", fmt.Sprintf(" AND %s.id BETWEEN 2 AND 7", w.last()))
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s.%s = %s AND %s%s",
		w.columnValue(column), from, w.last(), w.pick("id", "n"), outer, w.condition(), also)
}
