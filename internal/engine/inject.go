package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/inject"
	"airglow/internal/mlsql"
)

// inject makes a statement of ours one of the stock parser's.
func (e *Engine) inject(stmt mlsql.Statement) sqlparser.Statement {
	switch s := stmt.(type) {
	case *mlsql.CreateFunction:
		return inject.Command("CREATE FUNCTION", func(ctx *sql.Context) error { return e.createFunction(ctx, s) })
	case *mlsql.DropFunction:
		return inject.Command("DROP FUNCTION", func(ctx *sql.Context) error { return e.dropFunction(ctx, s) })
	case *mlsql.AlterFunction:
		return inject.Command("ALTER FUNCTION", func(ctx *sql.Context) error { return e.alterFunction(ctx, s) })
	case *mlsql.GrantFunction:
		return e.onFunction("GRANT", s.FunctionName, func(ctx *sql.Context, f *mlsql.Function) error {
			return e.access.GrantFunction(ctx, f, s)
		})
	case *mlsql.RevokeFunction:
		return e.onFunction("REVOKE", s.FunctionName, func(ctx *sql.Context, f *mlsql.Function) error {
			return e.access.RevokeFunction(ctx, f, s)
		})
	case *mlsql.SetDefaultRole:
		return inject.Command("SET DEFAULT ROLE", func(ctx *sql.Context) error { return e.access.SetDefaultRole(ctx, s) })
	case *mlsql.LockAccounts:
		return inject.Command("ALTER USER", func(ctx *sql.Context) error { return e.access.LockAccounts(ctx, s) })
	case *mlsql.SetRole:
		node := inject.Command("SET ROLE", func(ctx *sql.Context) error { return e.access.SetRole(ctx, s) })
		node.Statement.(*inject.Statement).ReadOnly = true // it changes the session alone
		return node
	case *mlsql.ShowCreateFunction:
		return inject.Wrap(&inject.Statement{
			Name: "SHOW CREATE FUNCTION", Columns: showCreateSchema, ReadOnly: true,
			Run: func(ctx *sql.Context) (sql.RowIter, error) { return e.showCreateFunction(ctx, s) },
		})
	}
	return inject.Refuse(fmt.Errorf("statement %T has no executor", stmt))
}

// onFunction is a command that works on a function.
func (e *Engine) onFunction(name string, of mlsql.FunctionName, run func(*sql.Context, *mlsql.Function) error) sqlparser.Statement {
	return inject.Command(name, func(ctx *sql.Context) error {
		f, err := e.lookup(ctx, of)
		if err != nil {
			return err
		}
		return run(ctx, f)
	})
}
