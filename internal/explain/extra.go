package explain

import "strings"

// Messages that stand in Extra for reading a table.
const (
	noTablesUsed    = "No tables used"
	impossibleWhere = "Impossible WHERE"
	optimizedAway   = "Select tables optimized away"
	deletingAllRows = "Deleting all rows"
)

// extra is the column Extra of one of a SELECT's tables: the words that are true
// of it, in MySQL's order. What concerns all rows of the SELECT stands at its
// first table. Every word of Extra is in this function and its lines.
func (a *access) extra(b *block) string {
	s := a.strategy
	lines := []struct {
		is   bool
		word string
	}{
		{a.message != "", a.message},
		{a.recursive, "Recursive"},
		{a.function != "", "Table function: " + a.function},
		{len(a.conditions) > 0, "Using where"},
		{s.antiJoin, "Not exists"},
		{a.index != nil && a.index.backward, "Backward index scan"},
		{a.index != nil && a.index.covering && a.message == "", "Using index"},
		{a.first(b) && b.temporary(), "Using temporary"},
		{s.sorted || a.first(b) && (b.sorted || b.windowSorted), "Using filesort"},
		{s.firstMatch != "", "FirstMatch(" + s.firstMatch + ")"},
		{s.hash, "Using join buffer (hash join)"},
		{s.heap, "Using join buffer (range heap)"},
		{s.merge, "Using merge join"}, // MySQL has no word for this join and the one before
		{a.hasCalls(true), batched},
		{a.hasCalls(false), concurrent}, // Aurora has no word for these
	}
	var words []string
	for _, line := range lines {
		if line.is {
			words = append(words, line.word)
		}
	}
	return strings.Join(words, "; ")
}

// first reports whether a table is the first that its SELECT reads.
func (a *access) first(b *block) bool {
	for _, t := range b.tables {
		if t.written == "" {
			return t == a
		}
	}
	return false
}
