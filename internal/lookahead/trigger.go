package lookahead

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// The bodies of triggers run statement by statement for one row after the other. What
// they ask of models is asked ahead as far as it follows from the row alone: the
// assignments to NEW are made on a copy of the row, IF is decided by it, and the rest
// of a body is left out from the first statement on that may change what follows.

// triggered puts nodes into the rows that a trigger's body runs for, and has them
// asked for the bodies that run for them, which p.bodies has in their order. A body
// itself goes one row at a time.
func (p planner) triggered(n *plan.TriggerExecutor, d demand) (sql.Node, error) {
	p.changing = true
	p.bodies = append([]sql.Node{n.Right()}, p.bodies...)
	rows, err := p.node(n.Left(), d)
	if err != nil {
		return nil, err
	}
	return n.WithChildren(p.asked(rows), n.Right())
}

// changed puts nodes below an UPDATE or DELETE. The triggers that run after it get its
// rows as they are; with IGNORE some are left out.
func (p planner) changed(n sql.Node, d demand) (sql.Node, error) {
	if update, ok := n.(*plan.Update); ok && update.Ignore {
		p.bodies = nil
	}
	rows, err := p.node(n.Children()[0], d)
	if err != nil {
		return nil, err
	}
	return n.WithChildren(p.asked(rows))
}

// asked puts a node above the rows that bodies run for.
func (p planner) asked(rows sql.Node) sql.Node {
	switch rows.(type) {
	case *plan.TriggerExecutor, *plan.InsertInto, *plan.Update, *plan.DeleteFrom:
		return rows // done below, or rows that have to be written first
	}
	if len(p.bodies) == 0 || !undisturbed(rows) {
		return rows
	}
	a := ask{planner: p}
	var steps script
	for _, body := range p.bodies {
		s, whole := a.script(body)
		if steps = append(steps, s...); !whole {
			break
		}
	}
	if len(a.calls) == 0 {
		return rows
	}
	a.probe(func(ctx *sql.Context, row sql.Row) error {
		_, _, err := steps.run(ctx, row)
		return err
	})
	return p.above(rows, a, all)
}

// undisturbed reports whether rows are the same however far they are read before
// those in front of them are written: they come from one table, or from VALUES.
func undisturbed(n sql.Node) bool {
	ok := true
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		switch n.(type) {
		case *plan.Project, *plan.Filter, *plan.Sort, *plan.TopN, *plan.Limit, *plan.UpdateSource, *plan.TableAlias, *plan.SubqueryAlias,
			*plan.ResolvedTable, *plan.IndexedTableAccess, *plan.Values, *Node, interface{ Carried() sql.Node }:
		default:
			ok = false
		}
		if with, has := n.(sql.Expressioner); has {
			ok = ok && !slices.ContainsFunc(with.Expressions(), holdsQuery)
		}
		return ok
	})
	return ok
}

// script is what a body does to a row as far as it is known, one step after the other.
type script []step

// step returns the row as it is afterwards, and whether the steps after it are known.
type step func(ctx *sql.Context, row sql.Row) (sql.Row, bool, error)

func (s script) run(ctx *sql.Context, row sql.Row) (sql.Row, bool, error) {
	for _, one := range s {
		var known bool
		var err error
		if row, known, err = one(ctx, row); !known || err != nil {
			return row, false, err
		}
	}
	return row, true, nil
}

// script returns that of a body, and whether it is all of it.
func (a *ask) script(n sql.Node) (script, bool) {
	switch n := n.(type) {
	case *plan.TriggerBeginEndBlock, *plan.BeginEndBlock, *plan.Block:
		var all script
		for _, child := range n.Children() {
			s, whole := a.script(child)
			if all = append(all, s...); !whole {
				return all, false
			}
		}
		return all, true
	case *plan.Set:
		return a.sets(n)
	case *plan.IfElseBlock:
		return a.branches(n)
	case *plan.InsertInto:
		return a.inserted(n), true
	case *plan.Update, *plan.DeleteFrom, *plan.TriggerExecutor:
		return nil, true // their rows are not known, but NEW stays as it is
	}
	return nil, false
}

