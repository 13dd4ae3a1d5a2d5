package catalog

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/inject"
	"airglow/internal/mlsql"
)

// Inject makes a statement about functions one of the stock parser's; it returns nil for
// others.
func (c *Catalog) Inject(stmt mlsql.Statement) sqlparser.Statement {
	switch s := stmt.(type) {
	case *mlsql.CreateFunction:
		return inject.Command("CREATE FUNCTION", func(ctx *sql.Context) error { return c.createFunction(ctx, s) })
	case *mlsql.DropFunction:
		return inject.Command("DROP FUNCTION", func(ctx *sql.Context) error { return c.dropFunction(ctx, s) })
	case *mlsql.AlterFunction:
		return inject.Command("ALTER FUNCTION", func(ctx *sql.Context) error { return c.alterFunction(ctx, s) })
	case *mlsql.GrantFunction:
		return c.onFunction("GRANT", s.FunctionName, func(ctx *sql.Context, f *mlsql.Function) error {
			return c.source.Access.GrantFunction(ctx, f, s)
		})
	case *mlsql.RevokeFunction:
		return c.onFunction("REVOKE", s.FunctionName, func(ctx *sql.Context, f *mlsql.Function) error {
			return c.source.Access.RevokeFunction(ctx, f, s)
		})
	case *mlsql.ShowCreateFunction:
		return inject.Wrap(&inject.Statement{
			Name: "SHOW CREATE FUNCTION", Columns: showCreateSchema, ReadOnly: true,
			Run: func(ctx *sql.Context) (sql.RowIter, error) { return c.showCreateFunction(ctx, s) },
		})
	}
	return nil
}

// onFunction is a command that works on a function.
func (c *Catalog) onFunction(name string, of mlsql.FunctionName, run func(*sql.Context, *mlsql.Function) error) sqlparser.Statement {
	return inject.Command(name, func(ctx *sql.Context) error {
		f, err := c.lookup(ctx, of)
		if err != nil {
			return err
		}
		return run(ctx, f)
	})
}
