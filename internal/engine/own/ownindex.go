package own

import (
	"errors"
	"math"
	"strconv"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/fault"
)

// KeyRange is what rows of a Table are read: those whose first column is a number from
// First to Last, with both, in the order of Ascending or the other.
type KeyRange struct {
	First, Last uint64
	Ascending   bool
	// Columns are the positions of those that are wanted.
	Columns []int
}

// RowWarning is an error of a Table's rows that only costs the row: the client gets it
// as a warning.
type RowWarning struct{ Message string }

// Error implements error.
func (w *RowWarning) Error() string { return w.Message }

// asWarning raises the warning that an error is, if it is one.
func asWarning(ctx *sql.Context, err error) bool {
	var warning *RowWarning
	if !errors.As(err, &warning) {
		return false
	}
	ctx.Session.Warn(&sql.Warning{Level: "Warning", Code: fault.CodeUnnumbered, Message: warning.Message})
	return true
}

// keyIndex is the index on the first column of a Table with Keyed.
type keyIndex struct{ table *ownTable }

var _ sql.OrderedIndex = keyIndex{}

// ID implements sql.Index.
func (keyIndex) ID() string { return "id" }

// Database implements sql.Index.
func (keyIndex) Database() string { return "information_schema" }

// Table implements sql.Index.
func (i keyIndex) Table() string { return i.table.Name() }

// Expressions implements sql.Index.
func (i keyIndex) Expressions() []string {
	return []string{i.table.Name() + "." + i.table.table.Columns[0].Name}
}

// IsUnique implements sql.Index. Rows of calls that travel together share a key.
func (keyIndex) IsUnique() bool { return false }

// IsSpatial implements sql.Index.
func (keyIndex) IsSpatial() bool { return false }

// IsFullText implements sql.Index.
func (keyIndex) IsFullText() bool { return false }

// IsVector implements sql.Index.
func (keyIndex) IsVector() bool { return false }

// Comment implements sql.Index.
func (keyIndex) Comment() string { return "" }

// IndexType implements sql.Index.
func (keyIndex) IndexType() string { return "BTREE" }

// IsGenerated implements sql.Index.
func (keyIndex) IsGenerated() bool { return false }

// ColumnExpressionTypes implements sql.Index.
func (i keyIndex) ColumnExpressionTypes() []sql.ColumnExpressionType {
	return []sql.ColumnExpressionType{{Expression: i.Expressions()[0], Type: types.Uint64}}
}

// CanSupport implements sql.Index.
func (keyIndex) CanSupport(*sql.Context, ...sql.Range) bool { return true }

// CanSupportOrderBy implements sql.Index: only for distances is it asked.
func (keyIndex) CanSupportOrderBy(sql.Expression) bool { return false }

// PrefixLengths implements sql.Index.
func (keyIndex) PrefixLengths() []uint16 { return nil }

// Order implements sql.OrderedIndex.
func (keyIndex) Order() sql.IndexOrder { return sql.IndexOrderAsc }

// Reversible implements sql.OrderedIndex.
func (keyIndex) Reversible() bool { return true }

// GetIndexes implements sql.IndexAddressable.
func (t *ownTable) GetIndexes(*sql.Context) ([]sql.Index, error) {
	if t.table.Keyed == nil {
		return nil, nil
	}
	return []sql.Index{keyIndex{t}}, nil
}

// PreciseMatch implements sql.IndexAddressable: filters stay.
func (*ownTable) PreciseMatch() bool { return false }

// IndexedAccess implements sql.IndexAddressable.
func (t *ownTable) IndexedAccess(*sql.Context, sql.IndexLookup) sql.IndexedTable { return t }

// keyPartition is a range of keys.
type keyPartition struct{ KeyRange }

// Key implements sql.Partition.
func (p keyPartition) Key() []byte {
	return []byte(strconv.FormatUint(p.First, 10) + "-" + strconv.FormatUint(p.Last, 10))
}

// LookupPartitions implements sql.IndexedTable.
func (*ownTable) LookupPartitions(ctx *sql.Context, lookup sql.IndexLookup) (sql.PartitionIter, error) {
	var list []sql.Partition
	ranges, _ := lookup.Ranges.(sql.MySQLRangeCollection)
	for _, r := range ranges {
		keys := KeyRange{Last: math.MaxUint64, Ascending: !lookup.IsReverse}
		if len(r) > 0 && !keys.within(ctx, r[0]) {
			continue
		}
		list = append(list, keyPartition{keys})
	}
	return sql.PartitionsToPartitionIter(list...), nil
}

// within sets the bounds; false for those that no number is between. A bound that is no
// whole number is widened: the filter stays.
func (k *KeyRange) within(ctx *sql.Context, r sql.MySQLRangeColumnExpr) bool {
	switch lower := r.LowerBound.(type) {
	case sql.AboveAll:
		return false
	case sql.Above, sql.Below:
		n, at, err := types.Uint64.Convert(ctx, sql.GetMySQLRangeCutKey(lower))
		if err == nil && at == sql.InRange {
			k.First = n.(uint64)
		} else if at == sql.Overflow {
			return false
		}
	}
	switch upper := r.UpperBound.(type) {
	case sql.BelowNull, sql.AboveNull:
		return false
	case sql.Above, sql.Below:
		n, at, err := types.Uint64.Convert(ctx, sql.GetMySQLRangeCutKey(upper))
		if err == nil && at == sql.InRange {
			k.Last = n.(uint64)
		} else if at == sql.Underflow {
			return false
		}
	}
	return k.First <= k.Last
}

// WithProjections implements sql.ProjectedTable.
func (t *ownTable) WithProjections(names []string) sql.Table {
	if t.table.Keyed == nil {
		return t
	}
	projected := *t
	projected.columns, projected.names, projected.schema = []int{}, names, sql.Schema{}
	for _, name := range names {
		if at := t.whole.IndexOfColName(name); at >= 0 {
			projected.columns, projected.schema = append(projected.columns, at), append(projected.schema, t.whole[at])
		}
	}
	return &projected
}

// PrimaryKeySchema implements sql.PrimaryKeyTable: it has the columns without
// projections. There is no primary key.
func (t *ownTable) PrimaryKeySchema() sql.PrimaryKeySchema { return sql.NewPrimaryKeySchema(t.whole) }

// Projections implements sql.ProjectedTable.
func (t *ownTable) Projections() []string { return t.names }
