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
	if s := e.catalog.Inject(stmt); s != nil {
		return s
	}
	switch s := stmt.(type) {
	case *mlsql.SetDefaultRole:
		return inject.Command("SET DEFAULT ROLE", func(ctx *sql.Context) error { return e.access.SetDefaultRole(ctx, s) })
	case *mlsql.LockAccounts:
		return inject.Command("ALTER USER", func(ctx *sql.Context) error { return e.access.LockAccounts(ctx, s) })
	case *mlsql.SetRole:
		node := inject.Command("SET ROLE", func(ctx *sql.Context) error { return e.access.SetRole(ctx, s) })
		node.Statement.(*inject.Statement).ReadOnly = true // it changes the session alone
		return node
	}
	return inject.Refuse(fmt.Errorf("statement %T has no executor", stmt))
}
