package access

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// GrantFunction runs GRANT … ON FUNCTION for the function that it names. The stock
// engine parses the statement and then refuses it. The privileges go where it keeps
// those of procedures, so that SHOW GRANTS shows them.
func (c *Control) GrantFunction(ctx *sql.Context, f *mlsql.Function, s *mlsql.GrantFunction) error {
	if err := c.mayGrant(ctx, f); err != nil {
		return err
	}
	editor := c.Grants.Editor()
	defer editor.Close()
	for _, target := range s.Users {
		user, ok := c.editUser(ctx, editor, target)
		if !ok {
			return mysql.NewSQLError(1410, "42000", "You are not allowed to create a user with GRANT")
		}
		user.PrivilegeSet.AddRoutine(f.Database, f.Name, false, privilegeTypes(s.Privileges)...)
		replaceUser(editor, user)
	}
	return c.Grants.Persist(ctx, editor)
}

// RevokeFunction runs REVOKE … ON FUNCTION, for the function that it names.
func (c *Control) RevokeFunction(ctx *sql.Context, f *mlsql.Function, s *mlsql.RevokeFunction) error {
	if err := c.mayGrant(ctx, f); err != nil {
		return err
	}
	editor := c.Grants.Editor()
	defer editor.Close()
	for _, target := range s.Users {
		user, ok := c.editUser(ctx, editor, target)
		if !ok && s.IgnoreUnknownUser {
			fault.Warn(ctx, fault.UnknownAccount(target))
			continue
		}
		if !ok || !user.PrivilegeSet.Database(f.Database).Routine(f.Name, false).HasPrivileges() {
			missing := errNoSuchGrant(target.Name, target.Host, f.Name)
			if s.IfExists {
				fault.Warn(ctx, missing)
				continue
			}
			return missing
		}
		user.PrivilegeSet.RemoveRoutine(f.Database, f.Name, false, privilegeTypes(s.Privileges)...)
		user.PrivilegeSet = withoutEmpty(user.PrivilegeSet)
		replaceUser(editor, user)
	}
	return c.Grants.Persist(ctx, editor)
}

// mayGrant checks that the session may grant privileges on a function.
func (c *Control) mayGrant(ctx *sql.Context, f *mlsql.Function) error {
	if !c.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_GrantOption) {
		client := ctx.Session.Client()
		return fault.RoutineDenied("grant", client.User, client.Address, f.Database, f.Name)
	}
	return nil
}

// editUser returns a copy of a user to change, its privileges included.
func (c *Control) editUser(ctx *sql.Context, editor *mysql_db.Editor, a mlsql.Account) (*mysql_db.User, bool) {
	var found *mysql_db.User
	if a.CurrentUser {
		client := ctx.Session.Client()
		found = c.Grants.GetUser(editor, client.User, client.Address, false)
	} else {
		found, _ = editor.GetUser(mysql_db.UserPrimaryKey{User: a.Name, Host: a.Host})
	}
	if found == nil {
		return nil, false
	}
	user := *found
	user.PrivilegeSet = found.PrivilegeSet.Copy()
	return &user, true
}

func privilegeTypes(p mlsql.RoutinePrivileges) []sql.PrivilegeType {
	var list []sql.PrivilegeType
	if p.Execute {
		list = append(list, sql.PrivilegeType_Execute)
	}
	if p.AlterRoutine {
		list = append(list, sql.PrivilegeType_AlterRoutine)
	}
	if p.GrantOption {
		list = append(list, sql.PrivilegeType_GrantOption)
	}
	return list
}

// HasRoutinePrivilege reports whether the session holds a privilege on a
// function, on its database, or everywhere.
func (c *Control) HasRoutinePrivilege(ctx *sql.Context, database, name string, p sql.PrivilegeType) bool {
	c.ApplyRoles(ctx)
	subject := sql.PrivilegeCheckSubject{Database: database, Routine: name}
	return c.Grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(subject, p))
}

// HasEverywhere reports whether the session holds a privilege on everything.
// Asked about no database, the engine would take the current one.
func HasEverywhere(ctx *sql.Context, p sql.PrivilegeType) bool {
	held, _ := ctx.Session.GetPrivilegeSet()
	return held != nil && (held.Has(p) || held.Has(sql.PrivilegeType_Super))
}

// GrantCreator gives a function's creator what MySQL gives with
// automatic_sp_privileges: the right to run, change and drop it.
func (c *Control) GrantCreator(ctx *sql.Context, f *mlsql.Function) error {
	if c.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_Execute) &&
		c.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_AlterRoutine) {
		return nil
	}
	editor := c.Grants.Editor()
	defer editor.Close()
	user, ok := c.editUser(ctx, editor, mlsql.Account{CurrentUser: true})
	if !ok {
		return nil
	}
	user.PrivilegeSet.AddRoutine(f.Database, f.Name, false, sql.PrivilegeType_Execute, sql.PrivilegeType_AlterRoutine)
	replaceUser(editor, user)
	return c.Grants.Persist(ctx, editor)
}

// RevokeEverywhere takes every privilege on a dropped function from everyone,
// so that a later function of its name starts with none.
func (c *Control) RevokeEverywhere(ctx *sql.Context, f *mlsql.Function) error {
	editor := c.Grants.Editor()
	defer editor.Close()
	var holders []*mysql_db.User
	editor.VisitUsers(func(u *mysql_db.User) {
		if u.PrivilegeSet.Database(f.Database).Routine(f.Name, false).HasPrivileges() {
			holders = append(holders, u)
		}
	})
	if len(holders) == 0 {
		return nil
	}
	for _, u := range holders {
		user := *u
		user.PrivilegeSet = u.PrivilegeSet.Copy()
		user.PrivilegeSet.ClearRoutine(f.Database, f.Name, false)
		user.PrivilegeSet = withoutEmpty(user.PrivilegeSet)
		replaceUser(editor, &user)
	}
	return c.Grants.Persist(ctx, editor)
}

// replaceUser puts a changed copy in a user's place. PutUser alone finds the
// old one only when it is equal in everything, and would keep both.
func replaceUser(editor *mysql_db.Editor, user *mysql_db.User) {
	editor.RemoveUser(mysql_db.UserPrimaryKey{User: user.User, Host: user.Host})
	editor.PutUser(user)
}

// withoutEmpty returns the privileges without the entries of routines that have
// none left: the engine keeps such entries, and SHOW GRANTS would show them.
func withoutEmpty(from mysql_db.PrivilegeSet) mysql_db.PrivilegeSet {
	to := mysql_db.NewPrivilegeSet()
	to.AddGlobalStatic(from.ToSlice()...)
	to.AddGlobalDynamic(false, from.ToSliceDynamic(false)...)
	to.AddGlobalDynamic(true, from.ToSliceDynamic(true)...)
	for _, database := range from.GetDatabases() {
		to.AddDatabase(database.Name(), database.ToSlice()...)
		for _, table := range database.GetTables() {
			to.AddTable(database.Name(), table.Name(), table.ToSlice()...)
			for _, column := range table.GetColumns() {
				to.AddColumn(database.Name(), table.Name(), column.Name(), column.ToSlice()...)
			}
		}
		for _, routine := range database.GetRoutines() {
			if routine.HasPrivileges() {
				to.AddRoutine(database.Name(), routine.RoutineName(), routine.RoutineType() == "PROCEDURE", routine.ToSlice()...)
			}
		}
	}
	return to
}
