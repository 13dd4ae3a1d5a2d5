package access

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// SetRole runs SET ROLE.
func (c *Control) SetRole(ctx *sql.Context, s *mlsql.SetRole) error {
	account := c.Effective(ctx)
	if account == nil {
		return fault.UnknownAccount(Client(ctx))
	}
	granted := c.Granted(account.User, account.Host, false)
	for _, role := range s.Roles {
		if !slices.Contains(granted, role) {
			return errRoleNotGranted(role, account.User, account.Host)
		}
	}
	switch s.Set {
	case mlsql.RolesAll:
		c.setActiveRoles(ctx, granted)
	case mlsql.RolesNone:
		c.setActiveRoles(ctx, nil)
	case mlsql.RolesDefault:
		c.setActiveRoles(ctx, c.loginRoles(account, granted))
	case mlsql.RolesAllExcept:
		c.setActiveRoles(ctx, slices.DeleteFunc(granted, func(r mlsql.Account) bool {
			return slices.Contains(s.Roles, r)
		}))
	default:
		c.setActiveRoles(ctx, s.Roles)
	}
	return nil
}

// SetDefaultRole runs SET DEFAULT ROLE and ALTER USER … DEFAULT ROLE.
func (c *Control) SetDefaultRole(ctx *sql.Context, s *mlsql.SetDefaultRole) error {
	self := c.Account(ctx)
	editor := c.Grants.Editor()
	defer editor.Close()
	for _, target := range s.Users {
		if target.CurrentUser && self != nil {
			target = mlsql.Account{Name: self.User, Host: self.Host}
		}
		user, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: target.Name, Host: target.Host})
		if !ok {
			if s.IfExists {
				fault.Warn(ctx, fault.UnknownAccount(target))
				continue
			}
			return fault.UnknownAccount(target)
		}
		if !sameAccount(self, user) && !MayCreateUsers(ctx) {
			return fault.NeedsPrivilege("CREATE USER")
		}
		if err := setUserDefaults(editor, user, s); err != nil {
			return err
		}
	}
	return c.Grants.Persist(ctx, editor)
}

// setUserDefaults writes one user's default roles. The grant tables are locked
// by the editor, so that they are read through it.
func setUserDefaults(editor *mysql_db.Editor, user *mysql_db.User, s *mlsql.SetDefaultRole) error {
	var granted, roles []mlsql.Account
	for _, edge := range editor.GetToUserRoleEdges(mysql_db.RoleEdgesToKey{ToUser: user.User, ToHost: user.Host}) {
		granted = append(granted, mlsql.Account{Name: edge.FromUser, Host: edge.FromHost})
	}
	switch s.Set {
	case mlsql.RolesAll:
		roles = granted
	case mlsql.RolesListed:
		roles = s.Roles
	}
	for _, role := range roles {
		if !slices.Contains(granted, role) {
			return errRoleNotGranted(role, user.User, user.Host)
		}
	}
	changed := *user
	if err := setDefaultRoles(&changed, roles); err != nil {
		return err
	}
	replaceUser(editor, &changed)
	return nil
}

func sameAccount(a, b *mysql_db.User) bool {
	return a != nil && a.User == b.User && a.Host == b.Host
}

// MayCreateUsers reports whether the session may manage accounts. It reads the session's cached privileges: the grant tables may
// be locked by the caller's editor.
func MayCreateUsers(ctx *sql.Context) bool {
	privileges, _ := ctx.Session.GetPrivilegeSet()
	return privileges != nil &&
		(privileges.Has(sql.PrivilegeType_Super) || privileges.Has(sql.PrivilegeType_CreateUser))
}

// Client is the name of a session's client and the host that it comes from.
func Client(ctx *sql.Context) mlsql.Account {
	client := ctx.Session.Client()
	return mlsql.Account{Name: client.User, Host: client.Address}
}
