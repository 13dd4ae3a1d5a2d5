package lookahead_test

import (
	"fmt"
	"strings"
)

// aggregate is an aggregate function.
func (w *writer) aggregate() string {
	switch w.n(9) {
	case 0:
		return fmt.Sprintf("%s(%s)", w.pick("SUM", "AVG", "MAX", "MIN", "COUNT", "STDDEV_POP", "BIT_XOR"), w.number())
	case 1:
		return fmt.Sprintf("%s(DISTINCT %s)", w.pick("COUNT", "SUM", "AVG", "MAX"), w.number())
	case 2:
		return fmt.Sprintf("COUNT(DISTINCT %s, %s)", w.value(), w.value())
	case 3, 4:
		list := w.pick("", "", "DISTINCT ") + w.text()
		if w.chance(50) {
			list += " ORDER BY " + w.value() + w.pick("", " DESC")
		}
		return "GROUP_CONCAT(" + list + ")"
	case 5:
		return fmt.Sprintf("%s(%s)", w.pick("MAX", "MIN", "COUNT", "ANY_VALUE", "JSON_ARRAYAGG"), w.text())
	case 6:
		return fmt.Sprintf("JSON_OBJECTAGG(%s, %s)", w.column("id"), w.value())
	case 7:
		return fmt.Sprintf("score(SUM(%s), MAX(%s))", w.number(), w.text())
	default:
		return "COUNT(*)"
	}
}

func (w *writer) grouped() (text string, ordered bool) {
	from, leave := w.from()
	defer leave()
	prepared := w.prepared
	w.prepared = false // keys are written twice
	keys := []string{w.value()}
	if w.chance(30) {
		keys = append(keys, w.value())
	}
	w.prepared = prepared
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s, %s FROM %s%s GROUP BY %s", strings.Join(keys, ", "), w.list(2, w.aggregate), from, w.where(), strings.Join(keys, ", "))
	if w.chance(30) {
		fmt.Fprintf(&b, " HAVING %s > %s", w.aggregate(), fmt.Sprint(w.n(3)))
	}
	tail, ordered := w.tail(w.aggregate)
	return b.String() + tail, ordered
}

func (w *writer) aggregated() string {
	from, leave := w.from()
	defer leave()
	return "SELECT " + w.list(3, w.aggregate) + " FROM " + from + w.where()
}

func (w *writer) windowed() (text string, ordered bool) {
	from, leave := w.from()
	defer leave()
	over := func() string { return w.windowFunction() + " OVER (" + w.window() + ")" }
	text = "SELECT " + w.list(2, w.value) + ", " + w.list(2, over) + " FROM " + from + w.where()
	tail, ordered := w.tail(w.value)
	return text + tail, ordered
}

func (w *writer) windowFunction() string {
	switch w.n(6) {
	case 0:
		return w.pick("ROW_NUMBER()", "RANK()", "DENSE_RANK()", "PERCENT_RANK()", "NTILE(2)")
	case 1:
		return fmt.Sprintf("%s(%s)", w.pick("LAG", "LEAD"), w.value())
	case 2:
		return fmt.Sprintf("%s(%s)", w.pick("FIRST_VALUE", "LAST_VALUE"), w.value())
	case 3:
		return fmt.Sprintf("%s(%s)", w.pick("MAX", "MIN", "COUNT"), w.text())
	case 4:
		return fmt.Sprintf("LAG(%s, 1, %s)", w.number(), w.number())
	default:
		return fmt.Sprintf("%s(%s)", w.pick("SUM", "AVG", "COUNT", "MAX", "MIN"), w.number())
	}
}

func (w *writer) window() string {
	var parts []string
	if w.chance(50) {
		parts = append(parts, "PARTITION BY "+w.list(2, w.value))
	}
	if len(parts) == 0 || w.chance(70) {
		parts = append(parts, "ORDER BY "+w.list(2, func() string { return w.value() + w.pick("", " DESC") }))
		if w.chance(30) {
			parts = append(parts, w.pick("ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "ROWS UNBOUNDED PRECEDING",
				"ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"))
		}
	}
	return strings.Join(parts, " ")
}