// sets are the assignments of a SET. Those to variables leave the row as it is.
func (a *ask) sets(n *plan.Set) (script, bool) {
	var all script
	for _, e := range n.Exprs {
		set, ok := e.(*expression.SetField)
		if !ok {
			return all, false
		}
		_, field := set.LeftChild.(*expression.GetField)
		own := a.ofRow(set.RightChild)
		switch {
		case field && own == nil:
			return all, false
		case field:
			assign := expression.NewSetField(set.LeftChild, own)
			all = append(all, func(ctx *sql.Context, row sql.Row) (sql.Row, bool, error) {
				value, err := assign.Eval(ctx, row)
				with, ok := value.(sql.Row)
				return with, ok, err
			})
		case own != nil && HasCall(own):
			all = append(all, evaluated(own))
		}
	}
	return all, true
}

func evaluated(e sql.Expression) step {
	return func(ctx *sql.Context, row sql.Row) (sql.Row, bool, error) {
		_, err := e.Eval(ctx, row)
		return row, true, err
	}
}

// branches are the parts of an IF, of which the first runs whose condition is true.
func (a *ask) branches(n *plan.IfElseBlock) (script, bool) {
	conditions, bodies := make([]sql.Expression, len(n.IfConditionals)), make([]branch, len(n.IfConditionals)+1)
	for i, part := range n.IfConditionals {
		if conditions[i] = a.ofRow(part.Condition); conditions[i] == nil {
			return nil, false
		}
		bodies[i] = a.branch(part.Body)
	}
	bodies[len(conditions)] = a.branch(n.Else)
	return script{func(ctx *sql.Context, row sql.Row) (sql.Row, bool, error) {
		taken := len(conditions)
		for i, condition := range conditions {
			if passed, err := passes(ctx, condition, row); err != nil {
				return row, false, err
			} else if passed {
				taken = i
				break
			}
		}
		row, known, err := bodies[taken].run(ctx, row)
		return row, known && bodies[taken].whole, err
	}}, true
}

// branch is a part of an IF.
type branch struct {
	script
	whole bool
}

func (a *ask) branch(n sql.Node) branch {
	if n == nil {
		return branch{whole: true}
	}
	s, whole := a.script(n)
	return branch{s, whole}
}

// inserted are the values of an INSERT of VALUES, which are evaluated whatever else
// the statement does.
func (a *ask) inserted(n *plan.InsertInto) script {
	values := valuesOf(n.Source)
	if values == nil {
		return nil
	}
	var all script
	for _, tuple := range values.ExpressionTuples {
		for _, e := range tuple {
			if own := a.ofRow(e); own != nil && HasCall(own) {
				all = append(all, evaluated(own))
			}
		}
	}
	return all
}

// valuesOf are the VALUES whose rows are those of a source, nil when it has others.
func valuesOf(source sql.Node) *plan.Values {
	switch n := source.(type) {
	case *plan.Values:
		return n
	case *plan.Project:
		return valuesOf(n.Child)
	case interface{ Carried() sql.Node }:
		return valuesOf(n.Carried())
	}
	return nil
}

// ofRow returns a copy of an expression that depends on the row alone, nil for one
// that does not.
func (a *ask) ofRow(e sql.Expression) sql.Expression {
	if !askable(e) || readsState(e) {
		return nil
	}
	own := a.copied(e)
	if own != nil {
		a.calls = append(a.calls, callsIn(e)...)
	}
	return own
}

// readsState reports whether an expression reads what the statements of a body change.
func readsState(e sql.Expression) bool {
	switch e := e.(type) {
	case Call: // one of its children is none of its arguments
		return slices.ContainsFunc(e.Arguments(), readsState)
	case *expression.UserVar, *expression.SystemVar, *expression.ProcedureParam:
		return true
	}
	return slices.ContainsFunc(e.Children(), readsState)
}
