package sample

import (
	"math"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/estimate"
	"airglow/internal/lookahead"
)

// outerRows is how many rows of a query around a subquery, or of the left side of
// a join, what is in it is looked at for.
const outerRows = 20

// walker goes through a plan.
type walker struct {
	ctx      *sql.Context
	o        Options
	found    *[]Found
	deadline time.Time
	// run runs a node to its end, with what is around it in the plan.
	run func(ctx *sql.Context, n sql.Node) error
	// once is true where that is run for one row of what is around it and not for
	// each; partly where it may be left before its end.
	once, partly bool
	// share is how many of the rows a condition is evaluated on that has no fixed
	// place among others; 0 for any other expression.
	share float64
	// scale is how many times as many rows there are around it as it is run for.
	scale estimate.Range
	// limit is how many rows are taken of a node, 0 for all; about where more may
	// have to be read to have them.
	limit uint64
	about bool
}

// drain is run for what nothing is around.
func (w walker) drain(ctx *sql.Context, n sql.Node) error {
	rows, err := w.o.Builder.Build(ctx, n, nil)
	if err != nil {
		return err
	}
	for err == nil {
		_, err = rows.Next(ctx)
	}
	return rows.Close(ctx)
}

// shown is the node itself, where another only reads ahead for it or names its
// errors.
func shown(n sql.Node) sql.Node {
	for {
		switch with := n.(type) {
		case *lookahead.Node:
			n = with.Child
		case interface{ Carried() sql.Node }:
			n = with.Carried()
		default:
			return lookahead.Uncomputed(n)
		}
	}
}

// node looks for places in a plan.
func (w walker) node(n sql.Node) {
	n = shown(n)
	if !lookahead.HasCalls(n) {
		return
	}
	switch n := n.(type) {
	case *plan.InsertInto:
		w = w.unlimited()
		w.assignments(n)
		w.node(n.Source)
		return
	case *plan.TableCopier:
		w.unlimited().node(n.Source)
		return
	case *plan.TriggerExecutor: // the rows of its body are not known
		w.node(n.Left())
		w.blind(callsBelow(n.Right()))
		return
	case *plan.RecursiveCte:
		w.blind(callsBelow(n))
		return
	case *plan.Values:
		w.values(n)
		return
	case *plan.JoinNode:
		w.join(n)
		return
	}
	children := n.Children()
	switch n := n.(type) {
	case *plan.Filter:
		w.below(n).filter(n.Expression, n.Child)
	case *plan.Having:
		w.below(n).filter(n.Cond, n.Child)
	default:
		w.expressions(n, children)
	}
	for _, child := range children {
		w.below(n).node(child)
	}
}

// assignments looks at those after ON DUPLICATE KEY UPDATE.
func (w walker) assignments(n *plan.InsertInto) {
	calls := callsOf(n.OnDupExprs)
	if len(calls) == 0 {
		return
	}
	if rows, values, ok := lookahead.Met(w.ctx, n); ok {
		w.place(rootsOf(values), rows)
	} else {
		w.blind(calls)
	}
}

// expressions looks at those of a node.
func (w walker) expressions(n sql.Node, children []sql.Node) {
	with, ok := n.(sql.Expressioner)
	if !ok {
		return
	}
	list := with.Expressions()
	if hash, ok := n.(*plan.HashLookup); ok {
		list = []sql.Expression{hash.RightEntryKey} // the other is evaluated on the left side
	}
	if roots := rootsOf(list); len(roots) > 0 {
		if len(children) == 1 {
			w.below(n).place(roots, children[0])
		} else {
			w.blind(callsOf(roots))
		}
	}
	w.subqueries(list, children)
}

// subqueries looks into those of expressions on the rows of a node's children.
func (w walker) subqueries(list []sql.Expression, children []sql.Node) {
	for _, s := range subqueries(list...) {
		if lookahead.HasCalls(s.Query) {
			w.subquery(s, children)
		}
	}
}

