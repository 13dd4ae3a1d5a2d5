package explain

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
)

// sargable notes the columns that are compared in a way that an index could
// answer, whether or not one was used.
func sargable(e sql.Expression, b *block) {
	sql.Inspect(e, func(e sql.Expression) bool {
		for _, side := range compared(e) {
			if field, ok := side.(*expression.GetField); ok {
				b.candidate(field.Table(), field.Name())
			}
		}
		return true
	})
}

// compared are the operands of a comparison by which an index finds rows.
func compared(e sql.Expression) []sql.Expression {
	switch e := e.(type) {
	case *expression.Equals, *expression.NullSafeEquals, *expression.GreaterThan, *expression.GreaterThanOrEqual,
		*expression.LessThan, *expression.LessThanOrEqual:
		return e.Children()
	case *expression.InTuple, *expression.HashInTuple, *expression.Between, *expression.IsNull, *expression.Like:
		return e.Children()[:1]
	}
	return nil
}
