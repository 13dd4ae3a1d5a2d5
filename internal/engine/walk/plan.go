package walk

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// FirstOf returns what look finds first at a node or below it, parents before
// children; the zero value is nothing. Unlike the engine's walk it ends there.
func FirstOf[T comparable](n sql.Node, look func(sql.Node) T) T {
	var nothing T
	if found := look(n); found != nothing {
		return found
	}
	return firstBelow(n, look)
}

func firstBelow[T comparable](n sql.Node, look func(sql.Node) T) (found T) {
	var nothing T
	EachChild(n, func(child sql.Node) {
		if found == nothing {
			found = FirstOf(child, look)
		}
	})
	return found
}

// EachChild calls do for the children of a node. The first are those that stand
// in most plans, and make their lists of children anew each time.
func EachChild(n sql.Node, do func(sql.Node)) {
	switch n := n.(type) {
	case *plan.Project:
		do(n.Child)
	case *plan.Filter:
		do(n.Child)
	case *plan.TableAlias:
		do(n.Child)
	case *plan.Sort:
		do(n.Child)
	case *plan.TopN:
		do(n.Child)
	case *plan.Limit:
		do(n.Child)
	case *plan.GroupBy:
		do(n.Child)
	case *plan.Update:
		do(n.Child)
	case *plan.UpdateSource:
		do(n.Child)
	case *plan.DeleteFrom:
		do(n.Child)
	case *plan.InsertInto:
		do(n.Destination)
	case *plan.InsertDestination:
		do(n.Child)
	case sql.BinaryNode:
		do(n.Left())
		do(n.Right())
	default:
		for _, child := range n.Children() {
			do(child)
		}
	}
}

// EachExpression calls do for the expressions of a node. The first are those that
// stand in most plans, and make their lists of expressions anew each time.
func EachExpression(n sql.Node, do func(sql.Expression)) {
	switch n := n.(type) {
	case *plan.ResolvedTable, *plan.TableAlias, *plan.Distinct:
	case *plan.Filter:
		do(n.Expression)
	case *plan.UpdateSource:
		eachOf(n.UpdateExprs, do)
	case *plan.Project:
		eachOf(n.Projections, do)
	case *plan.Values:
		for _, tuple := range n.ExpressionTuples {
			eachOf(tuple, do)
		}
	case *plan.InsertDestination:
		eachDefault(n.Sch, do)
	case *plan.Limit:
		do(n.Limit)
	case *plan.Sort:
		eachField(n.SortFields, do)
	case *plan.TopN:
		do(n.Limit)
		eachField(n.Fields, do)
	case *plan.GroupBy:
		eachOf(n.SelectDeps, do)
		eachOf(n.GroupByExprs, do)
	case *plan.JoinNode:
		if n.Filter != nil && !n.Op.IsDegenerate() {
			do(n.Filter)
		}
	case sql.Expressioner:
		eachOf(n.Expressions(), do)
	}
}

// eachDefault calls do for the defaults of columns, or what they are generated from.
func eachDefault(columns sql.Schema, do func(sql.Expression)) {
	for _, column := range columns {
		switch {
		case column.Default != nil:
			do(column.Default)
		case column.Generated != nil:
			do(column.Generated)
		}
	}
}

func eachField(fields sql.SortFields, do func(sql.Expression)) {
	for _, field := range fields {
		do(field.Column)
	}
}

func eachOf(list []sql.Expression, do func(sql.Expression)) {
	for _, e := range list {
		do(e)
	}
}

// EachOperand calls do for the children of an expression, without a list of them
// for those that stand in most statements.
func EachOperand(e sql.Expression, do func(sql.Expression)) {
	switch e := e.(type) {
	case *expression.Alias:
		do(e.Child)
	case *expression.Equals:
		do(e.LeftChild)
		do(e.RightChild)
	case *expression.And:
		do(e.LeftChild)
		do(e.RightChild)
	case *expression.SetField:
		do(e.LeftChild)
		do(e.RightChild)
	case *expression.GreaterThan:
		do(e.LeftChild)
		do(e.RightChild)
	case *expression.LessThan:
		do(e.LeftChild)
		do(e.RightChild)
	default:
		eachOf(e.Children(), do)
	}
}
