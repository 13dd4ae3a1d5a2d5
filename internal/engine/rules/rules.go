// Package rules mends the engine's analysis of plans. Most of it wraps rules of the
// engine's, known by their names, which change a plan wrongly or at a price:
//
//   - groupby.go shows model calls to ONLY_FULL_GROUP_BY without their mask.
//   - onerow.go counts the rows of a subquery that must return one.
//   - nested.go keeps subqueries that call models from becoming joins, correlated.go
//     what subqueries read of the rows around them.
//   - computing.go gives model calls in GROUP BY and windows columns of their own.
//   - triggers.go reads the text of triggers in the database of their table, and only
//     where it has any.
//   - needless.go leaves out rules that have nothing to do with a plan, by its shape
//     (shape.go).
//
// The others are changes of ours: unused.go leaves out calls for columns that nobody
// reads, loadtext.go has texts loaded before they are computed with, and survey.go finds
// out in one walk whether a plan has anything to change.
package rules

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql/analyzer"
)

// ID is the id of our rules. The engine leaves out rules by their ids where
// it analyses a part of a plan, and never this one. It is one of the engine's own,
// because for each rule that runs the engine makes the name of its id, and does so
// without work for those that it has a name for.
const ID = analyzer.ValidateOperandsId

// around returns the rules, with those of some names inside of what wrap makes of them.
func around(rules []analyzer.Rule, wrap func(analyzer.RuleFunc) analyzer.RuleFunc, names ...string) []analyzer.Rule {
	list := slices.Clone(rules)
	for i, rule := range list {
		if slices.Contains(names, rule.Id.String()) {
			list[i].Apply = wrap(rule.Apply)
		}
	}
	return list
}
