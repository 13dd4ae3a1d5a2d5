package catalog

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine/access"
	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/sqltype"
	"airglow/internal/engine/transaction"
	"airglow/internal/engine/variable"
	"airglow/internal/mlsql"
)

// createFunction runs CREATE FUNCTION … ALIAS.
func (c *Catalog) createFunction(ctx *sql.Context, s *mlsql.CreateFunction) error {
	f := s.Function
	database, err := c.databaseOf(ctx, f.FullName())
	if err != nil {
		return err
	}
	f.Database = dbname.Base(database)
	if dbname.IsReserved(f.Database) {
		client := ctx.Session.Client()
		return errDatabaseDenied(client.User, client.Address, f.Database)
	}
	if err := c.mayCreate(ctx, &f); err != nil {
		return err
	}
	if c.Get(f.Database, f.Name) != nil && !s.OrReplace {
		if s.IfNotExists {
			fault.Note(ctx, errFunctionExists(f.Name))
			return nil
		}
		return errFunctionExists(f.Name)
	}
	if _, err := sqltype.Of(f.Returns); err != nil {
		return err
	}
	if err := c.fillIn(ctx, &f); err != nil {
		return err
	}
	if err := transaction.Commit(ctx); err != nil {
		return err
	}
	if err := c.put(ctx, f); err != nil {
		return err
	}
	if c.IsNative(ctx, f.Name) {
		fault.Note(ctx, mysql.NewSQLError(1585, "HY000",
			"This function '%s' has the same name as a native function; call it with its database: %s.%s()", f.Name, f.Database, f.Name))
	}
	return c.source.Access.GrantCreator(ctx, &f)
}

// mayCreate checks what creating needs: CREATE ROUTINE on the database, the
// service's role active, and for a definer other than oneself the right to
// name one.
func (c *Catalog) mayCreate(ctx *sql.Context, f *mlsql.Function) error {
	self := c.source.Access.Account(ctx)
	if self == nil {
		return fault.UnknownAccount(access.Client(ctx))
	}
	c.source.Access.ApplyRoles(ctx)
	subject := sql.PrivilegeCheckSubject{Database: f.Database}
	if !c.source.Access.Grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(subject, sql.PrivilegeType_CreateRoutine)) {
		return errDatabaseDenied(self.User, self.Host, f.Database)
	}
	if role, privilege := access.RoleFor(f.Service); !c.source.Access.RoleActive(ctx, role) {
		return fault.NeedsPrivilege(privilege)
	}
	own := mlsql.Account{Name: self.User, Host: self.Host}
	if f.Definer.IsZero() || f.Definer.CurrentUser || f.Definer == own {
		f.Definer = own
		return nil
	}
	return c.source.Access.MayDefine(ctx, f.Definer)
}

// fillIn sets what a definition keeps of the session that created it.
func (c *Catalog) fillIn(ctx *sql.Context, f *mlsql.Function) error {
	now := ctx.QueryTime().UTC()
	f.Created, f.Modified = now, now
	f.SQLMode = variable.ModesInOrder(sql.LoadSqlMode(ctx))
	for name, into := range map[string]*string{
		"character_set_client": &f.CharacterSetClient,
		"collation_connection": &f.CollationConnection,
		"collation_database":   &f.DatabaseCollation,
	} {
		value, err := ctx.GetSessionVariable(ctx, name)
		if err != nil {
			return err
		}
		*into = fmt.Sprint(value)
	}
	if f.Returns.IsString() && f.Returns.Charset == "" {
		f.Returns.Charset = "utf8mb4" // what answers are in, whatever the database has
	}
	return nil
}

// dropFunction runs DROP FUNCTION.
func (c *Catalog) dropFunction(ctx *sql.Context, s *mlsql.DropFunction) error {
	database, err := c.databaseOf(ctx, s.FunctionName)
	if err != nil {
		return err
	}
	f := c.Get(database, s.Name)
	if f == nil && s.IfExists {
		fault.Note(ctx, fault.NoFunction(database, s.Name))
		return nil
	}
	if f == nil {
		return fault.NoFunction(database, s.Name)
	}
	if err := c.mayAlter(ctx, f); err != nil {
		return err
	}
	if err := transaction.Commit(ctx); err != nil {
		return err
	}
	if err := c.drop(ctx, f.Database, f.Name); err != nil {
		return err
	}
	return c.source.Access.RevokeEverywhere(ctx, f)
}

// alterFunction runs ALTER FUNCTION.
func (c *Catalog) alterFunction(ctx *sql.Context, s *mlsql.AlterFunction) error {
	f, err := c.lookup(ctx, s.FunctionName)
	if err != nil {
		return err
	}
	if err := c.mayAlter(ctx, f); err != nil {
		return err
	}
	changed := *f
	if s.Comment != nil {
		changed.Comment = *s.Comment
	}
	if s.SQLSecurity != nil {
		changed.SQLSecurity = *s.SQLSecurity
	}
	changed.Modified = ctx.QueryTime().UTC()
	if err := transaction.Commit(ctx); err != nil {
		return err
	}
	return c.put(ctx, changed)
}

func (c *Catalog) mayAlter(ctx *sql.Context, f *mlsql.Function) error {
	if c.source.Access.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_AlterRoutine) {
		return nil
	}
	client := ctx.Session.Client()
	return fault.RoutineDenied("alter routine", client.User, client.Address, f.Database, f.Name)
}
