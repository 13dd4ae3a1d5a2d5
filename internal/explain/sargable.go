package explain

import (
	"strings"

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
	case *expression.InTuple, *expression.HashInTuple, *expression.Between, *expression.IsNull:
		return e.Children()[:1]
	case *expression.Like:
		if pattern, ok := e.Right().(*expression.Literal); !ok || !startsOpen(pattern) {
			return e.Children()[:1]
		}
	}
	return nil
}

// startsOpen reports whether a pattern of LIKE begins with a wildcard.
func startsOpen(pattern *expression.Literal) bool {
	text, ok := pattern.Value().(string)
	return ok && (strings.HasPrefix(text, "%") || strings.HasPrefix(text, "_"))
}
