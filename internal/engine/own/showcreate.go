package own

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// showCreate is SHOW CREATE TABLE of one of the server's own tables, by the name that
// statements give it.
type showCreate struct {
	*plan.ShowCreateTable
	name string
}

var _ sql.ExecBuilderNode = (*showCreate)(nil)

// ShowCreate is SHOW CREATE TABLE in the place of the engine's; n where it is of another
// table.
func (p *Parts) ShowCreate(n *plan.ShowCreateTable) sql.Node {
	of, ok := n.Child.(*plan.ResolvedTable)
	if !ok {
		return n
	}
	table, ok := of.UnderlyingTable().(*ownTable)
	if !ok {
		return n
	}
	return &showCreate{n, table.table.Name}
}

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showCreate) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, s.ShowCreateTable, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if text, ok := row[1].(string); ok {
			row[0], row[1] = s.name, strings.Replace(text, "`"+ownPrefix+s.name+"`", "`"+s.name+"`", 1)
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// WithChildren implements sql.Node.
func (s *showCreate) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := s.ShowCreateTable.WithChildren(children...)
	if show, ok := n.(*plan.ShowCreateTable); ok && err == nil {
		return &showCreate{show, s.name}, nil
	}
	return n, err
}
