package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/mlsql"
)

// become gives the session the privileges of a definer while the body of a
// procedure runs. USER() stays the client's.
func (e *Engine) become(ctx *sql.Context, definer string) (restore func(), err error) {
	account := parseAccount(definer)
	user := e.findAccount(account)
	if user == nil {
		return nil, errNoDefiner(account)
	}
	s := e.sessions.of(ctx)
	s.mu.Lock()
	before := s.definer
	s.definer, s.privileges = &account, 0
	s.mu.Unlock()
	e.applyRoles(ctx)
	return func() {
		s.mu.Lock()
		s.definer, s.privileges = before, 0
		s.mu.Unlock()
		e.applyRoles(ctx)
	}, nil
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

// definerRoles are the roles of a definer: those that it would log in with.
func (e *Engine) definerRoles(definer mlsql.Account) []mlsql.Account {
	account := e.findAccount(definer)
	if account == nil {
		return nil
	}
	return e.loginRoles(account, e.granted(account.User, account.Host, false))
}
