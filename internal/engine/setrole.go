package engine

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// setRole runs SET ROLE.
func (e *Engine) setRole(ctx *sql.Context, s *mlsql.SetRole) error {
	account := e.effectiveAccount(ctx)
	if account == nil {
		return fault.UnknownAccount(clientAccount(ctx))
	}
	granted := e.granted(account.User, account.Host, false)
	for _, role := range s.Roles {
		if !slices.Contains(granted, role) {
			return errRoleNotGranted(role, account.User, account.Host)
		}
	}
	switch s.Set {
	case mlsql.RolesAll:
		e.setActiveRoles(ctx, granted)
	case mlsql.RolesNone:
		e.setActiveRoles(ctx, nil)
	case mlsql.RolesDefault:
		e.setActiveRoles(ctx, e.loginRoles(account, granted))
	case mlsql.RolesAllExcept:
		e.setActiveRoles(ctx, slices.DeleteFunc(granted, func(r mlsql.Account) bool {
			return slices.Contains(s.Roles, r)
		}))
	default:
		e.setActiveRoles(ctx, s.Roles)
	}
	return nil
}

// setDefaultRole runs SET DEFAULT ROLE and ALTER USER … DEFAULT ROLE.
func (e *Engine) setDefaultRole(ctx *sql.Context, s *mlsql.SetDefaultRole) error {
	self := e.account(ctx)
	editor := e.grants.Editor()
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
		if !sameAccount(self, user) && !mayCreateUsers(ctx) {
			return fault.NeedsPrivilege("CREATE USER")
		}
		if err := setUserDefaults(editor, user, s); err != nil {
			return err
		}
	}
	return e.grants.Persist(ctx, editor)
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

// mayCreateUsers reads the session's cached privileges: the grant tables may
// be locked by the caller's editor.
func mayCreateUsers(ctx *sql.Context) bool {
	privileges, _ := ctx.Session.GetPrivilegeSet()
	return privileges != nil &&
		(privileges.Has(sql.PrivilegeType_Super) || privileges.Has(sql.PrivilegeType_CreateUser))
}

func clientAccount(ctx *sql.Context) mlsql.Account {
	client := ctx.Session.Client()
	return mlsql.Account{Name: client.User, Host: client.Address}
}
