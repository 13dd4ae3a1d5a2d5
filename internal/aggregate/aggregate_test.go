package aggregate

import (
	"fmt"
	"math"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/shopspring/decimal"
)

// of runs an aggregate over a column of a type.
func of(t *testing.T, make func(sql.Expression) sql.Expression, kind sql.Type, values ...any) (any, sql.Type) {
	t.Helper()
	f := make(expression.NewGetField(0, kind, "v", true)).(sql.Aggregation)
	buffer, err := f.NewBuffer()
	if err != nil {
		t.Fatal(err)
	}
	defer buffer.Dispose()
	ctx := sql.NewEmptyContext()
	for _, v := range values {
		if err := buffer.Update(ctx, sql.Row{v}); err != nil {
			t.Fatal(err)
		}
	}
	value, err := buffer.Eval(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return value, f.Type()
}

func TestExactly(t *testing.T) {
	ten := types.MustCreateDecimalType(10, 2)
	cents := func(n int64) any { return decimal.New(n, -2) }
	for _, c := range []struct {
		make   func(sql.Expression) sql.Expression
		kind   sql.Type
		values []any
		want   string
	}{
		{Sum, types.Int64, []any{int64(math.MaxInt64), int64(math.MaxInt64), nil, int64(-1)}, "18446744073709551613 decimal(41,0)"},
		{Sum, types.Int64, []any{int64(math.MinInt64), int64(-1), int64(0)}, "-9223372036854775809 decimal(41,0)"},
		{Sum, types.Uint64, []any{uint64(math.MaxUint64), uint64(1)}, "18446744073709551616 decimal(42,0)"},
		{Sum, types.Int8, []any{int8(1), int8(-3)}, "-2 decimal(25,0)"},
		{Sum, types.Boolean, []any{true, int8(1)}, "2 decimal(25,0)"},
		{Sum, types.Year, []any{int16(2020), int16(2021)}, "4041 decimal(26,0)"},
		{Sum, ten, []any{cents(125), cents(250)}, "3.75 decimal(32,2)"},
		{Sum, types.Int32, []any{nil}, "<nil> decimal(32,0)"},
		{Avg, types.Int32, []any{int32(1), int32(2), int32(2)}, "1.6667 decimal(14,4)"},
		{Avg, types.Int32, []any{int32(-1), int32(-2), int32(-2)}, "-1.6667 decimal(14,4)"},
		{Avg, ten, []any{cents(1), cents(2)}, "0.015 decimal(14,6)"},
		{Avg, types.MustCreateDecimalType(65, 30), []any{cents(100)}, "1 decimal(65,30)"},
		{Sum, types.Float64, []any{1.5, 2.0}, "3.5 double"},
		{Avg, types.Float64, []any{1.5, 2.5}, "2 double"},
		{Sum, types.LongText, []any{"1.5", "2"}, "3.5 double"},
		{Sum, types.Null, []any{nil}, "<nil> double"},
	} {
		value, kind := of(t, c.make, c.kind, c.values...)
		if got := fmt.Sprint(value, " ", kind); got != c.want {
			t.Errorf("%v of %s is %s, want %s", c.values, c.kind, got, c.want)
		}
	}
}

// What is made of an aggregate is one like it.
func TestStaysExact(t *testing.T) {
	f := Sum(expression.NewGetField(0, types.Int64, "v", true)).(sql.Aggregation)
	other, err := f.WithChildren(expression.NewGetField(1, types.Int64, "w", true))
	if err != nil {
		t.Fatal(err)
	}
	other = other.(sql.IdExpression).WithId(7)
	if other.Type().String() != "decimal(41,0)" || other.String() != "SUM(w)" || other.(sql.IdExpression).Id() != 7 || !other.IsNullable() {
		t.Errorf("%s of type %s, id %d", other, other.Type(), other.(sql.IdExpression).Id())
	}
}
