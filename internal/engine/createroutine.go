package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/grammar"
	"airglow/internal/mlsql"
	"airglow/internal/procedure"
)

// createProcedure checks a procedure before it is created, and writes its
// definer into its text, where the engine keeps none: its body will run with
// the definer's privileges.
func (e *Engine) createProcedure(ctx *sql.Context, n *plan.CreateProcedure) (sql.Node, transform.TreeIdentity, error) {
	text := n.StoredProcDetails.CreateStatement
	parser := &parser{engine: e}
	stmt, _, _, err := parser.Parse(ctx, text, false)
	if err != nil {
		return nil, transform.SameTree, err
	}
	ddl, ok := stmt.(*sqlparser.DDL)
	if !ok || ddl.ProcedureSpec == nil {
		return n, transform.SameTree, nil
	}
	if err := procedure.Check(ddl.ProcedureSpec); err != nil {
		return nil, transform.SameTree, err
	}
	if ddl.ProcedureSpec.Definer == "" || isCurrentUser(ddl.ProcedureSpec.Definer) {
		self := e.account(ctx)
		if self == nil {
			return nil, transform.SameTree, fault.UnknownAccount(clientAccount(ctx))
		}
		created := *n
		created.StoredProcDetails.CreateStatement = grammar.WithDefiner(text, mlsql.Account{Name: self.User, Host: self.Host})
		return &created, transform.NewTree, nil
	}
	return n, transform.SameTree, e.mayDefine(ctx, parseAccount(ddl.ProcedureSpec.Definer))
}

// mayDefine checks that the session may create things in another's name.
func (e *Engine) mayDefine(ctx *sql.Context, definer mlsql.Account) error {
	self := e.account(ctx)
	if self != nil && definer == (mlsql.Account{Name: self.User, Host: self.Host}) {
		return nil
	}
	if !e.grants.UserHasPrivileges(ctx, sql.NewPrivilegedOperation(sql.PrivilegeCheckSubject{}, sql.PrivilegeType_Super)) &&
		!e.grants.UserHasPrivileges(ctx, sql.NewDynamicPrivilegedOperation("set_user_id")) {
		return fault.NeedsPrivilege("SUPER or SET_USER_ID")
	}
	if e.findAccount(definer) == nil {
		fault.Note(ctx, fault.NoDefiner(definer))
	}
	return nil
}

func isCurrentUser(definer string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.Trim(definer, "`")), "CURRENT_USER")
}
