package rules

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/walk"
	"airglow/internal/lookahead"
)

// groupByRule is the name of the engine's check of ONLY_FULL_GROUP_BY.
const groupByRule = "validateGroupBy"

// Masked are the engine's rules, with the one that would take the mask, or
// a function without arguments, for a column that is missing from GROUP BY
// seeing the plan without them.
func Masked(rules []analyzer.Rule) []analyzer.Rule { return around(rules, checkUnmasked, groupByRule) }

// checkUnmasked runs a rule that only checks on a plan whose model calls show
// their arguments alone, and whose variables and functions without arguments show a
// literal; in its derived tables and views as well, which the check goes into.
func checkUnmasked(check analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if !hasShown(n) {
			return check(ctx, a, n, scope, sel, flags)
		}
		bare, _, err := transform.NodeExprsWithOpaque(n, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
			if shown, ok := shownChildren(e); ok {
				return &shownAs{e, shown}, transform.NewTree, nil
			}
			return e, transform.SameTree, nil
		})
		if err != nil {
			return nil, transform.SameTree, err
		}
		_, _, err = check(ctx, a, bare, scope, sel, flags)
		return n, transform.SameTree, err
	}
}

// hasShown reports whether an expression of a plan shows others than its own
// children, or one of a subquery does.
func hasShown(n sql.Node) bool {
	found := false
	var look func(sql.Expression)
	look = func(e sql.Expression) {
		switch e.(type) {
		case *expression.GetField, *expression.Literal:
			return
		}
		if _, shown := shownChildren(e); shown {
			found = true
		}
		if !found {
			walk.EachOperand(e, look)
		}
	}
	var inspect func(sql.Node)
	inspect = func(n sql.Node) {
		if walk.EachExpression(n, look); !found {
			walk.EachChild(n, inspect)
		}
	}
	inspect(n)
	return found
}

// shownChildren are the children that the check is to see, and false where they
// are the expression's own.
func shownChildren(e sql.Expression) ([]sql.Expression, bool) {
	if call, ok := e.(lookahead.Call); ok {
		if args := call.Arguments(); len(args) > 0 {
			return args, true
		}
		return constant(), true
	}
	_, shown := e.(*expression.UserVar)
	if _, function := e.(sql.FunctionExpression); function {
		shown = len(e.Children()) == 0 // DATABASE(), NOW()
	}
	if !shown {
		return nil, false
	}
	return constant(), true
}

func constant() []sql.Expression {
	return []sql.Expression{expression.NewLiteral(nil, types.Null)}
}

// shownAs is an expression with other children. Its text stays, because the
// engine knows expressions again by their text.
type shownAs struct {
	sql.Expression
	children []sql.Expression
}

// Children implements sql.Expression.
func (s *shownAs) Children() []sql.Expression { return s.children }

// WithChildren implements sql.Expression.
func (s *shownAs) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	return &shownAs{s.Expression, children}, nil
}
