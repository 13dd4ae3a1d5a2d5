package own

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// showTables is SHOW TABLES of the system database: beside what the storage keeps
// there it has the server's own tables, which are no less read as airglow.<name>.
type showTables struct {
	*plan.ShowTables
	of *Parts
}

var _ sql.ExecBuilderNode = (*showTables)(nil)

// ShowTables is that statement in the place of the engine's.
func (p *Parts) ShowTables(n *plan.ShowTables) sql.Node { return &showTables{n, p} }

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showTables) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	stored, err := b.Build(ctx, s.ShowTables, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, stored)
	if err != nil {
		return nil, err
	}
	for _, table := range s.of.Tables {
		own := sql.Row{table.Name}
		if s.Full {
			own = append(own, "SYSTEM VIEW")
		}
		rows = append(rows, own)
	}
	slices.SortFunc(rows, func(x, y sql.Row) int { return strings.Compare(nameIn(x), nameIn(y)) })
	return sql.RowsToRowIter(rows...), nil
}

func nameIn(row sql.Row) string { name, _ := row[0].(string); return name }

// WithChildren implements sql.Node.
func (s *showTables) WithChildren(children ...sql.Node) (sql.Node, error) {
	if _, err := s.ShowTables.WithChildren(children...); err != nil {
		return nil, err
	}
	return s, nil
}

// WithExpressions implements sql.Expressioner: it has none without AS OF.
func (s *showTables) WithExpressions(list ...sql.Expression) (sql.Node, error) {
	if len(list) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(list), 0)
	}
	return s, nil
}
