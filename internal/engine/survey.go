package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/arithmetic"
	"airglow/internal/lookahead"
)

// survey is what planRule has to know of a plan, found in one walk over it. Of
// nearly all plans it finds nothing to do, and they are left as they are.
type survey struct {
	// readOnly and selects are what the engine says of the plan; selects is true
	// for a client's SELECT.
	readOnly, selects bool
	// tables is true when a table is read.
	tables bool
	// calls is true when a model is called anywhere.
	calls bool
	// computes is true when there is something that arithmetic checks.
	computes bool
	// texts is true when there may be a value that is not loaded yet.
	texts bool
	// replaces is how many nodes there are that Engine.replace replaces for their own
	// sake.
	replaces int
	// rollsBack is true for ROLLBACK, also to a savepoint.
	rollsBack bool
	// protected is true when a plan that writes has to do with the server's own
	// tables, assigns when it sets a user variable, as a trigger's body may. Both
	// are looked for in such plans alone.
	protected, assigns bool
}

func surveyOf(ctx *sql.Context, n sql.Node) survey {
	s := survey{readOnly: n.IsReadOnly()}
	s.selects = s.readOnly && statementFrom(ctx) != nil && isSelect(n)
	s.node(n)
	return s
}

// isSelect is plan.NodeRepresentsSelect for a plan that changes nothing. It knows
// the plans that only read rows of tables without a walk through all they have.
func isSelect(n sql.Node) bool {
	return nodesOf(n)&hasOther == 0 || plan.NodeRepresentsSelect(n)
}

// node looks at a plan, and at what the engine's own walk leaves out: subqueries
// and the sources of rows that are written.
func (s *survey) node(n sql.Node) {
	switch n := n.(type) {
	case *plan.ResolvedTable:
		s.tables = s.tables || !plan.IsDualTable(n.Table)
		return
	case *plan.IndexedTableAccess: // without the table below it
		s.tables = true
	case *plan.InsertInto:
		s.replaces, s.computes = s.replaces+1, true // the change of arithmetic reaches sources
		s.source(n.Source)
	case *plan.TableCopier:
		s.computes = true
		s.source(n.Source)
	case *plan.Rollback, *plan.RollbackSavepoint:
		s.rollsBack = true
	case *lookahead.Node:
		s.calls = true // of a call that is needed no more, perhaps
	case *plan.Call, *plan.ShowColumns, *plan.ShowTables, *plan.ShowProcessList, *plan.ShowStatus,
		*plan.ShowCreateProcedure, *plan.DropProcedure, *plan.UpdateSource, *plan.DeleteFrom:
		s.replaces++
	}
	if !s.readOnly {
		s.written(n)
	}
	eachExpression(n, s.expression)
	eachChild(n, s.node)
}

// written looks at what only matters in plans that write.
func (s *survey) written(n sql.Node) {
	if set, ok := n.(*plan.Set); ok {
		s.assigns = s.assigns || setsUserVariable(set)
	}
	if in, ok := n.(sql.Databaser); ok && in.Database() != nil {
		s.protected = s.protected || isOwn(baseDatabase(in.Database().Name()))
	}
}

func (s *survey) source(n sql.Node) {
	if n != nil {
		s.node(n)
	}
}

func (s *survey) expression(e sql.Expression) {
	switch e := e.(type) {
	case *expression.Literal:
		return
	case *expression.GetField:
		s.texts = s.texts || mayBeStored(e)
		return
	case *expression.UserVar:
		s.texts = true
	case lookahead.Call:
		s.calls = true
	case *plan.Subquery:
		s.node(e.Query)
	}
	s.computes = s.computes || arithmetic.Concerns(e)
	eachOperand(e, s.expression)
}

// firstOf returns what look finds first at a node or below it, parents before
// children; the zero value is nothing. Unlike the engine's walk it ends there.
func firstOf[T comparable](n sql.Node, look func(sql.Node) T) T {
	var nothing T
	if found := look(n); found != nothing {
		return found
	}
	return firstBelow(n, look)
}

func firstBelow[T comparable](n sql.Node, look func(sql.Node) T) (found T) {
	var nothing T
	eachChild(n, func(child sql.Node) {
		if found == nothing {
			found = firstOf(child, look)
		}
	})
	return found
}

// eachChild calls do for the children of a node. The first are those that stand
// in most plans, and make their lists of children anew each time.
func eachChild(n sql.Node, do func(sql.Node)) {
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
	case sql.BinaryNode:
		do(n.Left())
		do(n.Right())
	default:
		for _, child := range n.Children() {
			do(child)
		}
	}
}

// eachExpression calls do for the expressions of a node. The first are those that
// stand in most plans, and make their lists of expressions anew each time.
func eachExpression(n sql.Node, do func(sql.Expression)) {
	switch n := n.(type) {
	case *plan.ResolvedTable, *plan.TableAlias, *plan.Distinct:
	case *plan.Filter:
		do(n.Expression)
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

// eachOperand calls do for the children of an expression, without a list of them
// for those that stand in most statements.
func eachOperand(e sql.Expression, do func(sql.Expression)) {
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
