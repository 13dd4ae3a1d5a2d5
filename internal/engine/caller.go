package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/own"
	"airglow/internal/mlsql"
)

// caller is who runs a statement.
func (e *Engine) caller(ctx *sql.Context) (own.Caller, error) {
	account := e.effectiveAccount(ctx)
	if account == nil {
		return own.Caller{}, fault.UnknownAccount(clientAccount(ctx))
	}
	return own.Caller{
		Account:    mlsql.Account{Name: account.User, Host: account.Host},
		CreateUser: mayCreateUsers(ctx), Process: hasEverywhere(ctx, sql.PrivilegeType_Process),
		Super: hasEverywhere(ctx, sql.PrivilegeType_Super),
		Roles: e.granted(account.User, account.Host, true), Database: ctx.GetCurrentDatabase(),
		HasAccount:  func(name, host string) bool { return e.findAccount(mlsql.Account{Name: name, Host: host}) != nil },
		HasDatabase: func(name string) bool { return e.gms.Analyzer.Catalog.HasDatabase(ctx, name) },
		Warn:        func(number int, sentence string) { ctx.Warn(number, "%s", sentence) },
		Functions:   func() []*mlsql.Function { return e.visible(ctx) },
	}, nil
}
