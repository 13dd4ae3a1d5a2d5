package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

// injected is the plan node of a statement of ours. It has no children and
// checks privileges itself, when it runs.
type injected struct {
	name     string
	schema   sql.Schema
	readOnly bool
	run      func(ctx *sql.Context) (sql.RowIter, error)
}

var _ sql.ExecSourceRel = (*injected)(nil)

// inject makes a statement of ours one of the stock parser's.
func (e *Engine) inject(stmt mlsql.Statement) sqlparser.Statement {
	switch s := stmt.(type) {
	case *mlsql.CreateFunction:
		return command("CREATE FUNCTION", func(ctx *sql.Context) error { return e.createFunction(ctx, s) })
	case *mlsql.DropFunction:
		return command("DROP FUNCTION", func(ctx *sql.Context) error { return e.dropFunction(ctx, s) })
	case *mlsql.AlterFunction:
		return command("ALTER FUNCTION", func(ctx *sql.Context) error { return e.alterFunction(ctx, s) })
	case *mlsql.GrantFunction:
		return command("GRANT", func(ctx *sql.Context) error { return e.grantFunction(ctx, s) })
	case *mlsql.RevokeFunction:
		return command("REVOKE", func(ctx *sql.Context) error { return e.revokeFunction(ctx, s) })
	case *mlsql.SetDefaultRole:
		return command("SET DEFAULT ROLE", func(ctx *sql.Context) error { return e.setDefaultRole(ctx, s) })
	case *mlsql.LockAccounts:
		return command("ALTER USER", func(ctx *sql.Context) error { return e.lockAccounts(ctx, s) })
	case *mlsql.SetRole:
		node := command("SET ROLE", func(ctx *sql.Context) error { return e.setRole(ctx, s) })
		node.Statement.(*injected).readOnly = true // it changes the session alone
		return node
	case *mlsql.ShowCreateFunction:
		return wrap(&injected{
			name: "SHOW CREATE FUNCTION", schema: showCreateSchema, readOnly: true,
			run: func(ctx *sql.Context) (sql.RowIter, error) { return e.showCreateFunction(ctx, s) },
		})
	}
	return refuse(fmt.Errorf("statement %T has no executor", stmt))
}

// command is a statement that returns no rows.
func command(name string, run func(ctx *sql.Context) error) sqlparser.InjectedStatement {
	return wrap(&injected{name: name, schema: types.OkResultSchema, run: func(ctx *sql.Context) (sql.RowIter, error) {
		if err := run(ctx); err != nil {
			return nil, err
		}
		return sql.RowsToRowIter(sql.NewRow(types.NewOkResult(0))), nil
	}})
}

func wrap(node *injected) sqlparser.InjectedStatement {
	return sqlparser.InjectedStatement{
		Statement: node,
		Auth:      sqlparser.AuthInformation{AuthType: sqlparser.AuthType_IGNORE, TargetType: sqlparser.AuthTargetType_Ignore},
	}
}

// refusal is a statement that cannot be read. The engine turns every error of
// a parser into a text without number; one of a statement it keeps.
type refusal struct{ err error }

func refuse(err error) sqlparser.Statement {
	return sqlparser.InjectedStatement{
		Statement: refusal{err},
		Auth:      sqlparser.AuthInformation{AuthType: sqlparser.AuthType_IGNORE, TargetType: sqlparser.AuthTargetType_Ignore},
	}
}

// WithResolvedChildren implements sqlparser.Injectable.
func (r refusal) WithResolvedChildren([]any) (any, error) { return nil, r.err }

// WithResolvedChildren implements sqlparser.Injectable.
func (n *injected) WithResolvedChildren([]any) (any, error) { return n, nil }

// RowIter implements sql.ExecSourceRel.
func (n *injected) RowIter(ctx *sql.Context, _ sql.Row) (sql.RowIter, error) { return n.run(ctx) }

// Schema implements sql.Node.
func (n *injected) Schema() sql.Schema { return n.schema }

// IsReadOnly implements sql.Node.
func (n *injected) IsReadOnly() bool { return n.readOnly }

// Resolved implements sql.Node.
func (n *injected) Resolved() bool { return true }

// Children implements sql.Node.
func (n *injected) Children() []sql.Node { return nil }

// WithChildren implements sql.Node.
func (n *injected) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 0)
	}
	return n, nil
}

// String implements sql.Node.
func (n *injected) String() string { return n.name }
