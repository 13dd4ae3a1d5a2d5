package rules

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/arithmetic"
)

// A column of type TEXT or BLOB has an address in its row, in the place of the
// value, which the storage loads when it is asked to. Many functions of the engine,
// those of JSON and regular expressions among them, as well as arithmetic and CAST
// do not ask: they fail, or take the address for a text that says nothing.

// LoadTexts has what is computed from a TEXT or BLOB load the value first.
func LoadTexts(n sql.Node) (sql.Node, error) {
	n, _, err := transform.NodeExprsWithOpaque(n, loadOperands)
	if err != nil {
		return nil, err
	}
	n, _, err = transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		table, ok := n.(*plan.JSONTable)
		if !ok || !mayBeStored(table.DataExpr) {
			return n, transform.SameTree, nil
		}
		n, err := table.WithExpressions(append([]sql.Expression{loaded(table.DataExpr)}, table.Expressions()[1:]...)...)
		return n, transform.NewTree, err
	})
	return n, err
}

// loadOperands is a transform.ExprFunc.
func loadOperands(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	if takesStored(e) {
		return e, transform.SameTree, nil
	}
	operands := slices.Clone(e.Children())
	changed := false
	for i, operand := range operands {
		if mayBeStored(operand) && !isTarget(e, i) {
			operands[i], changed = loaded(operand), true
		}
	}
	if !changed {
		return e, transform.SameTree, nil
	}
	e, err := e.WithChildren(operands...)
	return e, transform.NewTree, err
}

// takesStored reports whether an expression works on values that are not loaded,
// or wants a column and nothing else.
func takesStored(e sql.Expression) bool {
	switch e.(type) {
	case *loadedText, *expression.Alias, *expression.IsNull, *expression.MatchAgainst,
		*expression.Equals, *expression.NullSafeEquals, *expression.GreaterThan, *expression.GreaterThanOrEqual,
		*expression.LessThan, *expression.LessThanOrEqual:
		return true
	}
	return false
}

// isTarget reports whether an operand is what an assignment assigns to. Its value
// is loaded: a user variable outlives the transaction that could do so later.
func isTarget(e sql.Expression, operand int) bool {
	_, assigns := e.(*expression.SetField)
	return assigns && operand == 0
}

// mayBeStored reports whether a value may be one that is not loaded yet.
func mayBeStored(e sql.Expression) bool {
	switch e := e.(type) {
	case *expression.GetField, *plan.Subquery:
		return types.IsTextBlob(e.Type())
	case *expression.UserVar: // SELECT … INTO sets it to what the row has
		return true
	}
	return false
}

// loadedText is the loaded value of a TEXT or BLOB.
type loadedText struct {
	expression.UnaryExpressionStub
}

func loaded(e sql.Expression) sql.Expression {
	return &loadedText{expression.UnaryExpressionStub{Child: e}}
}

var (
	_ sql.Expression         = (*loadedText)(nil)
	_ sql.CollationCoercible = (*loadedText)(nil)
	_ arithmetic.Loading     = (*loadedText)(nil)
)

// Eval implements sql.Expression.
func (l *loadedText) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	value, err := l.Child.Eval(ctx, row)
	if err != nil {
		return nil, err
	}
	return sql.UnwrapAny(ctx, value)
}

// Loaded implements arithmetic.Loading.
func (l *loadedText) Loaded() sql.Expression { return l.Child }

// Type implements sql.Expression.
func (l *loadedText) Type() sql.Type { return l.Child.Type() }

// CollationCoercibility implements sql.CollationCoercible.
func (l *loadedText) CollationCoercibility(ctx *sql.Context) (sql.CollationID, byte) {
	return sql.GetCoercibility(ctx, l.Child)
}

// String implements fmt.Stringer: EXPLAIN has the column alone.
func (l *loadedText) String() string { return l.Child.String() }

// WithChildren implements sql.Expression.
func (l *loadedText) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(l, len(children), 1)
	}
	return loaded(children[0]), nil
}
