package rules

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/lookahead"
)

// unnestExistsRule is, beside unnestRule, the name of the engine's rule that makes joins
// of the subqueries in conditions. Such a join calls the models of a subquery for rows that the
// condition on the outer row would have left out, as it joins after it has read,
// and it stops at the first match, so that no row can be read ahead. Left as it
// is, the subquery of EXISTS is run for each row, and that of IN once, whole.
const unnestExistsRule = "unnestExistsSubqueries"

// Nested are the rules, with those that make joins of subqueries not seeing
// the conditions whose subqueries call models.
func Nested(rules []analyzer.Rule) []analyzer.Rule {
	return around(rules, nestedAround, unnestRule, unnestExistsRule)
}

func nestedAround(rule analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if !flags.SubqueryIsSet() || !lookahead.HasCalls(n) {
			return rule(ctx, a, n, scope, sel, flags)
		}
		n, bare, err := transform.NodeExprs(n, withoutSelectList)
		if err != nil {
			return nil, transform.SameTree, err
		}
		kept, _, err := transform.NodeExprs(n, keepNested)
		if err != nil {
			return nil, transform.SameTree, err
		}
		made, same, err := rule(ctx, a, kept, scope, sel, flags)
		if err != nil || same {
			return n, bare, err
		}
		made, _, err = transform.NodeExprs(made, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
			if nested, ok := e.(*nestedQuery); ok {
				return nested.Expression, transform.NewTree, nil
			}
			return e, transform.SameTree, nil
		})
		return made, transform.NewTree, err
	}
}

// withoutSelectList is the subquery of EXISTS without the model calls in its
// select list, which has no bearing on whether there is a row.
func withoutSelectList(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	exists, ok := e.(*plan.ExistsSubquery)
	if !ok {
		return e, transform.SameTree, nil
	}
	query, same, err := withoutCalls(exists.Query.Query)
	if err != nil || same {
		return e, transform.SameTree, err
	}
	return plan.NewExistsSubquery(exists.Query.WithQuery(query)), transform.NewTree, nil
}

func withoutCalls(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
	switch n := n.(type) {
	case *plan.Limit, *plan.Distinct:
		child, same, err := withoutCalls(n.Children()[0])
		if err != nil || same {
			return n, transform.SameTree, err
		}
		with, err := n.WithChildren(child)
		return with, transform.NewTree, err
	case *plan.Project:
		list, same := slices.Clone(n.Projections), transform.SameTree
		for i, e := range list {
			if hasModelCall(e) {
				list[i], same = expression.NewLiteral(int8(1), types.Int8), transform.NewTree
			}
		}
		if same {
			return n, same, nil
		}
		with, err := n.WithExpressions(list...)
		return with, transform.NewTree, err
	}
	return n, transform.SameTree, nil
}

// keepNested hides a condition whose subquery calls models.
func keepNested(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	var query sql.Expression
	switch e := e.(type) {
	case *plan.ExistsSubquery:
		query = e.Query
	case *plan.InSubquery:
		query = e.RightChild
	case expression.Comparer:
		query = e.Right()
	}
	if query, ok := query.(*plan.Subquery); ok && lookahead.HasCalls(query.Query) {
		return &nestedQuery{e}, transform.NewTree, nil
	}
	return e, transform.SameTree, nil
}

// nestedQuery is an expression that the rules do not know.
type nestedQuery struct{ sql.Expression }

// WithChildren implements sql.Expression.
func (n *nestedQuery) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	made, err := n.Expression.WithChildren(children...)
	if err != nil {
		return nil, err
	}
	return &nestedQuery{made}, nil
}
