package catalog

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
)

// dropDatabase is DROP DATABASE with the functions of the database dropped
// after it. The storage's own hook runs while it holds its lock, in which no
// statement of ours could run.
type dropDatabase struct {
	*plan.DropDB
	of *Catalog
}

var _ sql.ExecBuilderNode = (*dropDatabase)(nil)

// DropDatabase is DROP DATABASE in the place of the engine's node.
func (c *Catalog) DropDatabase(n *plan.DropDB) sql.Node { return &dropDatabase{n, c} }

// BuildRowIter implements sql.ExecBuilderNode; the engine drops the database
// while it builds the rows.
func (d *dropDatabase) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	if dbname.IsReserved(d.DbName) {
		return nil, fault.SystemDatabase(d.DbName)
	}
	iter, err := b.Build(ctx, d.DropDB, row)
	if err != nil {
		return nil, err
	}
	return iter, d.of.forget(ctx, d.DbName)
}

// WithChildren implements sql.Node.
func (d *dropDatabase) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(d, len(children), 0)
	}
	return d, nil
}
