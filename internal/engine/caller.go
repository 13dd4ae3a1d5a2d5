package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/access"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/own"
	"airglow/internal/mlsql"
)

// caller is who runs a statement.
func (e *Engine) caller(ctx *sql.Context) (own.Caller, error) {
	account := e.access.Effective(ctx)
	if account == nil {
		return own.Caller{}, fault.UnknownAccount(access.Client(ctx))
	}
	return own.Caller{
		Account:    mlsql.Account{Name: account.User, Host: account.Host},
		CreateUser: access.MayCreateUsers(ctx), Process: access.HasEverywhere(ctx, sql.PrivilegeType_Process),
		Super: access.HasEverywhere(ctx, sql.PrivilegeType_Super),
		Roles: e.access.Granted(account.User, account.Host, true), Database: ctx.GetCurrentDatabase(),
		HasAccount: func(name, host string) bool {
			return e.access.Find(mlsql.Account{Name: name, Host: host}) != nil
		},
		HasDatabase: func(name string) bool { return e.gms.Analyzer.Catalog.HasDatabase(ctx, name) },
		Warn:        func(number int, sentence string) { ctx.Warn(number, "%s", sentence) },
		Functions:   func() []*mlsql.Function { return e.catalog.Visible(ctx) },
	}, nil
}
