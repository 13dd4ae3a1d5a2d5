package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// AccessError says why an account may not use a service outside of SQL.
type AccessError struct {
	Account mlsql.Account
	// Gone is true when there is no such account, Locked when it is locked.
	Gone, Locked bool
	// Grant is the statement that would give the account what it lacks; empty
	// when it is gone or locked.
	Grant string
}

// Error names the account and what helps.
func (e *AccessError) Error() string {
	switch {
	case e.Gone:
		return fmt.Sprintf("the account %s does not exist", e.Account)
	case e.Locked:
		return fmt.Sprintf("the account %s is locked", e.Account)
	default:
		return fmt.Sprintf("the account %s lacks the role for it: run %s, and SET DEFAULT ROLE where a login activates no others", e.Account, e.Grant)
	}
}

// Admit reports, as an *AccessError, why an account may not log in; nil says that
// it may.
func (e *Engine) Admit(account mlsql.Account) error {
	switch user := e.findAccount(account); {
	case user == nil || user.IsRole:
		return &AccessError{Account: account, Gone: true}
	case user.Locked:
		return &AccessError{Account: account, Locked: true}
	}
	return nil
}

// MayUse reports, as an *AccessError, why an account may not call the models of a
// service; nil says that it may. The roles that count are those that a login of
// the account begins with.
func (e *Engine) MayUse(account mlsql.Account, service model.Service) error {
	if err := e.Admit(account); err != nil {
		return err
	}
	user := e.findAccount(account)
	if user == nil {
		return &AccessError{Account: account, Gone: true}
	}
	role, _ := roleFor(service)
	granted := e.granted(account.Name, account.Host, false)
	for _, active := range e.loginRoles(user, granted) {
		isGranted := hasRole(granted, active.Name) // a default role may have been revoked since
		if isGranted && (active.Name == role || hasRole(e.granted(active.Name, active.Host, true), role)) {
			return nil
		}
	}
	return &AccessError{Account: account, Grant: "GRANT " + role + " TO " + account.String()}
}

// dropUser is DROP USER, after which those who keep something for accounts are
// told.
type dropUser struct {
	*plan.DropUser
	engine *Engine
}

var _ sql.ExecBuilderNode = (*dropUser)(nil)

// BuildRowIter implements sql.ExecBuilderNode; the engine drops the accounts
// while it builds the rows.
func (d *dropUser) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, d.DropUser, row)
	if err != nil || d.engine.accountsDropped == nil {
		return iter, err
	}
	return iter, d.engine.accountsDropped()
}

// WithChildren implements sql.Node.
func (d *dropUser) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(d, len(children), 0)
	}
	return d, nil
}