func (w *writer) union() (text string, ordered bool) {
	text = w.selection("id", "n", "v")
	for range 1 + w.n(2) {
		text += w.pick(" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ") + w.selection("id", "n", "v")
	}
	if w.chance(40) {
		text, ordered = text+" ORDER BY "+w.pick("id, n, v", "n DESC, v, id", "v, n, id"), true
	}
	if w.chance(20) {
		w.limited = true
		text += fmt.Sprintf(" LIMIT %d", w.n(5))
	}
	return text, ordered
}

func (w *writer) common() (text string, ordered bool) {
	with := w.name("c")
	within := w.selection("id", "n", "k", "v")
	if w.chance(20) {
		within = w.gathered()
	}
	text = "WITH " + with + " AS (" + within + ") "
	w.scope = []string{with}
	from := with
	if w.chance(40) {
		other := w.name("c")
		from += " JOIN " + with + " AS " + other + " ON " + with + ".id = " + other + "." + w.pick("id", "n")
		w.scope = append(w.scope, other)
	}
	text += "SELECT " + w.list(3, w.value) + " FROM " + from + w.where()
	tail, ordered := w.tail(w.value)
	w.scope = nil
	return text + tail, ordered
}

func (w *writer) recursive() string {
	w.scope = []string{"c"}
	text := fmt.Sprintf("WITH RECURSIVE c (id, n, k, v) AS (SELECT 1, 3, CAST('a' AS CHAR(200)), CAST('{\"n\":1}' AS CHAR(500)) "+
		"UNION %sSELECT c.id + 1, score(c.n, %s), %s, %s FROM c WHERE c.id < %d AND %s) SELECT %s FROM c ORDER BY c.id",
		w.pick("ALL ", ""), w.pick("c.k", "'x'"), w.text(), w.json(), 2+w.n(4), w.condition(), w.list(3, w.value))
	w.scope = nil
	return text
}

// set is the assignments of an UPDATE. Each sees what those before it set.
func (w *writer) set(table string) string {
	var list []string
	for _, column := range [][]string{{"n"}, {"n", "k"}, {"v", "n"}, {"k", "v", "n"}, {"k", "n", "v"}}[w.n(5)] {
		list = append(list, fmt.Sprintf("%s.%s = %s", table, column, w.columnValue(column)))
	}
	return strings.Join(list, ", ")
}

func (w *writer) update() string {
	table := w.pick("t", "u", "tr")
	w.scope = []string{table}
	text := "UPDATE " + table + " SET " + w.set(table) + w.where()
	if w.chance(30) {
		text += " ORDER BY " + w.value() + ", id"
		if w.chance(50) {
			w.limited = true
			text += fmt.Sprintf(" LIMIT %d", 1+w.n(4))
		}
	}
	return text
}

func (w *writer) updateJoined() string {
	w.scope = []string{"t", "u"}
	text := "UPDATE t" + w.pick(" JOIN", " LEFT JOIN") + " u ON " + w.on(w.scope) + " SET " + w.set("t")
	if w.chance(40) {
		text += ", " + w.set("u")
	}
	return text + w.where()
}

func (w *writer) delete() string {
	table := w.pick("t", "u", "tr")
	w.scope = []string{table}
	text := "DELETE FROM " + table + w.where()
	if w.chance(30) {
		w.limited = true
		text += " ORDER BY " + w.value() + fmt.Sprintf(", id LIMIT %d", 1+w.n(4))
	}
	return text
}

func (w *writer) deleteJoined() string {
	w.scope = []string{"t", "u"}
	return "DELETE " + w.pick("t", "u", "t, u") + " FROM t JOIN u ON " + w.on(w.scope) + w.where()
}

