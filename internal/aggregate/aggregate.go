// Package aggregate has SUM and AVG as MySQL has them: of whole numbers and DECIMAL
// they are exact, and DECIMAL themselves. Those of the engine add everything up as
// DOUBLE, so that a sum of BIGINT beyond 2^53 is wrong and one of a million is
// shown as 1e+06, or have the type DOUBLE though their values are exact.
//
// [Sum] and [Avg] are what the calls mean. buffer.go adds up.
package aggregate

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression/function/aggregation"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/dolthub/vitess/go/vt/proto/query"
)

// Sum returns SUM(child).
func Sum(child sql.Expression) sql.Expression {
	f := &function{Aggregation: aggregation.NewSum(child), name: "sum", returns: types.Float64}
	if digits, scale, ok := exact(child.Type()); ok {
		f.exact, f.scale = true, scale
		f.returns = decimalType(digits+longDigits, scale)
	}
	return f
}

// Avg returns AVG(child).
func Avg(child sql.Expression) sql.Expression {
	f := &function{Aggregation: aggregation.NewAvg(child), name: "avg", returns: types.Float64, average: true}
	if digits, scale, ok := exact(child.Type()); ok {
		f.exact, f.scale = true, min(scale+averageDigits, types.DecimalTypeMaxScale)
		f.returns = decimalType(digits+averageDigits, f.scale)
	}
	return f
}

const (
	// longDigits is how many digits a sum has more than its numbers, MySQL's
	// DECIMAL_LONGLONG_DIGITS.
	longDigits = 22
	// averageDigits is how many digits an average has behind the point more than its
	// numbers, the default of MySQL's div_precision_increment.
	averageDigits = 4
)

// wholeDigits are how many digits the numbers of whole types have in MySQL.
var wholeDigits = map[query.Type]int{
	sqltypes.Int8: 3, sqltypes.Int16: 5, sqltypes.Int24: 8, sqltypes.Int32: 10, sqltypes.Int64: 19,
	sqltypes.Uint8: 3, sqltypes.Uint16: 5, sqltypes.Uint24: 8, sqltypes.Uint32: 10, sqltypes.Uint64: 20,
	sqltypes.Year: 4,
}

// exact returns how many digits the numbers of a type have, and how many of them
// behind the point; false for what is not exact.
func exact(t sql.Type) (digits, scale int, ok bool) {
	if d, isDecimal := t.(sql.DecimalType); isDecimal {
		return int(d.Precision()), int(d.Scale()), true
	}
	if t == nil || !types.IsNumber(t) && !types.IsYear(t) {
		return 0, 0, false
	}
	digits, ok = wholeDigits[t.Type()]
	return digits, 0, ok
}

func decimalType(digits, scale int) sql.Type {
	return types.MustCreateDecimalType(uint8(min(digits, types.DecimalTypeMaxPrecision)), uint8(scale))
}

// function is one of the engine's, which it is in all but the type and what it adds
// up. Its argument's type is known when it is made, and stays.
type function struct {
	sql.Aggregation
	name    string
	returns sql.Type
	exact   bool
	average bool
	// scale is how many digits the result has behind the point.
	scale int
}

var (
	_ sql.Aggregation        = (*function)(nil)
	_ sql.FunctionExpression = (*function)(nil)
	_ sql.CollationCoercible = (*function)(nil)
)

// OfEveryRow implements lookahead.RowAggregate.
func (f *function) OfEveryRow() {}

// Type implements sql.Expression.
func (f *function) Type() sql.Type { return f.returns }

// IsNullable implements sql.Expression: of no rows it is NULL.
func (f *function) IsNullable() bool { return true }

// FunctionName implements sql.FunctionExpression.
func (f *function) FunctionName() string { return f.name }

// Description implements sql.FunctionExpression.
func (f *function) Description() string {
	return "returns the " + f.name + " of an expression in all rows"
}

// CollationCoercibility implements sql.CollationCoercible.
func (f *function) CollationCoercibility(*sql.Context) (sql.CollationID, byte) {
	return sql.Collation_binary, 5
}

// WithChildren implements sql.Expression.
func (f *function) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	made, err := f.Aggregation.WithChildren(children...)
	if err != nil {
		return nil, err
	}
	return f.over(made.(sql.Aggregation)), nil
}

// WithId implements sql.IdExpression.
func (f *function) WithId(id sql.ColumnId) sql.IdExpression {
	return f.over(f.Aggregation.WithId(id).(sql.Aggregation))
}

// WithWindow implements sql.WindowAdaptableExpression.
func (f *function) WithWindow(w *sql.WindowDefinition) sql.WindowAdaptableExpression {
	return f.over(f.Aggregation.WithWindow(w).(sql.Aggregation))
}

func (f *function) over(a sql.Aggregation) *function {
	made := *f
	made.Aggregation = a
	return &made
}

// NewBuffer implements sql.Aggregation.
func (f *function) NewBuffer() (sql.AggregationBuffer, error) {
	if !f.exact {
		return f.Aggregation.NewBuffer()
	}
	child, err := transform.Clone(f.Children()[0])
	if err != nil {
		return nil, err
	}
	return &buffer{of: child, average: f.average, scale: int32(f.scale)}, nil
}
