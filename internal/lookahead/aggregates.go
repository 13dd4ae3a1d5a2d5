package lookahead

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function/aggregation"
	"github.com/dolthub/go-mysql-server/sql/expression/function/aggregation/window"
)

// RowAggregate is an aggregate function, not the engine's, that evaluates its
// arguments on every row of its group.
type RowAggregate interface {
	sql.Aggregation
	OfEveryRow()
}

// aggregates asks for the arguments of aggregate functions that are evaluated on
// every row of a group. ANY_VALUE, and what stands for the first row of its
// group, are not: they stop at the first value.
func (a *ask) aggregates(list []sql.Expression) {
	for _, e := range list {
		switch agg := e.(type) {
		case *aggregation.Sum, *aggregation.Avg, *aggregation.Count, *aggregation.Max, *aggregation.Min,
			*aggregation.BitAnd, *aggregation.BitOr, *aggregation.BitXor, *aggregation.JsonArray, *aggregation.JSONObjectAgg,
			*aggregation.StdDevPop, *aggregation.StdDevSamp, *aggregation.VarPop, *aggregation.VarSamp:
			a.each(undistinct(e.Children()))
		case RowAggregate:
			a.each(undistinct(e.Children()))
		case *aggregation.GroupConcat: // its order is evaluated within groups of two and more
			a.each(agg.OutputExpressions())
		case *aggregation.CountDistinct:
			a.untilNull(agg.Children())
		}
	}
}

// undistinct are arguments without DISTINCT, which remembers what it has seen.
func undistinct(list []sql.Expression) []sql.Expression {
	own := make([]sql.Expression, len(list))
	for i, e := range list {
		if distinct, ok := e.(*expression.DistinctExpression); ok {
			e = distinct.Child
		}
		own[i] = e
	}
	return own
}

// untilNull asks for expressions that are evaluated in order until one is NULL.
func (a *ask) untilNull(list []sql.Expression) {
	own, calls := make([]sql.Expression, len(list)), []sql.Expression{}
	for i, e := range list {
		if !a.planner.askable(e) {
			return
		}
		if own[i] = a.copied(e); own[i] == nil {
			return
		}
		calls = append(calls, callsIn(e)...)
	}
	if len(calls) == 0 {
		return
	}
	a.calls = append(a.calls, calls...)
	a.probe(func(ctx *sql.Context, row sql.Row) error {
		for _, e := range own {
			if value, err := e.Eval(ctx, row); value == nil || err != nil {
				return err
			}
		}
		return nil
	})
}

// window asks for what a window node evaluates on every row of its child.
func (a *ask) window(list []sql.Expression) {
	for _, e := range list {
		if alias, ok := e.(*expression.Alias); ok {
			e = alias.Child
		}
		over, ok := e.(interface{ Window() *sql.WindowDefinition })
		if !ok {
			a.each([]sql.Expression{e})
			continue
		}
		w := over.Window()
		a.partition(w)
		a.each(framed(e, w))
	}
}

// partition asks for the expressions by which the rows of windows are sorted and
// parted. Rows are compared by the order of a window only where their partition
// is the same.
func (a *ask) partition(w *sql.WindowDefinition) {
	if w == nil {
		return
	}
	a.compared(w.PartitionBy)
	if len(w.PartitionBy) == 0 {
		a.first(w.OrderBy)
	}
}

// framed are the arguments of a window function that it evaluates on every row:
// sums and counts do so before they look at the frame, others when the frame
// leaves no row out.
func framed(e sql.Expression, w *sql.WindowDefinition) []sql.Expression {
	switch agg := e.(type) {
	case *aggregation.Sum, *aggregation.Avg, *aggregation.Count:
		return undistinct(e.Children()[:1]) // the others are the window's
	case *aggregation.Max, *aggregation.Min:
		if w == nil || w.Frame == nil {
			return undistinct(e.Children()[:1])
		}
	case *window.LastValue:
		if w == nil || w.Frame == nil {
			return []sql.Expression{agg.Child}
		}
	}
	return nil
}
