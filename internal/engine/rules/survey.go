package rules

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/arithmetic"
	"airglow/internal/engine/dbname"
	"airglow/internal/engine/walk"
	"airglow/internal/lookahead"
)

// Survey is what the adapter's last rule has to know of a plan, found in one walk over it. Of
// nearly all plans it finds nothing to do, and they are left as they are.
type Survey struct {
	// ReadOnly and Selects are what the engine says of the plan; Selects is true
	// for a client's SELECT.
	ReadOnly, Selects bool
	// Tables is true when a table is read.
	Tables bool
	// Calls is true when a model is called anywhere.
	Calls bool
	// Computes is true when there is something that arithmetic checks.
	Computes bool
	// Texts is true when there may be a value that is not loaded yet.
	Texts bool
	// Replaces is how many nodes there are that the adapter replaces by its own,
	// whatever is above them.
	Replaces int
	// RollsBack is true for ROLLBACK, also to a savepoint.
	RollsBack bool
	// Protected is true when a plan that writes has to do with the server's own
	// tables, Assigns when it sets a user variable, as a trigger's body may. Both
	// are looked for in such plans alone.
	Protected, Assigns bool
}

// SurveyOf looks at a plan; client says whether it is that of a client's statement.
func SurveyOf(n sql.Node, client bool) Survey {
	s := Survey{ReadOnly: n.IsReadOnly()}
	s.Selects = s.ReadOnly && client && isSelect(n)
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
func (s *Survey) node(n sql.Node) {
	switch n := n.(type) {
	case *plan.ResolvedTable:
		s.Tables = s.Tables || !plan.IsDualTable(n.Table)
		return
	case *plan.IndexedTableAccess: // without the table below it
		s.Tables = true
	case *plan.InsertInto:
		s.Replaces++
		s.Computes = s.Computes || !isLiteral(n) // the change of arithmetic reaches sources
		s.source(n.Source)
	case *plan.TableCopier:
		s.Computes = true
		s.source(n.Source)
	case *plan.Rollback, *plan.RollbackSavepoint:
		s.RollsBack = true
	case *lookahead.Node:
		s.Calls = true // of a call that is needed no more, perhaps
	case *plan.Call, *plan.ShowColumns, *plan.ShowTables, *plan.ShowProcessList, *plan.ShowStatus, *plan.ShowVariables, *plan.ShowCreateTable,
		*plan.ShowCreateProcedure, *plan.DropProcedure, *plan.UpdateSource, *plan.DeleteFrom:
		s.Replaces++
	}
	if !s.ReadOnly {
		s.written(n)
	}
	walk.EachExpression(n, s.expression)
	walk.EachChild(n, s.node)
}

// written looks at what only matters in plans that write.
func (s *Survey) written(n sql.Node) {
	switch n := n.(type) {
	case *plan.Update, *plan.UpdateSource, *plan.DeleteFrom, *plan.InsertDestination, *plan.Values,
		*plan.Filter, *plan.Project: // they have no database
	case *plan.IndexedTableAccess:
		s.Protected = s.Protected || dbname.IsSystem(dbname.Base(databaseName(n.Database())))
	case *plan.Set:
		s.Assigns = s.Assigns || setsUserVariable(n)
	default:
		if in, ok := n.(sql.Databaser); ok {
			s.Protected = s.Protected || dbname.IsSystem(dbname.Base(databaseName(in.Database())))
		}
	}
}

func (s *Survey) source(n sql.Node) {
	if n != nil {
		s.node(n)
	}
}

func (s *Survey) expression(e sql.Expression) {
	switch e := e.(type) {
	case *expression.Literal:
		return
	case *expression.GetField:
		s.Texts = s.Texts || mayBeStored(e)
		return
	case *expression.UserVar:
		s.Texts = true
	case lookahead.Call:
		s.Calls = true
	case *plan.Subquery:
		s.node(e.Query)
	}
	s.Computes = s.Computes || arithmetic.Concerns(e)
	walk.EachOperand(e, s.expression)
}

// setsUserVariable reports whether a SET sets a user variable.
func setsUserVariable(set *plan.Set) bool {
	for _, e := range set.Exprs {
		if assignment, ok := e.(*expression.SetField); ok {
			if _, ok := assignment.LeftChild.(*expression.UserVar); ok {
				return true
			}
		}
	}
	return false
}
