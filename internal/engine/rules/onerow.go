package rules

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// unnestRule is the name of the engine's rule that makes a join of a comparison
// with a subquery. In such a join each row of the subquery may fit; MySQL has
// error 1242 when there are several.
const unnestRule = "unnestInSubqueries"

// Counted are the engine's rules, with that one counting rows.
func Counted(rules []analyzer.Rule) []analyzer.Rule { return around(rules, countingRows, unnestRule) }

// countingRows runs the rule on a plan that hides the subqueries from it which
// may return several rows. What stays a subquery counts its rows.
func countingRows(unnest analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		hiding, same, err := transform.Node(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
			return hideComparisons(ctx, n)
		})
		if err != nil || same == transform.SameTree {
			return unnest(ctx, a, n, scope, sel, flags)
		}
		joined, same, err := unnest(ctx, a, hiding, scope, sel, flags)
		if err != nil || same == transform.SameTree {
			return n, transform.SameTree, err
		}
		joined, _, err = transform.NodeExprs(joined, show)
		return joined, transform.NewTree, err
	}
}

// hideComparisons hides the subqueries of a filter's comparisons, of which alone
// the rule makes joins.
func hideComparisons(ctx *sql.Context, n sql.Node) (sql.Node, transform.TreeIdentity, error) {
	filter, ok := n.(*plan.Filter)
	if !ok {
		return n, transform.SameTree, nil
	}
	conditions, same := expression.SplitConjunction(filter.Expression), transform.SameTree
	for i, condition := range conditions {
		condition, unchanged, err := hideWithin(ctx, condition)
		if err != nil {
			return nil, transform.SameTree, err
		}
		same = same && unchanged
		hiding, unchanged, err := hideComparison(ctx, condition)
		if err != nil {
			return nil, transform.SameTree, err
		}
		conditions[i], same = hiding, same && unchanged
	}
	if same == transform.SameTree {
		return n, transform.SameTree, nil
	}
	return plan.NewFilter(expression.JoinAnd(conditions...), filter.Child), transform.NewTree, nil
}

// hideWithin hides those within the subqueries of a condition, which may become
// joins with it.
func hideWithin(ctx *sql.Context, e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	return transform.Expr(e, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		subquery, ok := e.(*plan.Subquery)
		if !ok {
			return e, transform.SameTree, nil
		}
		query, same, err := transform.Node(subquery.Query, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
			return hideComparisons(ctx, n)
		})
		if err != nil || same == transform.SameTree {
			return e, transform.SameTree, err
		}
		return subquery.WithQuery(query), transform.NewTree, nil
	})
}

// hideComparison hides the subquery of a comparison, unless it has one row and
// no row at all makes the condition untrue, as no partner does in the join.
func hideComparison(ctx *sql.Context, e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	if not, ok := e.(*expression.Not); ok {
		child, same, err := hideSubquery(not.Child, func(*plan.Subquery) bool { return true })
		return expression.NewNot(child), same, err
	}
	nullRejecting := plan.IsNullRejecting(e)
	return hideSubquery(e, func(s *plan.Subquery) bool { return !nullRejecting || !hasOneRow(ctx, s.Query) })
}

func hideSubquery(e sql.Expression, hidden func(*plan.Subquery) bool) (sql.Expression, transform.TreeIdentity, error) {
	comparison, ok := e.(expression.Comparer)
	if _, in := e.(*plan.InSubquery); in || !ok {
		return e, transform.SameTree, nil
	}
	subquery, ok := comparison.Right().(*plan.Subquery)
	if !ok || !hidden(subquery) {
		return e, transform.SameTree, nil
	}
	with, err := e.WithChildren(comparison.Left(), &hiddenSubquery{subquery})
	return with, transform.NewTree, err
}

// hasOneRow reports whether a query returns one row at most, whatever its tables
// hold.
func hasOneRow(ctx *sql.Context, n sql.Node) bool {
	switch n := n.(type) {
	case *plan.Limit:
		literal, ok := n.Limit.(*expression.Literal)
		if !ok {
			return false
		}
		count, _, err := types.Int64.Convert(ctx, literal.Value())
		return err == nil && count.(int64) <= 1
	case *plan.GroupBy:
		return len(n.GroupByExprs) == 0
	case *plan.Filter:
		return namesKey(ctx, n)
	case *plan.Project, *plan.Having, *plan.Sort, *plan.Distinct:
		return hasOneRow(ctx, n.Children()[0])
	}
	return false
}

// namesKey reports whether a filter over a table has a value for each column of
// one of its keys.
func namesKey(ctx *sql.Context, n *plan.Filter) bool {
	child := n.Child
	if alias, ok := child.(*plan.TableAlias); ok {
		child = alias.Child
	}
	table, ok := child.(*plan.ResolvedTable)
	if !ok {
		return false
	}
	indexed, ok := table.UnderlyingTable().(sql.IndexAddressable)
	if !ok {
		return false
	}
	indexes, err := indexed.GetIndexes(ctx)
	return err == nil && slices.ContainsFunc(indexes, func(index sql.Index) bool {
		return index.IsUnique() && hasValues(n.Expression, index)
	})
}

// hasValues reports whether a condition has a value for each column of an index.
func hasValues(condition sql.Expression, index sql.Index) bool {
	named := map[string]bool{}
	for _, e := range expression.SplitConjunction(condition) {
		if equals, ok := e.(*expression.Equals); ok {
			for _, pair := range [][2]sql.Expression{{equals.Left(), equals.Right()}, {equals.Right(), equals.Left()}} {
				field, isField := pair[0].(*expression.GetField)
				value, isValue := pair[1].(*expression.Literal)
				if isField && isValue && types.IsNumber(field.Type()) == types.IsNumber(value.Type()) {
					named[strings.ToLower(field.Name())] = true
				}
			}
		}
	}
	return !slices.ContainsFunc(index.Expressions(), func(name string) bool {
		return !named[strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])]
	})
}

// hiddenSubquery is a subquery that the rule does not see.
type hiddenSubquery struct{ *plan.Subquery }

// WithChildren implements sql.Expression.
func (h *hiddenSubquery) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	with, err := h.Subquery.WithChildren(children...)
	if err != nil {
		return nil, err
	}
	return &hiddenSubquery{with.(*plan.Subquery)}, nil
}

// show ends the hiding.
func show(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	subquery, ok := e.(*plan.Subquery)
	hidden, isHidden := e.(*hiddenSubquery)
	switch {
	case isHidden:
		subquery = hidden.Subquery
	case !ok:
		return e, transform.SameTree, nil
	}
	query, same, err := transform.NodeExprs(subquery.Query, show)
	if err != nil || same == transform.SameTree {
		return subquery, transform.TreeIdentity(!isHidden), err
	}
	return subquery.WithQuery(query), transform.NewTree, nil
}
