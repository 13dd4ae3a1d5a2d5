package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/mlsql"
)

// bound gives a call the purse of its statement, which has none when the server
// runs it for itself. Only the statement's own goroutine calls it.
func (s *statement) bound(ctx *sql.Context, call *infer.Call) (err error) {
	if s == nil {
		return nil
	}
	if !s.bounded {
		if s.purse, err = variable.Purse(ctx); err != nil {
			return err
		}
		s.bounded = true
	}
	call.Purse = s.purse
	return nil
}

// grantedRoles are all roles of the session's account, active or not: nobody
// leaves a role's budget by SET ROLE.
func (e *Engine) grantedRoles(ctx *sql.Context) string {
	account := e.account(ctx)
	if account == nil {
		return ""
	}
	return ledger.JoinRoles(e.RolesOf(mlsql.Account{Name: account.User, Host: account.Host}))
}

// RolesOf are the roles that an account is granted, itself or through others,
// each name@host.
func (e *Engine) RolesOf(account mlsql.Account) []string {
	var names []string
	for _, role := range e.granted(account.Name, account.Host, true) {
		names = append(names, role.Name+"@"+role.Host)
	}
	return names
}
