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
		return inject.Command("GRANT", func(ctx *sql.Context) error { return e.grantFunction(ctx, s) })
	case *mlsql.RevokeFunction:
		return inject.Command("REVOKE", func(ctx *sql.Context) error { return e.revokeFunction(ctx, s) })
	case *mlsql.SetDefaultRole:
		return inject.Command("SET DEFAULT ROLE", func(ctx *sql.Context) error { return e.setDefaultRole(ctx, s) })
	case *mlsql.LockAccounts:
		return inject.Command("ALTER USER", func(ctx *sql.Context) error { return e.lockAccounts(ctx, s) })
	case *mlsql.SetRole:
		node := inject.Command("SET ROLE", func(ctx *sql.Context) error { return e.setRole(ctx, s) })
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
