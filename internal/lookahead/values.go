package lookahead

import (
	"errors"
	"io"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// Values asks for the model calls in the rows of VALUES, and returns when their
// answers are there. The engine evaluates such rows one after the other before
// it gives the first. outer is the row that they are evaluated on, if any.
func Values(ctx *sql.Context, n *plan.Values, outer sql.Row, settings SettingsFunc) error {
	if isSingle(n) || Foreseeing(ctx) {
		return nil
	}
	s := settings(ctx)
	if s.Off || s.Memo == nil {
		return nil
	}
	own := callsOfTuples(n, planner{settings: settings})
	if len(own) == 0 {
		return nil
	}
	node := &Node{ask: ask{probes: tupleProbes(own, outer), copies: slices.Concat(own...)}}
	defer node.Dispose()
	var iter sql.RowIter
	if asker := askerFrom(ctx); asker != nil {
		iter = newRowsWithin(&indexes{to: len(own)}, node, s, asker)
	} else {
		iter = s.Progress.follow(newRows(&indexes{to: len(own)}, node, s), func() (uint64, bool) { return uint64(len(own)), true })
	}
	for {
		if _, err := iter.Next(ctx); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// ValuesCalls are the model calls that Values asks for.
func ValuesCalls(n *plan.Values) []sql.Expression {
	var calls []sql.Expression
	for _, list := range askedTuples(n, planner{}) {
		for _, e := range list {
			calls = append(calls, callsOfExpression(e, func(*plan.Subquery) bool { return true })...)
		}
	}
	return calls
}

// isSingle reports whether there is one call at most to be made.
func isSingle(n *plan.Values) bool { return len(n.ExpressionTuples) < 2 && !severalCalls(n) }

// askedTuples returns, for each row, the expressions that call models and can be
// asked; nil when there are none. All are evaluated before the first row is
// written, so that what subqueries read does not change.
func askedTuples(n *plan.Values, p planner) [][]sql.Expression {
	if isSingle(n) {
		return nil
	}
	var found bool
	own := make([][]sql.Expression, len(n.ExpressionTuples))
	for i, tuple := range n.ExpressionTuples {
		for _, e := range tuple {
			if anyCalls([]sql.Expression{e}) && p.askable(e) {
				own[i], found = append(own[i], e), true
			}
		}
	}
	if !found {
		return nil
	}
	return own
}

// callsOfTuples returns copies of what is asked for each row.
func callsOfTuples(n *plan.Values, p planner) [][]sql.Expression {
	own := askedTuples(n, p)
	for i, list := range own {
		made := make([]sql.Expression, 0, len(list))
		for _, e := range list {
			if e = p.copied(e); e != nil {
				made = append(made, e)
			}
		}
		own[i] = made
	}
	return own
}

// severalCalls reports whether the only row of VALUES has more than one
// expression that calls models.
func severalCalls(n *plan.Values) bool {
	calls := 0
	for _, tuple := range n.ExpressionTuples {
		for _, e := range tuple {
			if anyCalls([]sql.Expression{e}) {
				calls++
			}
		}
	}
	return calls > 1
}

// tupleProbes are the probes of the rows of VALUES, whose numbers are the rows
// that they get.
func tupleProbes(own [][]sql.Expression, outer sql.Row) []probe {
	most := 0
	for _, list := range own {
		most = max(most, len(list))
	}
	probes := make([]probe, most)
	for j := range probes {
		probes[j].eval = func(ctx *sql.Context, row *ahead) error {
			if list := own[row.row[0].(int)]; j < len(list) {
				_, err := list[j].Eval(ctx, outer)
				return err
			}
			return nil
		}
	}
	return probes
}

// indexes gives the numbers below to, a row each.
type indexes struct{ next, to int }

// Next implements sql.RowIter.
func (i *indexes) Next(*sql.Context) (sql.Row, error) {
	if i.next >= i.to {
		return nil, io.EOF
	}
	i.next++
	return sql.Row{i.next - 1}, nil
}

// Close implements sql.RowIter.
func (i *indexes) Close(*sql.Context) error { return nil }
