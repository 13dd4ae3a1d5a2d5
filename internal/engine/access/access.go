// Package access says who may do what: accounts, roles and privileges, as far as the
// engine does not have them as MySQL and Aurora do.
//
//   - access.go says what an account may do outside of SQL.
//   - role.go has the roles that are active in a session, and puts their privileges
//     into it; setrole.go runs SET ROLE and SET DEFAULT ROLE, servicerole.go grants
//     Aurora's roles, and currentrole.go is CURRENT_ROLE().
//   - definer.go lets the definer's privileges count in the body of a procedure.
//   - grant.go grants functions, lock.go locks accounts.
package access

import (
	"fmt"
	"sync"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// Control is the control of access of a server.
type Control struct {
	// Grants has the accounts, roles and privileges.
	Grants *mysql_db.MySQLDb
	// SessionOf is what a client's session has of ours, nil for a statement of the
	// server's own.
	SessionOf func(ctx *sql.Context) *Session
	// Dropped is called after each DROP USER; nil is not.
	Dropped func() error
	// Now tells the time.
	Now func() time.Time
}

// Session is what a session has of roles. The zero value is that of a new one.
type Session struct {
	mu sync.Mutex
	// roles are the active roles; nil until the login's roles were found.
	roles []mlsql.Account
	known bool
	// privileges is the counter of the grant tables at which the session's
	// privilege set was last computed from the active roles.
	privileges uint64
	// definer is the account whose privileges count while the body of a
	// procedure runs; nil when they are the client's.
	definer *mlsql.Account
}

// Error says why an account may not use a service outside of SQL.
type Error struct {
	Account mlsql.Account
	// Gone is true when there is no such account, Locked when it is locked.
	Gone, Locked bool
	// Grant is the statement that would give the account what it lacks; empty
	// when it is gone or locked.
	Grant string
}

// Error names the account and what helps.
func (e *Error) Error() string {
	switch {
	case e.Gone:
		return fmt.Sprintf("the account %s does not exist", e.Account)
	case e.Locked:
		return fmt.Sprintf("the account %s is locked", e.Account)
	default:
		return fmt.Sprintf("the account %s lacks the role for it: run %s, and SET DEFAULT ROLE where a login activates no others", e.Account, e.Grant)
	}
}

// Admit reports, as an *Error, why an account may not log in; nil says that
// it may.
func (c *Control) Admit(account mlsql.Account) error {
	switch user := c.Find(account); {
	case user == nil || user.IsRole:
		return &Error{Account: account, Gone: true}
	case user.Locked:
		return &Error{Account: account, Locked: true}
	}
	return nil
}

// MayUse reports, as an *Error, why an account may not call the models of a
// service; nil says that it may. The roles that count are those that a login of
// the account begins with.
func (c *Control) MayUse(account mlsql.Account, service model.Service) error {
	if err := c.Admit(account); err != nil {
		return err
	}
	user := c.Find(account)
	if user == nil {
		return &Error{Account: account, Gone: true}
	}
	role, _ := RoleFor(service)
	granted := c.Granted(account.Name, account.Host, false)
	for _, active := range c.loginRoles(user, granted) {
		isGranted := HasRole(granted, active.Name) // a default role may have been revoked since
		if isGranted && (active.Name == role || HasRole(c.Granted(active.Name, active.Host, true), role)) {
			return nil
		}
	}
	return &Error{Account: account, Grant: "GRANT " + role + " TO " + account.String()}
}

// dropUser is DROP USER, after which those who keep something for accounts are
// told.
type dropUser struct {
	*plan.DropUser
	of *Control
}

var _ sql.ExecBuilderNode = (*dropUser)(nil)

// DropUser is DROP USER in the place of the engine's node: Dropped is called after it.
func (c *Control) DropUser(n *plan.DropUser) sql.Node { return &dropUser{n, c} }

// BuildRowIter implements sql.ExecBuilderNode; the engine drops the accounts
// while it builds the rows.
func (d *dropUser) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, d.DropUser, row)
	if err != nil || d.of.Dropped == nil {
		return iter, err
	}
	return iter, d.of.Dropped()
}

// WithChildren implements sql.Node.
func (d *dropUser) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(d, len(children), 0)
	}
	return d, nil
}
