package lookahead

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// A probe evaluates, on a row, something that the node above will evaluate on
// it, in asking mode. The results do not matter.
type probe struct {
	eval func(ctx *sql.Context, row *ahead) error
	when when
}

// when says on which rows a probe is asked.
type when int

const (
	always when = iota
	// pairs: on none before there is a second one. Who compares rows evaluates
	// nothing on a single one.
	pairs
	// later: on all but the first.
	later
)

// ask is what is asked on the rows of a node's child.
type ask struct {
	probes []probe
	// calls are the model calls that the probes cover.
	calls []sql.Expression
	// when is that of the probes being added.
	when when
	// conditions are those that are asked for in turn, nil where there are none.
	// Their order says how far rows may be read.
	conditions *conditions
	// meets are the rows of the table that these meet as they are written, for the
	// probes that are asked on both; nil where there are none.
	meets *meets
	// planner makes the copies that the probes evaluate.
	planner planner
	// copies are what the probes evaluate.
	copies []sql.Expression
	// queries is true when some of the probes run subqueries.
	queries bool
}

// pairs reports whether some probes need a second row.
func (a *ask) pairs() bool {
	return slices.ContainsFunc(a.probes, func(p probe) bool { return p.when == pairs })
}

// askOf returns what can be asked for a node; false when there is nothing.
func (p planner) askOf(n sql.Node) (ask, bool) {
	a := ask{planner: p}
	switch n := n.(type) {
	case *plan.Project:
		a.each(n.Projections)
	case *plan.Filter:
		a.condition(n.Expression)
	case *plan.Having:
		a.condition(n.Cond)
	case *OuterJoin:
		a.pairsOf(n)
	case *Computed:
		a.each(n.list)
	case *plan.Sort:
		a.first(n.SortFields)
	case *plan.TopN:
		a.first(n.Fields)
	case *plan.HashLookup: // its keys are made of all rows before it is used
		a.each([]sql.Expression{n.RightEntryKey})
	case *plan.UpdateSource:
		a.assignments(n.UpdateExprs)
	}
	return a, len(a.probes) > 0
}

// each asks for expressions that are all evaluated on every row.
func (a *ask) each(list []sql.Expression) {
	for _, e := range list {
		if !callsPerRow(e) || !a.planner.askable(e) {
			continue
		}
		a.calls = append(a.calls, callsIn(e)...)
		a.expression(e)
	}
}

// expression adds a probe.
func (a *ask) expression(e sql.Expression) {
	own := a.copied(e)
	if own == nil {
		return
	}
	a.probe(func(ctx *sql.Context, row sql.Row) error {
		_, err := own.Eval(ctx, row)
		return err
	})
}

// copied is the planner's copy of an expression.
func (a *ask) copied(e sql.Expression) sql.Expression {
	own := a.planner.copied(e)
	if own != nil {
		a.queries = a.queries || holdsQuery(e)
		a.copies = append(a.copies, own)
	}
	return own
}

func (a *ask) probe(eval func(ctx *sql.Context, row sql.Row) error) {
	a.probes = append(a.probes, probe{func(ctx *sql.Context, row *ahead) error { return eval(ctx, row.row) }, a.when})
}

// condition asks for the condition of a filter.
func (a *ask) condition(e sql.Expression) {
	m, ok := e.(*Measured)
	if !ok {
		a.each([]sql.Expression{e})
		return
	}
	if asked, ok := m.asked(a); ok {
		a.probes = append(a.probes, probe{asked.eval, a.when})
		a.calls, a.conditions = append(a.calls, callsIn(m)...), asked
	}
}

// compared asks for expressions that are evaluated on every row when there are
// at least two.
func (a *ask) compared(list []sql.Expression) {
	a.when = pairs
	a.each(list)
	a.when = always
}

// first asks for the first field of an order. The others are evaluated for rows
// that are equal in it, which are not known ahead.
func (a *ask) first(fields sql.SortFields) {
	if len(fields) > 0 {
		a.compared([]sql.Expression{fields[0].Column})
	}
}

// assignments asks for those of an UPDATE, which are evaluated one after the
// other: each sees the columns that those before it have set.
func (a *ask) assignments(list []sql.Expression) {
	var own []sql.Expression
	for _, e := range list {
		right, ok := assigned(e)
		if !ok || !a.planner.askable(right) {
			return // those after it depend on what it sets
		}
		made := a.copied(e)
		if made == nil {
			return
		}
		own = append(own, made)
		a.calls = append(a.calls, callsIn(right)...)
	}
	if len(a.calls) == 0 {
		return
	}
	a.probe(func(ctx *sql.Context, row sql.Row) error {
		for _, e := range own {
			value, err := e.Eval(ctx, row)
			if err != nil {
				return err
			}
			next, ok := value.(sql.Row)
			if !ok {
				return nil
			}
			row = next
		}
		return nil
	})
	a.independent(list)
}

// independent asks besides for the values of assignments that read nothing that
// those before them set, so that several columns are asked for at once.
func (a *ask) independent(list []sql.Expression) {
	set := map[int]bool{}
	for i, e := range list {
		right, ok := assigned(e)
		if !ok {
			return
		}
		if i > 0 && HasCall(right) && !holdsQuery(right) && !reads(right, set) {
			a.expression(right)
		}
		set[e.Children()[0].(*expression.GetField).Index()] = true
	}
}

// assigned is the value of an assignment.
func assigned(e sql.Expression) (sql.Expression, bool) {
	children := e.Children()
	if len(children) != 2 {
		return nil, false
	}
	_, ok := children[0].(*expression.GetField)
	return children[1], ok
}

func reads(e sql.Expression, columns map[int]bool) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		if field, ok := e.(*expression.GetField); ok && columns[field.Index()] {
			found = true
		}
		return !found
	})
	return found
}

// callsIn are the model calls of an expression, the outermost first, those of
// subqueries that are run for each row included.
func callsIn(e sql.Expression) []sql.Expression {
	return callsOfExpression(e, func(q *plan.Subquery) bool { return !q.CanCacheResults() })
}

// callsOfExpression are the model calls of an expression, those of some of its
// subqueries included.
func callsOfExpression(e sql.Expression, within func(*plan.Subquery) bool) []sql.Expression {
	var calls []sql.Expression
	sql.Inspect(e, func(e sql.Expression) bool {
		switch e := e.(type) {
		case Call:
			calls = append(calls, e)
		case *plan.Subquery:
			if within(e) {
				calls = append(calls, callsOfPlan(e.Query, within)...)
			}
		}
		return true
	})
	return calls
}

func callsOfPlan(n sql.Node, within func(*plan.Subquery) bool) []sql.Expression {
	var calls []sql.Expression
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if with, ok := n.(sql.Expressioner); ok {
			for _, e := range with.Expressions() {
				calls = append(calls, callsOfExpression(e, within)...)
			}
		}
		return true
	})
	return calls
}
