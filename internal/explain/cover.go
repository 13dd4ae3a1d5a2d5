package explain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// covers reports whether an index has all columns that are read: its own, and
// those of the primary key, which every index ends with.
func covers(n *plan.IndexedTableAccess) bool {
	read, known := columnsRead(n.Table)
	if !known || n.Index().IsSpatial() || slices.ContainsFunc(n.Index().PrefixLengths(), func(length uint16) bool { return length > 0 }) {
		return false
	}
	has := map[string]bool{}
	for _, column := range indexColumns(n.Index()) {
		has[strings.ToLower(column)] = true
	}
	for _, column := range n.UnderlyingTable().Schema() {
		if column.PrimaryKey {
			has[strings.ToLower(column.Name)] = true
		}
	}
	return !slices.ContainsFunc(read, func(column string) bool { return !has[strings.ToLower(column)] })
}

// columnsRead are the columns of a table that a statement reads.
func columnsRead(table sql.Table) (columns []string, known bool) {
	projected, ok := table.(sql.ProjectedTable)
	if !ok {
		return nil, false
	}
	if columns = projected.Projections(); columns != nil {
		return columns, true
	}
	for _, column := range table.Schema() {
		columns = append(columns, column.Name)
	}
	return columns, true
}

// columnText is a range of one column as a condition.
func columnText(name string, r sql.MySQLRangeColumnExpr) string {
	var parts []string
	switch low := r.LowerBound.(type) {
	case sql.Above:
		parts = append(parts, valueText(low.Key)+" < "+name)
	case sql.Below:
		if high, ok := r.UpperBound.(sql.Above); ok && valueText(high.Key) == valueText(low.Key) {
			return name + " = " + valueText(low.Key)
		}
		parts = append(parts, valueText(low.Key)+" <= "+name)
	case sql.AboveNull:
		if _, all := r.UpperBound.(sql.AboveAll); all {
			return name + " IS NOT NULL"
		}
	}
	switch high := r.UpperBound.(type) {
	case sql.Above:
		parts = append(parts, name+" <= "+valueText(high.Key))
	case sql.Below:
		parts = append(parts, name+" < "+valueText(high.Key))
	case sql.AboveNull:
		return name + " IS NULL"
	}
	return strings.Join(parts, " AND ")
}

func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case []byte:
		return valueText(string(v))
	case time.Time:
		return "'" + v.Format("2006-01-02 15:04:05.999999") + "'"
	}
	return fmt.Sprint(v)
}
