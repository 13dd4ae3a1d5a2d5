package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/arithmetic"
	"airglow/internal/engine/dbname"
	"airglow/internal/engine/walk"
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
	walk.EachExpression(n, s.expression)
	walk.EachChild(n, s.node)
}

// written looks at what only matters in plans that write.
func (s *survey) written(n sql.Node) {
	if set, ok := n.(*plan.Set); ok {
		s.assigns = s.assigns || setsUserVariable(set)
	}
	if in, ok := n.(sql.Databaser); ok && in.Database() != nil {
		s.protected = s.protected || dbname.IsSystem(dbname.Base(in.Database().Name()))
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
	walk.EachOperand(e, s.expression)
}
