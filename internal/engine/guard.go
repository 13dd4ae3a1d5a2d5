package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/access"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/mend"
)

// guard mends what the stock engine checks otherwise than MySQL, before it sees
// the statement: anyone may set global variables, only an administrator may
// read their own grants, and CALL without a database ends in a panic.
func (e *Engine) guard(ctx *sql.Context, stmt sqlparser.Statement) error {
	if ctx == nil || ctx.Session == nil || e.access == nil || statementFrom(ctx) == nil {
		return nil
	}
	if err := e.processes.Guard(ctx, stmt); err != nil {
		return err
	}
	if err := mend.CheckModes(ctx, stmt); err != nil {
		return err
	}
	switch s := stmt.(type) {
	case *sqlparser.Set:
		if setsGlobals(s) && !e.maySetGlobals(ctx) {
			return fault.NeedsPrivilege("SUPER or SYSTEM_VARIABLES_ADMIN")
		}
	case *sqlparser.Call:
		if s.ProcName.Qualifier.IsEmpty() && ctx.GetCurrentDatabase() == "" {
			return fault.NoDatabase()
		}
	case *sqlparser.ShowGrants:
		if e.isSelf(ctx, s.For) {
			s.Auth.AuthType = sqlparser.AuthType_IGNORE
			s.Auth.TargetType = sqlparser.AuthTargetType_Ignore
		}
	}
	return nil
}

func setsGlobals(s *sqlparser.Set) bool {
	for _, assignment := range s.Exprs {
		switch assignment.Scope {
		case sqlparser.SetScope_Global, sqlparser.SetScope_Persist, sqlparser.SetScope_PersistOnly:
			return true
		}
	}
	return false
}

func (e *Engine) maySetGlobals(ctx *sql.Context) bool {
	everything := sql.PrivilegeCheckSubject{}
	return e.access.Grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(everything, sql.PrivilegeType_Super)) ||
		e.access.Grants.UserHasPrivileges(ctx, sql.NewDynamicPrivilegedOperation("system_variables_admin"))
}

// isSelf reports whether an account is the session's own; nil is.
func (e *Engine) isSelf(ctx *sql.Context, name *sqlparser.AccountName) bool {
	if name == nil {
		return true
	}
	account := e.access.Account(ctx)
	return account != nil && account.User == name.Name && account.Host == access.HostOf(*name)
}
