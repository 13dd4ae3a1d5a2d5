package lookahead

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// Values asks for the model calls in the rows of VALUES, and returns when their
// answers are there. The engine evaluates such rows one after the other before
// it gives the first. outer is the row that they are evaluated on, if any.
func Values(ctx *sql.Context, n *plan.Values, outer sql.Row, settings SettingsFunc) error {
	own := callsOfTuples(n)
	if len(own) == 0 {
		return nil
	}
	s := settings(ctx)
	if s.Off || s.Memo == nil {
		return nil
	}
	iter := s.Progress.follow(newRows(&indexes{to: len(own)}, ask{probes: tupleProbes(own, outer)}, s, &Node{}),
		func() (uint64, bool) { return uint64(len(own)), true })
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
	for _, list := range callsOfTuples(n) {
		for _, e := range list {
			calls = append(calls, callsIn(e)...)
		}
	}
	return calls
}

// callsOfTuples returns, for each row, the expressions that call models and can
// be asked; nil when there are none.
func callsOfTuples(n *plan.Values) [][]sql.Expression {
	if len(n.ExpressionTuples) < 2 && !severalCalls(n) {
		return nil
	}
	var found bool
	own := make([][]sql.Expression, len(n.ExpressionTuples))
	for i, tuple := range n.ExpressionTuples {
		for _, e := range tuple {
			if HasCall(e) && askable(e) {
				if made := copied(e); made != nil {
					own[i], found = append(own[i], made), true
				}
			}
		}
	}
	if !found {
		return nil
	}
	return own
}

// severalCalls reports whether the only row of VALUES has more than one
// expression that calls models.
func severalCalls(n *plan.Values) bool {
	calls := 0
	for _, tuple := range n.ExpressionTuples {
		for _, e := range tuple {
			if HasCall(e) {
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
