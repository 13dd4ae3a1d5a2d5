package sample

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/lookahead"
)

// stripped is a part of a plan that can be run without asking models.
type stripped struct {
	node sql.Node
	// ok is false when there is none.
	ok    bool
	mark  *mark
	gates []*gate
	scan  *scan
	// tainted are the columns that would be answers, in lower case.
	tainted map[string]bool
	// blocking is true when some node reads many rows before it gives one.
	blocking bool
}

// mark says of the row that is under way what depends on answers.
type mark struct {
	// maybe is true when the row does; ever, when one did before.
	maybe, ever bool
	// dirty is true when a column of some row is NULL in the place of an answer.
	dirty bool
}

// strip makes one, whose tables s reads.
func strip(n sql.Node, s *scan) stripped {
	out := stripped{ok: true, mark: &mark{}, tainted: map[string]bool{}, scan: s}
	out.node = out.of(n)
	return out
}

// chance is how many of the rows that may come do: as many as of those whose
// answers are recorded, or half of them.
func (s *stripped) chance() float64 {
	chance := 1.0
	for _, g := range s.gates {
		switch known := g.counts.yes + g.counts.no; {
		case g.counts.unknown == 0:
		case known < leastKnown:
			chance /= 2
		default:
			chance *= float64(g.counts.yes) / float64(known)
		}
	}
	return chance
}

// leastKnown is how many recorded answers say what others will be.
const leastKnown = 10

// fail gives up; the rows cannot be known without the models.
func (s *stripped) fail(n sql.Node) sql.Node {
	s.ok = false
	return n
}

// of strips a node. Every node is made anew, as some keep what they have read.
func (s *stripped) of(n sql.Node) sql.Node {
	n = shown(n)
	switch n := n.(type) {
	case *plan.Sort: // which rows come does not depend on their order
		return s.of(n.Child)
	case *plan.TopN:
		if callsIn := callsOf(n.Fields.ToExpressions()); len(callsIn) > 0 {
			return plan.NewLimit(n.Limit, s.of(n.Child))
		}
	case *plan.CachedResults:
		return s.of(n.Child)
	case *plan.TriggerExecutor:
		return s.of(n.Left())
	case *plan.Filter:
		return s.filter(n.Expression, n.Child)
	case *plan.Having:
		return s.filter(n.Cond, n.Child)
	case *plan.ResolvedTable, *plan.IndexedTableAccess:
		if !harmless(n) {
			return s.fail(n)
		}
		return &scanning{plan.UnaryNode{Child: n}, s.scan, n == s.scan.leaf}
	}
	return s.other(n)
}

// other strips a node that is none of those.
func (s *stripped) other(n sql.Node) sql.Node {
	var err error
	if with, ok := n.(sql.Expressioner); ok {
		if !harmless(n) {
			return s.fail(n)
		}
		if n, err = s.answerless(n, with.Expressions()); err != nil {
			return s.fail(n)
		}
	}
	before := len(s.tainted)
	children := n.Children()
	if len(children) == 0 {
		return n
	}
	made := make([]sql.Node, len(children))
	for i, child := range children {
		made[i] = s.of(child)
	}
	if len(s.tainted) > before && !passes(n) {
		return s.fail(n) // it compares what is not there
	}
	s.blocking = s.blocking || !passes(n)
	if !s.ok {
		return n
	}
	with, err := n.WithChildren(made...)
	if err != nil {
		return s.fail(n)
	}
	return with
}

// harmless reports whether a node's expressions are.
func harmless(n sql.Node) bool {
	if with, ok := n.(sql.Expressioner); ok {
		for _, e := range with.Expressions() {
			if !lookahead.Harmless(e) {
				return false
			}
		}
	}
	return true
}

// answerless puts NULL for answers that are not known into what a node computes.
func (s *stripped) answerless(n sql.Node, list []sql.Expression) (sql.Node, error) {
	with, changed := make([]sql.Expression, len(list)), false
	for i, e := range list {
		if with[i] = e; asks(e) {
			with[i], changed = &guess{e, s.mark}, true
			s.tainted[strings.ToLower(nameOf(e))] = true
		}
	}
	if !changed {
		return n, nil
	}
	switch n := n.(type) {
	case *plan.Project:
		return n.WithExpressions(with...)
	case *plan.GroupBy:
		if len(callsOf(n.GroupByExprs)) == 0 { // as many groups as there are without
			return n.WithExpressions(with...)
		}
	}
	s.fail(n)
	return n, nil
}

