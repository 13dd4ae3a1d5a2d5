package sample

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/lookahead"
)

// filter looks at the condition of one. Only the rows that pass what is checked
// before any call come to the calls, so that it is a filter below them: how many
// rows pass is then counted as of any other.
func (w walker) filter(condition sql.Expression, child sql.Node) {
	first, rest, ordered := apart(condition)
	if len(first) > 0 {
		child = plan.NewFilter(expression.JoinAnd(first...), child)
	}
	if ordered {
		w.ordered(rest, child)
	} else if roots := rootsOf([]sql.Expression{expression.JoinAnd(rest...)}); len(roots) > 0 {
		w.place(roots, child)
	}
	w.subqueries(rest, []sql.Node{child})
}

// apart parts the conditions that are checked before any that calls a model from
// the rest; ordered is true when the order of the rest is found on the way.
func apart(condition sql.Expression) (first, rest []sql.Expression, ordered bool) {
	if cheap, dear, measured := lookahead.Conditions(condition); measured {
		return cheap, dear, len(dear) > 1
	}
	rest = expression.SplitConjunction(condition)
	for len(rest) > 1 && !asks(rest[0]) && lookahead.Harmless(rest[0]) {
		// AND goes on where its left side is NULL.
		first, rest = append(first, expression.NewNot(expression.NewIsFalse(rest[0]))), rest[1:]
	}
	return first, rest, false
}

// ordered looks at conditions that are evaluated in an order which is found on the
// way, up to the first that is not true: on a row that may be any of them.
func (w walker) ordered(dear []sql.Expression, child sql.Node) {
	groups := alike(dear)
	if k := float64(len(groups)); k > 1 {
		w.share = (k + 1) / (2 * k) // as many of two, where one lets half of the rows through
	}
	for _, g := range groups {
		w.place([]sql.Expression{expression.JoinAnd(g...)}, child)
	}
}

// alike puts the conditions together that have the same calls, as the engine makes
// of one with LIKE. Whichever of them is the first, its calls are asked for.
func alike(conditions []sql.Expression) [][]sql.Expression {
	var groups [][]sql.Expression
	at := map[string]int{}
	for _, c := range conditions {
		var texts []string
		for _, call := range callsIn(c) {
			texts = append(texts, call.String())
		}
		slices.Sort(texts)
		key := strings.Join(slices.Compact(texts), "\x00")
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}