// join looks at the sides of a join. The right one is run for the rows of the
// left, with which its own begin.
func (w walker) join(n *plan.JoinNode) {
	if n.Filter != nil {
		w.blind(callsOf([]sql.Expression{n.Filter}))
	}
	w = w.unlimited()
	w.node(n.Left())
	if hash, ok := n.Right().(*plan.HashLookup); ok {
		if roots := rootsOf([]sql.Expression{hash.LeftProbeKey}); len(roots) > 0 {
			w.place(roots, n.Left())
		}
	}
	left := strip(n.Left(), w.scanOf(n.Left()))
	if !left.ok {
		w.blind(callsBelow(n.Right()))
		return
	}
	around := w.run
	w.run = func(ctx *sql.Context, right sql.Node) error {
		with, err := n.WithFilter(nil).WithChildren(left.node, right)
		if err != nil {
			return err
		}
		return around(ctx, with)
	}
	_, hash := n.Right().(*plan.HashLookup)
	_, cached := n.Right().(*plan.CachedResults)
	w.once = w.once || hash || cached || n.Op.IsMerge()
	w.partly = w.partly || n.Op.IsMerge() || n.Op.IsSemi() || n.Op.IsAnti() || n.Op.IsPartial()
	w.node(n.Right())
}

// subquery looks into a subquery of a node's expressions, for some of the rows of
// the node's child.
func (w walker) subquery(s *plan.Subquery, children []sql.Node) {
	outer := []sql.Row{nil}
	if len(children) == 1 {
		rows, tally := w.rows(children[0], outerRows)
		if len(rows) == 0 {
			if tally == nil || !tally.ended {
				w.blind(callsBelow(s.Query))
			}
			return
		}
		outer = outer[:0]
		for _, r := range rows {
			outer = append(outer, r.row)
		}
		if s.Correlated().Empty() {
			outer = outer[:1] // others would ask for the same
		} else if all, known := w.population(children[0], tally); known {
			factor := all.Likely / float64(len(outer))
			w.scale = estimate.Range{Low: w.scale.Low * factor / 2, Likely: w.scale.Likely * factor, High: w.scale.High * factor * 2}
			if len(outer) == int(all.High) {
				w.scale = estimate.Exactly(1)
			}
		}
	}
	w.run = func(ctx *sql.Context, n sql.Node) error {
		for _, row := range outer {
			if _, err := s.WithQuery(n).EvalMultiple(ctx, row); err != nil {
				return err
			}
		}
		return nil
	}
	w.unlimited().node(s.Query)
}

// values looks at the rows of VALUES.
func (w walker) values(n *plan.Values) {
	l := w.look(callsOf(flattened(n.ExpressionTuples)), nil)
	picked := reservoir{most: w.o.Rows}
	var tuples [][]sql.Expression
	for _, tuple := range n.ExpressionTuples {
		if at, keep := picked.place(); keep {
			tuples = put(tuples, at, tuple)
		}
	}
	for _, tuple := range tuples {
		l.look(w.ctx, rootsOf(tuple), kept{chance: 1})
	}
	w.add(l, estimate.About(estimate.Exactly(float64(len(n.ExpressionTuples)))))
}

func flattened(tuples [][]sql.Expression) []sql.Expression {
	var list []sql.Expression
	for _, tuple := range tuples {
		list = append(list, tuple...)
	}
	return list
}

// place looks at expressions that are evaluated on the rows of a node.
func (w walker) place(roots []sql.Expression, child sql.Node) {
	rows, tally := w.rows(child, w.o.Rows)
	if tally == nil {
		if !w.grouped(roots, child) {
			w.blind(callsOf(roots))
		}
		return
	}
	all, known := w.population(child, tally)
	if !tally.mark.dirty { // the ledger had all answers
		tally.tainted = nil
	}
	l := w.look(callsOf(roots), tally.tainted)
	for i, row := range rows {
		if i >= leastRows && w.o.Now().After(w.deadline.Add(w.o.Time)) {
			break
		}
		if w.share > 0 {
			row.maybe, row.chance = true, row.chance*w.share
		}
		l.look(w.ctx, roots, row)
	}
	w.add(l, estimate.Figure{Range: all, Known: known})
}

