package arithmetic

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
)

// edges are the integers at which results begin to need care.
var edges = []int64{
	0, 1, -1, 7, 1<<31 - 1, 1 << 31, -(1 << 31), 3037000499, 3037000500,
	math.MaxInt64 / 2, math.MaxInt64/2 + 1, math.MinInt64 / 2, math.MaxInt64, math.MinInt64,
}

// TestIntegersAreExactOrRefused: whatever way a result is computed, it is the
// exact one, or 1690 where a BIGINT does not hold that.
func TestIntegersAreExactOrRefused(t *testing.T) {
	ctx := sql.NewEmptyContext()
	for _, op := range []string{"+", "-", "*"} {
		for _, l := range edges {
			for _, r := range edges {
				e := newChecked(expression.NewArithmetic(
					expression.NewLiteral(l, types.Int64), expression.NewLiteral(r, types.Int64), op), false)
				exact := e.result(big.NewInt(l), big.NewInt(r))
				got, err := e.Eval(ctx, nil)
				var refused *mysql.SQLError
				switch {
				case exact.IsInt64() && (err != nil || fmt.Sprint(got) != exact.String()):
					t.Errorf("%d %s %d is %v, %v; want %s", l, op, r, got, err, exact)
				case !exact.IsInt64() && (!errors.As(err, &refused) || refused.Num != 1690):
					t.Errorf("%d %s %d is %v, %v; want 1690", l, op, r, got, err)
				}
			}
		}
	}
}

// BenchmarkNested shows that a sum of many costs no more for each than one of
// few.
func BenchmarkNested(b *testing.B) {
	ctx := sql.NewEmptyContext()
	for _, depth := range []int{2, 20} {
		b.Run(fmt.Sprint(depth), func(b *testing.B) {
			var e sql.Expression = expression.NewLiteral(int64(1), types.Int64)
			for range depth {
				e = newChecked(expression.NewArithmetic(e, expression.NewLiteral(int64(1), types.Int64), "+"), false)
			}
			for b.Loop() {
				if _, err := e.Eval(ctx, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(depth), "ns/sum")
		})
	}
}
