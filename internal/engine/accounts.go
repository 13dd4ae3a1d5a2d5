package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/ledger"
	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// grantedRoles are all roles of the session's account, active or not: nobody
// leaves a role's budget by SET ROLE.
func (e *Engine) grantedRoles(ctx *sql.Context) string {
	account := e.access.Account(ctx)
	if account == nil {
		return ""
	}
	return ledger.JoinRoles(e.RolesOf(mlsql.Account{Name: account.User, Host: account.Host}))
}

// RolesOf are the roles that an account is granted, itself or through others,
// each name@host.
func (e *Engine) RolesOf(account mlsql.Account) []string {
	var names []string
	for _, role := range e.access.Granted(account.Name, account.Host, true) {
		names = append(names, role.Name+"@"+role.Host)
	}
	return names
}

// accountName is the account of the session's client, name@host.
func (e *Engine) accountName(ctx *sql.Context) string {
	if user := e.access.Account(ctx); user != nil {
		return user.User + "@" + user.Host
	}
	client := ctx.Session.Client()
	return client.User + "@" + client.Address
}

// Admit reports, as an *access.Error, why an account may not log in; nil says that
// it may.
func (e *Engine) Admit(account mlsql.Account) error { return e.access.Admit(account) }

// MayUse reports, as an *access.Error, why an account may not call the models of a
// service; nil says that it may. The roles that count are those that a login of
// the account begins with.
func (e *Engine) MayUse(account mlsql.Account, service model.Service) error {
	return e.access.MayUse(account, service)
}
