package explain

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// countLimit is how many entries of an index EXPLAIN counts at most.
const countLimit = 10_000

// rowCount is the number of rows that the storage knows a table to have, nil
// where it does not: other tables than stored ones answer with a fixed number.
func rowCount(ctx *sql.Context, table sql.Table) *uint64 {
	counted, ok := sql.GetUnderlyingTable(table).(sql.StatisticsTable)
	if !ok {
		return nil
	}
	count, exact, err := counted.RowCount(ctx)
	if err != nil || !exact {
		return nil
	}
	return &count
}

// countEntries is the number of rows that ranges of an index have. As InnoDB
// does, it looks into the index: the storage keeps no statistics of values. Up
// to countLimit the number is exact; beyond, it is not known.
func countEntries(ctx *sql.Context, n *plan.IndexedTableAccess) *uint64 {
	projected, ok := sql.GetUnderlyingTable(n.UnderlyingTable()).(sql.ProjectedTable)
	if !ok || n.Index().IsSpatial() {
		return nil
	}
	addressable, ok := projected.WithProjections(indexColumns(n.Index())).(sql.IndexAddressable)
	if !ok {
		return nil
	}
	lookup := plan.GetIndexLookup(n)
	table := addressable.IndexedAccess(ctx, lookup)
	partitions, err := table.LookupPartitions(ctx, lookup)
	if err != nil {
		return nil
	}
	return countRows(ctx, sql.NewTableRowIter(ctx, table, partitions))
}

// countRows counts rows to their end and closes them; nil where there are more
// than countLimit.
func countRows(ctx *sql.Context, rows sql.RowIter) *uint64 {
	count := uint64(0)
	_, err := rows.Next(ctx)
	for ; err == nil && count < countLimit; count++ {
		_, err = rows.Next(ctx)
	}
	if closed := rows.Close(ctx); closed != nil || !errors.Is(err, io.EOF) {
		return nil
	}
	return &count
}
