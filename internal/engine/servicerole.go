package engine

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/inject"
)

// The stock engine lets a user grant a role only with SUPER or when the role
// was granted to that very user WITH ADMIN OPTION. Aurora's administrators hold
// the right through rds_superuser_role, so that GRANT and REVOKE of the service
// roles are ours.

// grantServiceRoles returns our form of a statement that grants or revokes
// service roles alone, a refusal of what the engine would drop without a word,
// and the statement itself otherwise.
func (e *Engine) grantServiceRoles(stmt sqlparser.Statement) sqlparser.Statement {
	switch s := stmt.(type) {
	case *sqlparser.GrantRole:
		if areServiceRoles(s.Roles) {
			return inject.Command("GRANT", func(ctx *sql.Context) error {
				return e.changeRoles(ctx, roleChange{roles: s.Roles, users: s.To, admin: s.WithAdminOption})
			})
		}
	case *sqlparser.RevokeRole:
		if areServiceRoles(s.Roles) {
			return inject.Command("REVOKE", func(ctx *sql.Context) error {
				return e.changeRoles(ctx, roleChange{
					roles: s.Roles, users: s.From, revoke: true, lenientUser: s.IgnoreUnknownUser,
				})
			})
		}
	case *sqlparser.CreateUser:
		if len(s.DefaultRoles) > 0 { // the engine reads the clause and forgets it
			return inject.Refuse(errDefaultRole)
		}
	}
	return stmt
}

func areServiceRoles(names []sqlparser.AccountName) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(n sqlparser.AccountName) bool {
		return n.Host != anyHost && n.Host != "" && !n.AnyHost || !slices.Contains(serviceRoles, n.Name)
	})
}

// roleChange is one GRANT or REVOKE of service roles.
type roleChange struct {
	roles, users []sqlparser.AccountName
	admin        bool
	revoke       bool
	// lenientUser is IGNORE UNKNOWN USER.
	lenientUser bool
}

func (e *Engine) changeRoles(ctx *sql.Context, change roleChange) error {
	if !e.mayGrantRoles(ctx, change.roles) {
		return fault.NeedsPrivilege("WITH ADMIN, ROLE_ADMIN, SUPER")
	}
	editor := e.grants.Editor()
	defer editor.Close()
	for _, role := range change.roles {
		if _, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: role.Name, Host: anyHost}); !ok {
			return errUnknownAccount(role) // someone dropped it
		}
	}
	for _, name := range change.users {
		user, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: name.Name, Host: hostOf(name)})
		if !ok && change.lenientUser {
			fault.Warn(ctx, errUnknownAccount(name))
			continue
		}
		if !ok {
			return errUnknownAccount(name)
		}
		change.apply(editor, user)
	}
	return e.grants.Persist(ctx, editor)
}

// apply changes one user's roles.
func (c roleChange) apply(editor *mysql_db.Editor, user *mysql_db.User) {
	for _, role := range c.roles {
		key := mysql_db.RoleEdgesPrimaryKey{FromUser: role.Name, FromHost: anyHost, ToUser: user.User, ToHost: user.Host}
		if c.revoke {
			editor.RemoveRoleEdge(key)
			continue
		}
		editor.RemoveRoleEdge(key) // PutRoleEdge keeps one that differs
		editor.PutRoleEdge(&mysql_db.RoleEdge{
			FromUser: key.FromUser, FromHost: key.FromHost, ToUser: key.ToUser, ToHost: key.ToHost, WithAdminOption: c.admin,
		})
	}
}

// mayGrantRoles reports whether the session may grant all of the roles.
func (e *Engine) mayGrantRoles(ctx *sql.Context, roles []sqlparser.AccountName) bool {
	e.applyRoles(ctx)
	if e.grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(sql.PrivilegeCheckSubject{}, sql.PrivilegeType_Super)) ||
		e.roleActive(ctx, superuserRole) {
		return true
	}
	account := e.account(ctx)
	if account == nil {
		return false
	}
	reader := e.grants.Reader()
	defer reader.Close()
	held := map[string]bool{}
	for _, edge := range reader.GetToUserRoleEdges(mysql_db.RoleEdgesToKey{ToUser: account.User, ToHost: account.Host}) {
		held[edge.FromUser] = held[edge.FromUser] || edge.WithAdminOption
	}
	return !slices.ContainsFunc(roles, func(r sqlparser.AccountName) bool { return !held[r.Name] })
}

func hostOf(n sqlparser.AccountName) string {
	if n.AnyHost || n.Host == "" {
		return anyHost
	}
	return n.Host
}

func errUnknownAccount(n sqlparser.AccountName) error {
	return mysql.NewSQLError(3523, "HY000", "Unknown authorization ID `%s`@`%s`", n.Name, hostOf(n))
}
