package show

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/variable"
	"airglow/internal/mysqlerr"
)

// showCreateProcedure is SHOW CREATE PROCEDURE with the sql_mode of the
// procedure's creation, which the engine leaves empty; a dump restores it.
type showCreateProcedure struct{ *plan.ShowCreateProcedure }

var _ sql.ExecBuilderNode = (*showCreateProcedure)(nil)

// CreateProcedure is SHOW CREATE PROCEDURE in the place of the engine's node.
func CreateProcedure(n *plan.ShowCreateProcedure) sql.Node { return &showCreateProcedure{n} }

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showCreateProcedure) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, s.ShowCreateProcedure, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	const mode = 1 // its column
	for _, row := range rows {
		if details, found, err := StoredProcedure(ctx, s.Database(), s.ProcedureName); err != nil {
			return nil, err
		} else if found {
			row[mode] = variable.ModesInOrder(sql.NewSqlModeFromString(details.SqlMode))
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// WithChildren implements sql.Node.
func (s *showCreateProcedure) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := s.ShowCreateProcedure.WithChildren(children...)
	if show, ok := n.(*plan.ShowCreateProcedure); ok && err == nil {
		return &showCreateProcedure{show}, nil
	}
	return n, err
}

// dropProcedure is DROP PROCEDURE IF EXISTS, which notes that there was none.
type dropProcedure struct{ *plan.DropProcedure }

var _ sql.ExecBuilderNode = (*dropProcedure)(nil)

// DropProcedure is DROP PROCEDURE IF EXISTS in the place of the engine's node.
func DropProcedure(n *plan.DropProcedure) sql.Node { return &dropProcedure{n} }

// BuildRowIter implements sql.ExecBuilderNode.
func (d *dropProcedure) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	_, found, err := StoredProcedure(ctx, d.Db, d.ProcedureName)
	if err != nil {
		return nil, err
	}
	if !found {
		fault.Note(ctx, mysqlerr.New(1305, "PROCEDURE "+d.Db.Name()+"."+d.ProcedureName+" does not exist"))
	}
	return b.Build(ctx, d.DropProcedure, row)
}

// WithChildren implements sql.Node.
func (d *dropProcedure) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := d.DropProcedure.WithChildren(children...)
	if drop, ok := n.(*plan.DropProcedure); ok && err == nil {
		return &dropProcedure{drop}, nil
	}
	return n, err
}

// StoredProcedure finds a procedure of a database by its name in lower case.
func StoredProcedure(ctx *sql.Context, in sql.Database, name string) (details sql.StoredProcedureDetails, found bool, err error) {
	database, ok := in.(sql.StoredProcedureDatabase)
	if !ok {
		return details, false, nil
	}
	return database.GetStoredProcedure(ctx, name)
}
