package aggregate

import (
	"math"
	"math/big"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/shopspring/decimal"
)

// buffer adds up the numbers of a group.
type buffer struct {
	of sql.Expression
	// sum and whole are the sum together: whole numbers are added as such until
	// they would run over.
	sum     decimal.Decimal
	whole   int64
	rows    int64
	average bool
	scale   int32
}

var _ sql.AggregationBuffer = (*buffer)(nil)

// Update implements sql.AggregationBuffer. NULL does not count.
func (b *buffer) Update(ctx *sql.Context, row sql.Row) error {
	value, err := b.of.Eval(ctx, row)
	if err != nil || value == nil {
		return err
	}
	b.rows++
	switch n := value.(type) {
	case int64:
		b.add(n)
	case int32:
		b.add(int64(n))
	case decimal.Decimal:
		b.sum = b.sum.Add(n)
	default:
		return b.convert(ctx, value)
	}
	return nil
}

// convert adds a value of a rarer type.
func (b *buffer) convert(ctx *sql.Context, value any) error {
	if n, ok := value.(uint64); ok && n > math.MaxInt64 {
		b.sum = b.sum.Add(decimal.NewFromBigInt(new(big.Int).SetUint64(n), 0))
		return nil
	}
	if text, ok := value.(string); ok { // a DECIMAL literal's
		n, err := decimal.NewFromString(text)
		if err == nil {
			b.sum = b.sum.Add(n)
		}
		return err
	}
	n, _, err := types.Int64.Convert(ctx, value)
	if err == nil {
		b.add(n.(int64))
	}
	return err
}

func (b *buffer) add(n int64) {
	sum := b.whole + n
	if (sum > b.whole) == (n > 0) {
		b.whole = sum
		return
	}
	b.sum, b.whole = b.sum.Add(decimal.NewFromInt(b.whole)), n
}

// Eval implements sql.AggregationBuffer.
func (b *buffer) Eval(*sql.Context) (any, error) {
	if b.rows == 0 {
		return nil, nil
	}
	sum := b.sum.Add(decimal.NewFromInt(b.whole))
	if b.average {
		return sum.DivRound(decimal.NewFromInt(b.rows), b.scale), nil
	}
	return sum.Round(b.scale), nil
}

// Dispose implements sql.Disposable.
func (b *buffer) Dispose() { expression.Dispose(b.of) }
