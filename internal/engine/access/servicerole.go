package access

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

// GrantServiceRoles returns our form of a statement that grants or revokes
// service roles alone, a refusal of what the engine would drop without a word,
// and the statement itself otherwise.
func (c *Control) GrantServiceRoles(stmt sqlparser.Statement) sqlparser.Statement {
	switch s := stmt.(type) {
	case *sqlparser.GrantRole:
		if areServiceRoles(s.Roles) {
			return inject.Command("GRANT", func(ctx *sql.Context) error {
				return c.changeRoles(ctx, roleChange{roles: s.Roles, users: s.To, admin: s.WithAdminOption})
			})
		}
	case *sqlparser.RevokeRole:
		if areServiceRoles(s.Roles) {
			return inject.Command("REVOKE", func(ctx *sql.Context) error {
				return c.changeRoles(ctx, roleChange{
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

func (c *Control) changeRoles(ctx *sql.Context, change roleChange) error {
	if !c.mayGrantRoles(ctx, change.roles) {
		return fault.NeedsPrivilege("WITH ADMIN, ROLE_ADMIN, SUPER")
	}
	editor := c.Grants.Editor()
	defer editor.Close()
	for _, role := range change.roles {
		if _, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: role.Name, Host: anyHost}); !ok {
			return errUnknownAccount(role) // someone dropped it
		}
	}
	for _, name := range change.users {
		user, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: name.Name, Host: HostOf(name)})
		if !ok && change.lenientUser {
			fault.Warn(ctx, errUnknownAccount(name))
			continue
		}
		if !ok {
			return errUnknownAccount(name)
		}
		change.apply(editor, user)
	}
	return c.Grants.Persist(ctx, editor)
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
func (c *Control) mayGrantRoles(ctx *sql.Context, roles []sqlparser.AccountName) bool {
	c.ApplyRoles(ctx)
	if c.Grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(sql.PrivilegeCheckSubject{}, sql.PrivilegeType_Super)) ||
		c.RoleActive(ctx, superuserRole) {
		return true
	}
	account := c.Account(ctx)
	if account == nil {
		return false
	}
	reader := c.Grants.Reader()
	defer reader.Close()
	held := map[string]bool{}
	for _, edge := range reader.GetToUserRoleEdges(mysql_db.RoleEdgesToKey{ToUser: account.User, ToHost: account.Host}) {
		held[edge.FromUser] = held[edge.FromUser] || edge.WithAdminOption
	}
	return !slices.ContainsFunc(roles, func(r sqlparser.AccountName) bool { return !held[r.Name] })
}

// HostOf is the host of an account in a statement, which may stand without one.
func HostOf(n sqlparser.AccountName) string {
	if n.AnyHost || n.Host == "" {
		return anyHost
	}
	return n.Host
}

func errUnknownAccount(n sqlparser.AccountName) error {
	return mysql.NewSQLError(3523, "HY000", "Unknown authorization ID `%s`@`%s`", n.Name, HostOf(n))
}
