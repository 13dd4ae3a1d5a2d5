package explain

import (
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
	wire "github.com/dolthub/vitess/go/vt/proto/query"
)

func TestExtentAndText(t *testing.T) {
	for _, test := range []struct {
		r    sql.MySQLRangeColumnExpr
		kind extent
		text string
	}{
		{sql.AllRangeColumnExpr(types.Int64), everything, ""},
		{sql.EmptyRangeColumnExpr(types.Int64), nothing, ""},
		{sql.ClosedRangeColumnExpr(int64(1), int64(1), types.Int64), exactly, "a = 1"},
		{sql.ClosedRangeColumnExpr(int64(1), int64(2), types.Int64), bounded, "1 <= a AND a <= 2"},
		{sql.OpenRangeColumnExpr(int64(1), int64(2), types.Int64), bounded, "1 < a AND a < 2"},
		{sql.GreaterThanRangeColumnExpr(int64(1), types.Int64), bounded, "1 < a"},
		{sql.LessOrEqualRangeColumnExpr("it's", types.Text), bounded, "a <= 'it''s'"},
		{sql.NullRangeColumnExpr(types.Int64), isNull, "a IS NULL"},
		{sql.NotNullRangeColumnExpr(types.Int64), bounded, "a IS NOT NULL"},
	} {
		if got := kindOf(sql.NewEmptyContext(), test.r); got != test.kind {
			t.Errorf("%s is of kind %d, want %d", test.r, got, test.kind)
		}
		if test.kind == everything || test.kind == nothing {
			continue
		}
		if got := columnText("a", test.r); got != test.text {
			t.Errorf("text %q, want %q", got, test.text)
		}
	}
}

func TestJoinText(t *testing.T) {
	for op, want := range map[plan.JoinType]string{
		plan.JoinTypeInner:              "Nested loop inner join",
		plan.JoinTypeLeftOuterLookup:    "Nested loop left join",
		plan.JoinTypeHash:               "Inner hash join",
		plan.JoinTypeLeftOuterHash:      "Left hash join",
		plan.JoinTypeSemiHash:           "Hash semijoin",
		plan.JoinTypeAntiLookup:         "Nested loop antijoin",
		plan.JoinTypeMerge:              "Merge inner join",
		plan.JoinTypeLeftOuterRangeHeap: "Range left join",
		plan.JoinTypeLateralLeft:        "Nested loop left join",
		plan.JoinTypeFullOuter:          "Nested loop full join",
	} {
		if got := joinText(op); got != want {
			t.Errorf("%s: %q, want %q", op, got, want)
		}
	}
}

// Drivers read the answer by these types.
func TestTableSchemaHasMySQLTypes(t *testing.T) {
	want := map[string]wire.Type{"id": wire.Type_UINT64, "rows": wire.Type_UINT64, "filtered": wire.Type_FLOAT64}
	for _, column := range TableSchema() {
		typ := column.Type.Type()
		if number, ok := want[column.Name]; ok && typ != number {
			t.Errorf("%s is %s, want %s", column.Name, typ, number)
		} else if !ok && !types.IsText(column.Type) {
			t.Errorf("%s is %s, want text", column.Name, typ)
		}
		if !column.Nullable {
			t.Errorf("%s cannot be NULL", column.Name)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for name, want := range map[string]Format{"": Traditional, "traditional": Traditional, "Json": JSON, "TREE": Tree} {
		if got, err := ParseFormat(name); err != nil || got != want {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("xml is taken for a format")
	}
}

func TestActual(t *testing.T) {
	for want, actual := range map[string]Actual{
		"(actual rows=5 loops=1)":       {Rows: 5, Loops: 1},
		"(actual rows=0.33 loops=3)":    {Rows: 1, Loops: 3},
		"(actual rows=1234567 loops=1)": {Rows: 1234567, Loops: 1},
	} {
		if got := actual.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
