// Package show mends what SHOW and information_schema show of the server:
//
//   - columns.go has the types of columns as MySQL shows them, procedures.go the
//     sql_mode of procedures, logtable.go MySQL's log tables.
//   - status.go is SHOW STATUS and FLUSH, variables.go SHOW VARIABLES.
//   - processlist.go says who sees which processes, and who may end them.
package show

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// showColumns is SHOW COLUMNS and DESCRIBE with types as MySQL shows them: the
// engine adds the collation, which tools that read types do not expect there.
type showColumns struct{ *plan.ShowColumns }

// Columns is SHOW COLUMNS in the place of the engine's node.
func Columns(n *plan.ShowColumns) sql.Node { return &showColumns{n} }

var _ sql.ExecBuilderNode = (*showColumns)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showColumns) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, s.ShowColumns, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	const typeColumn, collationColumn = 1, 2
	for _, row := range rows {
		text, ok := row[typeColumn].(string)
		if !ok {
			continue
		}
		text, collation, collated := strings.Cut(text, " COLLATE ")
		row[typeColumn], _, _ = strings.Cut(text, " CHARACTER SET ")
		if s.Full && collated {
			row[collationColumn] = collation // the engine shows its default for all
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// WithChildren implements sql.Node.
func (s *showColumns) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := s.ShowColumns.WithChildren(children...)
	if columns, ok := n.(*plan.ShowColumns); ok && err == nil {
		return &showColumns{columns}, nil
	}
	return n, err
}
