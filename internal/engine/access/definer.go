package access

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// Become gives the session the privileges of a definer, and the roles that it
// would log in with, while the body of a procedure runs. SET ROLE in the body
// ends with it. USER() stays the client's.
func (c *Control) Become(ctx *sql.Context, definer string) (restore func(), err error) {
	account := Parse(definer)
	user := c.Find(account)
	if user == nil {
		return nil, fault.NoDefiner(account)
	}
	s := c.SessionOf(ctx)
	if s == nil {
		return func() {}, nil // a statement of the server's own may do anything
	}
	c.activeRoles(ctx) // so that the login's are known
	s.mu.Lock()
	before, roles := s.definer, s.roles
	s.definer, s.roles, s.privileges = &account, c.loginRoles(user, c.Granted(user.User, user.Host, false)), 0
	s.mu.Unlock()
	c.ApplyRoles(ctx)
	return func() {
		s.mu.Lock()
		s.definer, s.roles, s.privileges = before, roles, 0
		s.mu.Unlock()
		c.ApplyRoles(ctx)
	}, nil
}

// Effective returns the account whose privileges count: the definer's in
// the body of a procedure, else the session's own. It is nil when the account
// was dropped since.
func (c *Control) Effective(ctx *sql.Context) *mysql_db.User {
	s := c.SessionOf(ctx)
	if s == nil {
		return c.Account(ctx)
	}
	s.mu.Lock()
	definer := s.definer
	s.mu.Unlock()
	if definer == nil {
		return c.Account(ctx)
	}
	return c.Find(*definer)
}

// Parse reads an account as it stands in DEFINER = …
func Parse(text string) mlsql.Account {
	user, host, found := text, "", false
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		user, host, found = text[:i], text[i+1:], true
	}
	if !found {
		host = anyHost
	}
	return mlsql.Account{Name: strings.Trim(user, "`'\""), Host: strings.Trim(host, "`'\"")}
}

// MayDefine checks that the session may create things in another's name.
func (c *Control) MayDefine(ctx *sql.Context, definer mlsql.Account) error {
	self := c.Account(ctx)
	if self != nil && definer == (mlsql.Account{Name: self.User, Host: self.Host}) {
		return nil
	}
	if !c.Grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(sql.PrivilegeCheckSubject{}, sql.PrivilegeType_Super)) &&
		!c.Grants.UserHasPrivileges(ctx, sql.NewDynamicPrivilegedOperation("set_user_id")) {
		return fault.NeedsPrivilege("SUPER or SET_USER_ID")
	}
	if c.Find(definer) == nil {
		fault.Note(ctx, fault.NoDefiner(definer))
	}
	return nil
}