func nameOf(e sql.Expression) string {
	if named, ok := e.(sql.Nameable); ok {
		return named.Name()
	}
	return e.String()
}

// passes reports whether a node gives rows one by one as they come, whatever is in
// their columns.
func passes(n sql.Node) bool {
	switch n.(type) {
	case *plan.Project, *plan.TableAlias, *plan.SubqueryAlias, *plan.Limit, *plan.Offset:
		return true
	}
	return false
}

// filter parts the conditions that need an answer from the others.
func (s *stripped) filter(condition sql.Expression, below sql.Node) sql.Node {
	child := s.of(below)
	var cheap, dear []sql.Expression
	for _, c := range expression.SplitConjunction(strictless(condition)) {
		switch {
		case !lookahead.Harmless(c):
			return s.fail(child)
		case asks(c) || len(s.tainted) > 0:
			dear = append(dear, c)
		default:
			cheap = append(cheap, c)
		}
	}
	if !s.ok {
		return child
	}
	if len(cheap) > 0 {
		child = plan.NewFilter(expression.JoinAnd(cheap...), child)
	}
	if len(dear) > 0 {
		g := &gate{UnaryNode: plan.UnaryNode{Child: child}, conditions: dear, mark: s.mark, counts: &verdicts{}}
		s.gates = append(s.gates, g)
		child = g
	}
	return child
}

// strictless is a condition without what makes it strict and without the order of
// its parts, both of which keep a state.
func strictless(e sql.Expression) sql.Expression {
	if _, ordered := e.(*lookahead.Measured); ordered {
		return lookahead.Unmeasured(e)
	}
	if children := e.Children(); len(children) == 1 && holdsOrder(children[0]) {
		return strictless(children[0])
	}
	return e
}

func holdsOrder(e sql.Expression) bool {
	_, ordered := e.(*lookahead.Measured)
	return ordered
}

// guess is an expression whose value is NULL where it is not known.
type guess struct {
	sql.Expression
	mark *mark
}

// Eval implements sql.Expression.
func (g *guess) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	value, err := g.Expression.Eval(ctx, row)
	if err != nil {
		g.mark.dirty = true
		return nil, nil
	}
	return value, nil
}

// IsNonDeterministic implements sql.NonDeterministicExpression.
func (g *guess) IsNonDeterministic() bool { return true }

// Children implements sql.Expression: nothing is to change what is in it.
func (g *guess) Children() []sql.Expression { return nil }

// WithChildren implements sql.Expression.
func (g *guess) WithChildren(...sql.Expression) (sql.Expression, error) { return g, nil }

// gate lets the rows through that meet conditions as far as answers are known.
type gate struct {
	plan.UnaryNode
	conditions []sql.Expression
	mark       *mark
	counts     *verdicts
}

// verdicts count rows.
type verdicts struct{ yes, no, unknown int }

var _ sql.ExecBuilderNode = (*gate)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (g *gate) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	rows, err := b.Build(ctx, g.Child, row)
	return &gated{rows, g}, err
}

// Schema implements sql.Node.
func (g *gate) Schema() sql.Schema { return g.Child.Schema() }

// IsReadOnly implements sql.Node.
func (g *gate) IsReadOnly() bool { return true }

// String implements sql.Node. No plan that is shown has one.
func (g *gate) String() string { return "Gate" }

// WithChildren implements sql.Node.
func (g *gate) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(g, len(children), 1)
	}
	with := *g
	with.Child = children[0]
	return &with, nil
}

type gated struct {
	sql.RowIter
	gate *gate
}

// Next implements sql.RowIter.
func (r *gated) Next(ctx *sql.Context) (sql.Row, error) {
	g := r.gate
	for {
		row, err := r.RowIter.Next(ctx)
		if err != nil {
			return row, err
		}
		passed, known := g.verdict(ctx, row)
		switch {
		case !known:
			g.counts.unknown++
			g.mark.maybe, g.mark.ever = true, true
			return row, nil
		case passed:
			g.counts.yes++
			return row, nil
		}
		g.counts.no++
	}
}

// verdict says whether a row meets the conditions.
func (g *gate) verdict(ctx *sql.Context, row sql.Row) (passed, known bool) {
	known = true
	for _, c := range g.conditions {
		if g.mark.dirty {
			return false, false
		}
		value, err := sql.EvaluateCondition(ctx, c, row)
		switch {
		case err != nil:
			known = false
		case !sql.IsTrue(value):
			return false, true
		}
	}
	return known, known
}
