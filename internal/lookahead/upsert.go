package lookahead

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// The assignments of ON DUPLICATE KEY UPDATE are evaluated on a row of the table and
// the new one that has a key of it. The new rows are read ahead, and the row that each
// will meet is looked up by all unique keys (meeting.go). The assignments are asked on
// the two where nothing that the statement has written by then can have changed which
// row is met, or what is in it.

// upserted puts a node above the rows of an INSERT, which asks for what the assignments
// of ON DUPLICATE KEY UPDATE will.
func (p planner) upserted(n *plan.InsertInto, rows sql.Node) sql.Node {
	// With IGNORE a row may be left out before its key is looked for. What a trigger
	// does is not known.
	if !anyCalls(n.OnDupExprs) || n.Ignore || p.changing || !steady(rows, n.Destination) {
		return rows
	}
	keys := p.keysOf(n)
	if len(keys) == 0 {
		return rows
	}
	a := ask{planner: p, meets: meetsOf(n, keys)}
	a.assignments(n.OnDupExprs)
	for i, one := range a.probes {
		a.probes[i].eval = func(ctx *sql.Context, row *ahead) error {
			if row.met == nil {
				return nil
			}
			return one.eval(ctx, &ahead{row: row.met})
		}
	}
	return p.above(rows, a, all)
}

func meetsOf(n *plan.InsertInto, keys []uniqueKey) *meets {
	return &meets{schema: n.Destination.Schema(), table: tableOf(n.Destination), keys: keys}
}

// steady reports whether the rows of an INSERT are the same however far they are read
// before those in front of them are written: what they are made of has no effects, and
// they do not come from the table itself, unless from nothing else.
func steady(n, target sql.Node) bool {
	table := tableOf(target)
	return table != nil && calmPlan(n, table.Name()) && (!readsTable(n, table.Name()) || undisturbed(n))
}

// readsTable reports whether a plan reads a table of a name, subqueries left out.
func readsTable(n sql.Node, name string) bool {
	found := false
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		table, ok := n.(sql.TableNode)
		found = found || ok && strings.EqualFold(table.UnderlyingTable().Name(), name)
		return !found
	})
	return found
}

// calmPlan reports whether it makes no difference when a plan is run, but for the rows
// of a table that it may read itself.
func calmPlan(n sql.Node, table string) bool {
	ok := true
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		switch n.(type) {
		case *plan.TriggerExecutor, *plan.Call:
			ok = false
		}
		if with, has := n.(sql.Expressioner); has {
			ok = ok && !slices.ContainsFunc(with.Expressions(), func(e sql.Expression) bool { return !calm(e, table) })
		}
		return ok
	})
	return ok
}

// calm reports whether it makes no difference when an expression is evaluated.
func calm(e sql.Expression, table string) bool {
	ok := true
	sql.Inspect(e, func(e sql.Expression) bool {
		switch e := e.(type) {
		case *plan.Subquery:
			ok = ok && calmPlan(e.Query, table) && !readsTable(e.Query, table)
		case sql.Aggregation, sql.WindowAggregation, *function.UUIDFunc, *function.Rand, *function.RandomBytes:
		default:
			ok = ok && repeatable(e)
		}
		return ok
	})
	return ok
}

// tableOf is the table that an INSERT writes, nil when rows of others change with its.
func tableOf(n sql.Node) sql.IndexAddressableTable {
	switch n := n.(type) {
	case *plan.InsertDestination:
		return tableOf(n.Child)
	case *plan.ForeignKeyHandler:
		if len(n.Editor.RefActions) > 0 {
			return nil
		}
		return tableOf(n.OriginalNode)
	case *plan.ResolvedTable:
		table, _ := sql.GetUnderlyingTable(n.Table).(sql.IndexAddressableTable)
		return table
	}
	return nil
}

// keysOf are the unique keys of the table that an INSERT writes; none where a row may
// have another key once it is written, or a key cannot be looked up.
func (p planner) keysOf(n *plan.InsertInto) []uniqueKey {
	table, schema := tableOf(n.Destination), n.Destination.Schema()
	if table == nil || slices.ContainsFunc(schema, func(c *sql.Column) bool { return c.Virtual }) {
		return nil
	}
	indexes, err := table.GetIndexes(p.ctx)
	if err != nil {
		return nil
	}
	set := assignedColumns(n.OnDupExprs)
	var keys []uniqueKey
	for _, index := range indexes {
		if !index.IsUnique() {
			continue
		}
		key, ok := keyOf(index, schema)
		if !ok || slices.ContainsFunc(key.columns, func(at int) bool { return set[at] }) {
			return nil
		}
		keys = append(keys, key)
	}
	return keys
}

// assignedColumns are the places of the columns that assignments set. Those that change
// with others are among them.
func assignedColumns(list []sql.Expression) map[int]bool {
	set := map[int]bool{}
	for _, e := range list {
		if field, ok := e.Children()[0].(*expression.GetField); ok {
			set[field.Index()] = true
		}
	}
	return set
}
