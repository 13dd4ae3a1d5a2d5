package catalog

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/access"
	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// showCreateSchema are the columns of SHOW CREATE FUNCTION.
var showCreateSchema = sql.Schema{
	{Name: "Function", Type: types.LongText},
	{Name: "sql_mode", Type: types.LongText},
	{Name: "Create Function", Type: types.LongText, Nullable: true},
	{Name: "character_set_client", Type: types.LongText},
	{Name: "collation_connection", Type: types.LongText},
	{Name: "Database Collation", Type: types.LongText},
}

// showCreateFunction runs SHOW CREATE FUNCTION. Who may only run a function
// sees its name and not its text, as in MySQL.
func (c *Catalog) showCreateFunction(ctx *sql.Context, s *mlsql.ShowCreateFunction) (sql.RowIter, error) {
	f, err := c.lookup(ctx, s.FunctionName)
	if err != nil {
		return nil, err
	}
	if !c.maySee(ctx, f) {
		return nil, fault.NoFunction(f.Database, f.Name)
	}
	var text any
	if c.maySeeText(ctx, f) {
		text = f.CreateStatement()
	}
	return sql.RowsToRowIter(sql.NewRow(
		f.Name, f.SQLMode, text, f.CharacterSetClient, f.CollationConnection, f.DatabaseCollation)), nil
}

// maySee reports whether the session may know of a function.
func (c *Catalog) maySee(ctx *sql.Context, f *mlsql.Function) bool {
	return c.maySeeText(ctx, f) ||
		c.source.Access.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_Execute)
}

// maySeeText reports whether the session may read a definition.
func (c *Catalog) maySeeText(ctx *sql.Context, f *mlsql.Function) bool {
	self := c.source.Access.Account(ctx)
	if self != nil && f.Definer == (mlsql.Account{Name: self.User, Host: self.Host}) {
		return true
	}
	return c.source.Access.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_AlterRoutine) ||
		c.source.Access.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_CreateRoutine) ||
		access.HasEverywhere(ctx, sql.PrivilegeType_Select)
}
