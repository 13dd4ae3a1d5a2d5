package mend

import (
	"strconv"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/walk"
)

// Ordinals replaces the positions in ORDER BY of every SELECT DISTINCT in a
// statement by the expressions they stand for. The engine sorts the rows of a
// DISTINCT by the expression of a position once more, over rows that no longer
// have its columns (error 1105); by the expression written out it sorts well.
func Ordinals(stmt sqlparser.Statement) {
	walk.Visit(stmt, func(node any) {
		if s, ok := node.(*sqlparser.Select); ok && s.QueryOpts.Distinct {
			for _, order := range s.OrderBy {
				if e := atPosition(s.SelectExprs, order.Expr); e != nil {
					order.Expr = e
				}
			}
		}
	})
}

// atPosition is the expression of a select list that a position names, by its
// alias where it has one; nil when by is not a position, or when it is not known
// before the tables are, behind a star. Columns sort well by their position.
func atPosition(list sqlparser.SelectExprs, by sqlparser.Expr) sqlparser.Expr {
	literal, ok := by.(*sqlparser.SQLVal)
	if !ok || literal.Type != sqlparser.IntVal {
		return nil
	}
	position, err := strconv.Atoi(string(literal.Val))
	if err != nil || position < 1 || position > len(list) {
		return nil
	}
	for _, before := range list[:position] {
		if _, plain := before.(*sqlparser.AliasedExpr); !plain {
			return nil
		}
	}
	selected := list[position-1].(*sqlparser.AliasedExpr)
	if _, column := selected.Expr.(*sqlparser.ColName); column {
		return nil
	}
	if !selected.As.IsEmpty() {
		return &sqlparser.ColName{Name: selected.As}
	}
	return selected.Expr
}
