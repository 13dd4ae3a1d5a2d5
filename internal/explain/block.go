package explain

import (
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// Statement is what EXPLAIN says about a statement.
type Statement struct {
	root *query
	plan sql.Node
	// atOnce is how many model calls may be under way at a time ahead of their
	// evaluation; 0 when each is made when it is evaluated.
	atOnce int
	// leaves are the accesses by the nodes of the plan that make them, and
	// numbers the queries by the nodes that hold them.
	leaves  map[sql.Node]*access
	numbers map[sql.Node]*query
	// actual is what running the nodes came to, of those that were run.
	actual map[sql.Node]*Actual
}

// query is a SELECT, or several that UNION, INTERSECT or EXCEPT put together.
type query struct {
	role    role
	members []*block
	// operation is UNION, INTERSECT or EXCEPT where there are several; the
	// outermost of nested ones.
	operation string
	// distinct says that the rows of all members are kept, to leave out equal
	// ones; sorted that they are sorted.
	distinct, sorted bool
	// dependent says that it reads columns of a query around it, volatile that
	// each run may give other rows.
	dependent, volatile bool
	// materialized says that its rows are kept for reading them again.
	materialized bool
}

// role is what a query is to the one around it.
type role int

const (
	statementRole role = iota
	derivedRole
	projectionRole
	conditionRole
	joinedRole
)

// block is one SELECT, or the statement that changes tables.
type block struct {
	id   int
	kind string // select_type
	// operation is the one that puts it together with those before it; empty
	// for a query's first.
	operation string
	// tables are its accesses in join order.
	tables []*access
	// inner are the queries in it, in the order of their ids.
	inner []*query
	// grouped, distinct and buffered say that its rows go through a temporary
	// table for GROUP BY, for DISTINCT, or for window functions.
	grouped, distinct, buffered bool
	// sorted says that they are sorted, windowSorted that a window sorts them.
	sorted, windowSorted bool
	// candidates are the columns that an index could find rows by, by the name
	// of their table, both in lower case.
	candidates map[string]map[string]bool
}

// id is the number of the first SELECT, by which others name the query.
func (q *query) id() int { return q.members[0].id }

// resultName is the table of a set operation's result.
func (q *query) resultName() string {
	ids := make([]string, len(q.members))
	for i, m := range q.members {
		ids[i] = strconv.Itoa(m.id)
	}
	return "<" + strings.ToLower(q.operation) + strings.Join(ids, ",") + ">"
}

// hasResult reports whether a set operation keeps rows of its own. UNION ALL
// without ORDER BY passes them on.
func (q *query) hasResult() bool { return len(q.members) > 1 && (q.distinct || q.sorted) }

// name gives the members their select_type.
func (q *query) name() {
	for i, b := range q.members {
		b.kind = q.kind(i)
	}
}

func (q *query) kind(i int) string {
	if i > 0 {
		return q.adverb() + q.members[i].operation
	}
	switch q.role {
	case statementRole:
		if len(q.members) == 1 && len(q.members[0].inner) == 0 {
			return "SIMPLE"
		}
		return "PRIMARY"
	case derivedRole:
		return q.adverb() + "DERIVED"
	case joinedRole:
		if q.materialized {
			return "MATERIALIZED"
		}
	}
	return q.adverb() + "SUBQUERY"
}

func (q *query) adverb() string {
	switch {
	case q.dependent:
		return "DEPENDENT "
	case q.volatile && q.role != derivedRole && q.role != statementRole:
		return "UNCACHEABLE "
	}
	return ""
}

// temporary reports whether rows of the block are kept in a temporary table.
func (b *block) temporary() bool { return b.grouped || b.distinct || b.buffered }

// candidate notes a column that an index could find rows by.
func (b *block) candidate(table, column string) {
	if b.candidates == nil {
		b.candidates = map[string]map[string]bool{}
	}
	table = strings.ToLower(table)
	if b.candidates[table] == nil {
		b.candidates[table] = map[string]bool{}
	}
	b.candidates[table][strings.ToLower(column)] = true
}
