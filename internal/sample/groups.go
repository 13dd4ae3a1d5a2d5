package sample

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/estimate"
)

// grouped looks at calls above a GROUP BY of the same calls, as in SELECT f(v) …
// GROUP BY f(v). How many groups there are depends on the answers: from one to as
// many as rows. What a group's call asks for, one of its rows has asked for. It
// returns false for any other.
func (w walker) grouped(roots []sql.Expression, child sql.Node) bool {
	group := groupBelow(child)
	if group == nil {
		return false
	}
	asked := map[string]bool{}
	for _, c := range callsOf(group.GroupByExprs) {
		asked[c.String()] = true
	}
	calls := callsOf(roots)
	for _, c := range calls {
		if !asked[c.String()] {
			return false
		}
	}
	w = w.unlimited()
	_, tally := w.rows(group.Child, 1)
	if tally == nil {
		return false
	}
	rows, known := w.population(group.Child, tally)
	groups := estimate.Range{Low: min(rows.Low, 1), Likely: max(rows.Likely/2, min(rows.Likely, 1)), High: rows.High}
	l := w.look(calls, nil)
	for _, f := range l.order {
		f.Again = true
	}
	w.add(l, estimate.Figure{Range: groups, Known: known})
	return true
}

// groupBelow is the GROUP BY whose rows are a node's, or some of them; nil for none.
func groupBelow(n sql.Node) *plan.GroupBy {
	for {
		switch with := shown(n).(type) {
		case *plan.GroupBy:
			return with
		case *plan.Project, *plan.Filter, *plan.Having, *plan.Sort, *plan.TopN, *plan.Limit, *plan.Offset:
			n = with.Children()[0]
		default:
			return nil
		}
	}
}