// insert is INSERT or REPLACE of VALUES.
func (w *writer) insert() string {
	table, verb := w.pick("t", "u", "tr"), w.pick("INSERT INTO", "INSERT IGNORE INTO", "REPLACE INTO")
	var rows []string
	for range 1 + w.n(4) {
		rows = append(rows, fmt.Sprintf("(%d, %s, %s, %s)", 1+w.n(30), w.number(), w.text(), w.json()))
	}
	text := verb + " " + table + " (id, n, k, v) VALUES " + strings.Join(rows, ", ")
	return text + w.onDuplicate(verb, table)
}

func (w *writer) insertSelect() string {
	table, verb := w.pick("t", "u", "tr"), w.pick("INSERT INTO", "INSERT IGNORE INTO", "REPLACE INTO")
	from, leave := w.from()
	id := w.last() + ".id" + w.pick(" + 30", "")
	text := fmt.Sprintf("%s %s (id, n, k, v) SELECT %s, %s, %s, %s FROM %s%s", verb, table, id, w.number(), w.text(), w.json(), from, w.where())
	leave()
	return text + w.onDuplicate(verb, table)
}

func (w *writer) onDuplicate(verb, table string) string {
	if verb != "INSERT INTO" || !w.chance(60) {
		return ""
	}
	w.scope, w.plain = []string{table}, true
	text := " ON DUPLICATE KEY UPDATE " + w.set(table)
	w.scope, w.plain = nil, false
	return text
}

// upsert is an INSERT of rows that often have a key of the table, or of a row before.
func (w *writer) upsert() string {
	table := w.pick("uq", "uq", "t", "tr", "ref")
	text := "INSERT INTO " + table + " (id, n, k, v) "
	scope := []string{table, "new"}
	switch w.n(3) {
	default:
		text += w.upsertValues()
		if scope[1] = "VALUES"; w.chance(40) {
			text, scope[1] = text+" AS new", "new"
		}
	case 1:
		text += "SELECT id, n, k, v FROM (" + w.selection("id", "n", "k", "v") + ") AS new"
	case 2:
		text += "SELECT new.id, new.n, new.k, new.v FROM " + w.pick("u", "many", "uq", "t") + " AS new WHERE new.id < 40"
		if w.chance(50) {
			scope[1] = "VALUES"
		}
	}
	w.scope, w.plain, w.budget = scope, true, max(w.budget, 6)
	text += " ON DUPLICATE KEY UPDATE "
	columns := [][]string{{"v"}, {"k"}, {"k", "v"}, {"v", "k"}, {"v", "k", "v"}, {"n", "v"}}[w.n(6)]
	for i, column := range columns {
		columns[i] = table + "." + column + " = " + w.asked(column)
	}
	w.scope, w.plain = nil, false
	return text + strings.Join(columns, ", ")
}

// asked is an expression of a column's type that mostly calls a model.
func (w *writer) asked(column string) string {
	switch {
	case w.chance(30):
		return w.columnValue(column)
	case column == "n":
		return fmt.Sprintf("score(%s, %s)", w.number(), w.text())
	case column == "k":
		return fmt.Sprintf("aws_comprehend_detect_sentiment(%s, 'en')", w.text())
	}
	return fmt.Sprintf("%s(%s)", w.pick("f", "g"), w.json())
}

func (w *writer) upsertValues() string {
	rows := make([]string, 2+w.n(6))
	for i := range rows {
		number, text, json := fmt.Sprint(w.n(9)), "'"+w.pick("a", "b", "good")+"'", fmt.Sprintf(`'{"n":%d}'`, w.n(9))
		if w.chance(20) {
			number, text, json = w.number(), w.text(), w.json()
		}
		rows[i] = fmt.Sprintf("(%d, %s, %s, %s)", 1+w.n(14), number, text, json)
	}
	return "VALUES " + strings.Join(rows, ", ")
}
