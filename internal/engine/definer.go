package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// become gives the session the privileges of a definer, and the roles that it
// would log in with, while the body of a procedure runs. SET ROLE in the body
// ends with it. USER() stays the client's.
func (e *Engine) become(ctx *sql.Context, definer string) (restore func(), err error) {
	account := parseAccount(definer)
	user := e.findAccount(account)
	if user == nil {
		return nil, fault.NoDefiner(account)
	}
	s := e.sessions.of(ctx)
	if s == nil {
		return func() {}, nil // a statement of the server's own may do anything
	}
	e.activeRoles(ctx) // so that the login's are known
	s.mu.Lock()
	before, roles := s.definer, s.roles
	s.definer, s.roles, s.privileges = &account, e.loginRoles(user, e.granted(user.User, user.Host, false)), 0
	s.mu.Unlock()
	e.applyRoles(ctx)
	return func() {
		s.mu.Lock()
		s.definer, s.roles, s.privileges = before, roles, 0
		s.mu.Unlock()
		e.applyRoles(ctx)
	}, nil
}

// effectiveAccount returns the account whose privileges count: the definer's in
// the body of a procedure, else the session's own. It is nil when the account
// was dropped since.
func (e *Engine) effectiveAccount(ctx *sql.Context) *mysql_db.User {
	s := e.sessions.of(ctx)
	if s == nil {
		return e.account(ctx)
	}
	s.mu.Lock()
	definer := s.definer
	s.mu.Unlock()
	if definer == nil {
		return e.account(ctx)
	}
	return e.findAccount(*definer)
}

// parseAccount reads an account as it stands in DEFINER = …
func parseAccount(text string) mlsql.Account {
	user, host, found := text, "", false
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		user, host, found = text[:i], text[i+1:], true
	}
	if !found {
		host = anyHost
	}
	return mlsql.Account{Name: strings.Trim(user, "`'\""), Host: strings.Trim(host, "`'\"")}
}
