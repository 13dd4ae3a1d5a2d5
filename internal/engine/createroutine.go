package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/access"
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
		self := e.access.Account(ctx)
		if self == nil {
			return nil, transform.SameTree, fault.UnknownAccount(access.Client(ctx))
		}
		created := *n
		created.StoredProcDetails.CreateStatement = grammar.WithDefiner(text, mlsql.Account{Name: self.User, Host: self.Host})
		return &created, transform.NewTree, nil
	}
	return n, transform.SameTree, e.access.MayDefine(ctx, access.Parse(ddl.ProcedureSpec.Definer))
}

func isCurrentUser(definer string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.Trim(definer, "`")), "CURRENT_USER")
}
