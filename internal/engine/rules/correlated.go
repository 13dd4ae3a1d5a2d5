package rules

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// hoistRule is the name of the engine's rule that takes conditions on the outer
// row out of the subqueries of IN and EXISTS. It takes what is left in them for
// all that they read of that row, though their select lists read it, too; the
// rows of the first outer row then were those of all.
const hoistRule = "hoistOutOfScopeFilters"

// Correlated are the rules, with the one above leaving subqueries that read
// the row around them what they are.
func Correlated(rules []analyzer.Rule) []analyzer.Rule {
	return around(rules, correlatedAfter, hoistRule)
}

func correlatedAfter(rule analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		made, same, err := rule(ctx, a, n, scope, sel, flags)
		if err == nil && !same {
			made, _, err = transform.NodeExprsWithOpaque(made, correlatedTo(correlations(n)))
		}
		if err != nil || !flags.SubqueryIsSet() {
			return made, same, err
		}
		made, sameValues, err := transform.NodeExprs(made, evaluatedAnew)
		return made, same && sameValues, err
	}
}

// evaluatedAnew has a regular expression be matched for each row when it reads a
// subquery that is run for each row. The engine looks for what changes in the
// outermost expression of an argument, and for columns within, and else keeps
// the first result.
func evaluatedAnew(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	switch e.(type) {
	case *function.RegexpLike, *function.RegexpInstr, *function.RegexpReplace, *function.RegexpSubstr:
	default:
		return e, transform.SameTree, nil
	}
	list, same := e.Children(), transform.SameTree
	made := make([]sql.Expression, len(list))
	for i, argument := range list {
		made[i] = argument
		if _, changes := argument.(sql.NonDeterministicExpression); !changes && holdsCorrelated(argument) {
			made[i], same = &perRow{argument}, transform.NewTree
		}
	}
	if same {
		return e, same, nil
	}
	with, err := e.WithChildren(made...)
	return with, same, err
}

func holdsCorrelated(e sql.Expression) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		if q, ok := e.(*plan.Subquery); ok {
			found = found || !q.CanCacheResults()
		}
		return !found
	})
	return found
}

// perRow is an expression that says that its value changes from row to row.
type perRow struct{ sql.Expression }

var _ sql.NonDeterministicExpression = (*perRow)(nil)

// IsNonDeterministic implements sql.NonDeterministicExpression.
func (*perRow) IsNonDeterministic() bool { return true }

// WithChildren implements sql.Expression.
func (p *perRow) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	made, err := p.Expression.WithChildren(children...)
	if err != nil {
		return nil, err
	}
	return &perRow{made}, nil
}

// correlations are the columns that subqueries of a plan read of the rows around
// them.
func correlations(n sql.Node) sql.ColSet {
	var found sql.ColSet
	inspectQueries(n, func(q *plan.Subquery) { found = found.Union(q.Correlated()) })
	return found
}

// correlatedTo has subqueries know which of some columns they read of the rows
// around them.
func correlatedTo(outer sql.ColSet) transform.ExprFunc {
	var mend transform.ExprFunc
	mend = func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		q, ok := e.(*plan.Subquery)
		if !ok {
			return e, transform.SameTree, nil
		}
		inner, _, err := transform.NodeExprsWithOpaque(q.Query, mend)
		if err != nil {
			return nil, transform.SameTree, err
		}
		read, own := columnsOf(inner)
		reads := q.Correlated().Union(outer.Intersection(read).Difference(own))
		return q.WithQuery(inner).WithCorrelated(reads), transform.NewTree, nil
	}
	return mend
}

// columnsOf are the columns that a plan reads, its subqueries included, and those
// of the tables in it.
func columnsOf(n sql.Node) (read, own sql.ColSet) {
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if table, ok := n.(plan.TableIdNode); ok {
			own = own.Union(table.Columns())
		}
		if with, ok := n.(sql.Expressioner); ok {
			for _, e := range with.Expressions() {
				sql.Inspect(e, func(e sql.Expression) bool {
					switch e := e.(type) {
					case *expression.GetField:
						read.Add(e.Id())
					case *plan.Subquery:
						innerRead, innerOwn := columnsOf(e.Query)
						read = read.Union(innerRead.Difference(innerOwn))
					}
					return true
				})
			}
		}
		return true
	})
	return read, own
}

// inspectQueries visits the subqueries in the expressions of a plan, those in
// subqueries included.
func inspectQueries(n sql.Node, visit func(*plan.Subquery)) {
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if with, ok := n.(sql.Expressioner); ok {
			for _, e := range with.Expressions() {
				sql.Inspect(e, func(e sql.Expression) bool {
					if q, ok := e.(*plan.Subquery); ok {
						visit(q)
						inspectQueries(q.Query, visit)
					}
					return true
				})
			}
		}
		return true
	})
}
