package explain

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/lookahead"
)

// The select_types of statements that change tables.
const (
	insertKind  = "INSERT"
	replaceKind = "REPLACE"
	updateKind  = "UPDATE"
	deleteKind  = "DELETE"
)

// change reads a node that changes a table, and reports whether n is one.
func (r *reader) change(n sql.Node, b *block) bool {
	switch n := n.(type) {
	case *plan.InsertInto:
		r.insert(n, b)
	case *plan.Update:
		r.update(n, b)
	case *plan.DeleteFrom:
		r.deletes(n, b)
	case *plan.Truncate:
		r.truncate(n, b)
	case *plan.Values:
		for _, tuple := range n.ExpressionTuples {
			r.inner(b, projectionRole, tuple...)
		}
		if len(b.tables) == 0 {
			b.tables = append(b.tables, &access{message: noTablesUsed})
		}
		r.callsAt(b.tables[0], lookahead.ValuesCalls(n))
	default:
		return false
	}
	return true
}

// insert reads INSERT and REPLACE: the table first, as MySQL shows it, and what
// the rows are read from, in the same SELECT.
func (r *reader) insert(n *plan.InsertInto, b *block) {
	b.tables = append(b.tables, r.inserted(n))
	r.node(n.Source, b)
	r.inner(b, projectionRole, n.OnDupExprs...)
}

// inserted is the table that rows are put into.
func (r *reader) inserted(n *plan.InsertInto) *access {
	target := &access{how: fullScan, written: insertKind}
	if n.IsReplace {
		target.written = replaceKind
	}
	r.describeTable(target, n.Destination)
	target.rows = nil // those that are there are not read
	return target
}

func (r *reader) update(n *plan.Update, b *block) {
	r.targets = map[string]string{}
	for _, name := range updated(n) {
		r.targets[name] = updateKind
	}
	r.node(n.Child, b)
}

// updated are the names, in lower case, of the tables that UPDATE changes.
func updated(n *plan.Update) []string {
	join, ok := n.Child.(*plan.UpdateJoin)
	if !ok {
		return []string{firstTable(n.Child)}
	}
	var names []string
	for name := range join.UpdateTargets {
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	return names
}

func (r *reader) deletes(n *plan.DeleteFrom, b *block) {
	r.targets = map[string]string{}
	for _, target := range n.GetDeleteTargets() {
		r.targets[firstTable(target)] = deleteKind
	}
	r.node(n.Child, b)
}

// truncate is DELETE without WHERE, which empties the table in one step.
func (r *reader) truncate(n *plan.Truncate, b *block) {
	a := &access{written: deleteKind}
	r.describeTable(a, n.Child)
	a.name, a.message = "", deletingAllRows
	b.tables = append(b.tables, a)
}

// firstTable is the name, in lower case, of the first table below a node.
func firstTable(n sql.Node) string {
	for n != nil {
		if named, ok := n.(sql.Nameable); ok {
			return strings.ToLower(named.Name())
		}
		children := n.Children()
		if len(children) == 0 {
			return ""
		}
		n = children[0]
	}
	return ""
}
