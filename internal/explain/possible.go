package explain

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// possibleKeys fills the indexes that begin with one of the columns, in the
// order of the table's definition.
func (a *access) possibleKeys(ctx *sql.Context, columns map[string]bool) {
	indexed, ok := sql.GetUnderlyingTable(a.table).(sql.IndexAddressable)
	if !ok || a.message != "" || a.written != "" {
		return
	}
	indexes, err := indexed.GetIndexes(ctx)
	if err != nil {
		return
	}
	for _, index := range indexes {
		usable := !index.IsGenerated() && !index.IsSpatial() && !index.IsFullText() && !index.IsVector()
		if usable && columns[strings.ToLower(indexColumns(index)[0])] {
			a.possible = append(a.possible, index.ID())
		}
	}
	if use := a.index; use != nil && a.how != indexScan && !slices.Contains(a.possible, use.index.ID()) {
		a.possible = append(a.possible, use.index.ID())
	}
}