// population is how many rows there are of which some were kept.
func (w walker) population(child sql.Node, t *tally) (estimate.Range, bool) {
	all, known := estimate.Exactly(float64(t.n)), t.ended
	if !known {
		var n uint64
		if n, known = lookahead.RowsOf(w.ctx, child); known {
			all = estimate.Exactly(float64(n))
		} else if t.scan.leaf != nil && t.scan.leaf == shown(child) {
			all, known = estimate.Exactly(float64(t.scan.total)), true
		} else if share := t.scan.scanned(); share > 0 {
			all, known = estimate.Reckoned(t.n, share), true
		}
	}
	all = estimate.Range{Low: all.Low * w.scale.Low, Likely: all.Likely * w.scale.Likely, High: all.High * w.scale.High}
	if w.partly {
		all.Low = min(all.Low, 1)
	}
	if limit := float64(w.limit); w.limit > 0 && w.about {
		all.Low, all.Likely = min(all.Low, limit), min(all.Likely, 2*limit)
	} else if w.limit > 0 {
		all = estimate.Range{Low: min(all.Low, limit), Likely: min(all.Likely, limit), High: min(all.High, limit)}
	}
	return all, known
}

// add keeps what a look found, for each function.
func (w walker) add(l *look, rows estimate.Figure) {
	for _, f := range l.order {
		f.Rows, f.Sampled, f.Maybe, f.Chance = rows, l.rows, l.maybe, l.chance
		*w.found = append(*w.found, *f)
	}
}

// blind adds calls of which nothing is known.
func (w walker) blind(calls []Call) {
	if len(calls) > 0 {
		w.add(w.look(calls, nil), estimate.Figure{})
	}
}

func callsOf(list []sql.Expression) []Call {
	var calls []Call
	for _, e := range list {
		calls = append(calls, callsIn(e)...)
	}
	return calls
}

// callsBelow are the calls anywhere in a plan.
func callsBelow(n sql.Node) []Call {
	n = shown(n)
	var calls []Call
	if with, ok := n.(sql.Expressioner); ok {
		calls = callsOf(with.Expressions())
		for _, s := range subqueries(with.Expressions()...) {
			calls = append(calls, callsBelow(s.Query)...)
		}
	}
	for _, child := range n.Children() {
		calls = append(calls, callsBelow(child)...)
	}
	return calls
}

func (w walker) unlimited() walker {
	w.limit, w.about = 0, false
	return w
}

// below is the walker for what is below a node.
func (w walker) below(n sql.Node) walker {
	switch n := n.(type) {
	case *plan.Limit:
		if rows, ok := literal(n.Limit); ok && !n.CalcFoundRows {
			w.limit, w.about = rows, false
		}
	case *plan.Offset:
		if skipped, ok := literal(n.Offset); ok && w.limit > 0 {
			w.limit += skipped
		}
	case *plan.Project, *plan.TableAlias, *plan.SubqueryAlias, *plan.Update, *plan.UpdateSource, *plan.DeleteFrom:
	case *plan.Sort, *plan.TopN, *plan.GroupBy, *plan.Window:
		return w.unlimited()
	default:
		w.about = true
	}
	return w
}

// literal is the number of a LIMIT or OFFSET.
func literal(e sql.Expression) (uint64, bool) {
	constant, ok := e.(*expression.Literal)
	if !ok {
		return 0, false
	}
	n, _, err := types.Uint64.Convert(sql.NewEmptyContext(), constant.Value())
	rows, ok := n.(uint64)
	return rows, ok && err == nil && rows < math.MaxInt64
}
