package rules

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// shape says what there is in a plan, as far as rules of the engine ask. A rule
// that looks for what a plan has not changes nothing.
type shape uint16

const (
	hasJoin shape = 1 << iota
	hasFilter
	// hasGroup is true for GROUP BY and aggregates over all rows.
	hasGroup
	hasSort
	// hasLimit is true for LIMIT and OFFSET, hasDistinct for DISTINCT.
	hasLimit
	hasDistinct
	// writes is true for UPDATE of one table, deletes for DELETE that names no tables to
	// delete from but those that it reads, inserts for INSERT of rows of literals.
	writes
	deletes
	inserts
	// hasOther is true when there is any other node than these and what reads,
	// filters and computes rows: definitions, SHOW, other INSERTs, CALL, derived
	// tables…
	hasOther
	// nested is true when the statement has a subquery anywhere, aggregates when it
	// has an aggregate anywhere, outer when the plan is part of another.
	nested
	aggregates
	outer
)

// shapeOf is the shape of a plan. scope and flags are those that the engine
// analyses it with.
func shapeOf(n sql.Node, scope *plan.Scope, flags *sql.QueryFlags) shape {
	s := nodesOf(n)
	if flags.SubqueryIsSet() {
		s |= nested
	}
	if analyzer.FlagIsSet(flags, sql.QFlagAggregation) {
		s |= aggregates
	}
	if scope != nil { // one that is empty may still know of the rows beside it
		s |= outer
	}
	return s
}

// nodesOf is the part of the shape that the nodes of a plan make. What is below a
// node of another kind is not looked at.
func nodesOf(n sql.Node) shape {
	var s shape
	for {
		switch at := n.(type) {
		case *plan.ResolvedTable:
			return s | tableShape(at.Table)
		case *plan.IndexedTableAccess:
			return s
		case *plan.JoinNode:
			return s | hasJoin | nodesOf(at.Left()) | nodesOf(at.Right())
		case *plan.Project:
			n = at.Child
		case *plan.Filter:
			s, n = s|hasFilter, at.Child
		case *plan.TableAlias:
			n = at.Child
		case *plan.Having:
			n = at.Child
		case *plan.GroupBy:
			s, n = s|hasGroup, at.Child
		case *plan.Sort:
			s, n = s|hasSort, at.Child
		case *plan.TopN:
			s, n = s|hasSort|hasLimit, at.Child
		case *plan.Limit:
			s, n = s|hasLimit, at.Child
		case *plan.Offset:
			s, n = s|hasLimit, at.Child
		case *plan.Distinct:
			s, n = s|hasDistinct, at.Child
		case *plan.Update:
			s, n = s|writes, at.Child
		case *plan.UpdateSource:
			s, n = s|writes, at.Child
		case *plan.DeleteFrom:
			if at.HasExplicitTargets() {
				return s | hasOther
			}
			s, n = s|deletes, at.Child
		case *plan.InsertInto:
			if !isLiteral(at) {
				return s | hasOther
			}
			s, n = s|inserts, at.Destination
		case *plan.InsertDestination:
			n = at.Child
		default:
			return s | hasOther
		}
	}
}

// isLiteral reports whether the rows of an INSERT are VALUES of literals, as they come
// or as the columns of the table, without triggers.
func isLiteral(n *plan.InsertInto) bool {
	source := n.Source
	if project, ok := source.(*plan.Project); ok {
		source = project.Child
	}
	_, ok := source.(*plan.Values)
	return ok && n.LiteralValueSource
}

// tableShape tells the tables apart to which the engine's rules give something:
// those of information_schema that show columns and procedures.
func tableShape(t sql.Table) shape {
	switch t.(type) {
	case *information_schema.ColumnsTable, analyzer.RoutineTable:
		return hasOther
	}
	return 0
}
