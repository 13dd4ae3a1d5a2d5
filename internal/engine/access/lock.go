package access

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// The stock engine keeps whether an account is locked, and lets nothing set it:
// CREATE USER … ACCOUNT LOCK is read and forgotten, ALTER USER … ACCOUNT LOCK is no
// statement. Package server looks at it when a client logs in.

// LockAccounts runs ALTER USER … ACCOUNT LOCK and ACCOUNT UNLOCK.
func (c *Control) LockAccounts(ctx *sql.Context, s *mlsql.LockAccounts) error {
	if !MayCreateUsers(ctx) {
		return fault.NeedsPrivilege("CREATE USER")
	}
	self := c.Account(ctx)
	editor := c.Grants.Editor()
	defer editor.Close()
	var users []*mysql_db.User
	for _, target := range s.Users { // all of them or none
		if target.CurrentUser && self != nil {
			target = mlsql.Account{Name: self.User, Host: self.Host}
		}
		user, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: target.Name, Host: target.Host})
		switch {
		case ok:
			users = append(users, user)
		case s.IfExists:
			fault.Warn(ctx, fault.UnknownAccount(target))
		default:
			return errAlterUser(target)
		}
	}
	for _, user := range users {
		setLocked(editor, user, s.Lock)
	}
	return c.Grants.Persist(ctx, editor)
}

func setLocked(editor *mysql_db.Editor, user *mysql_db.User, locked bool) {
	changed := *user
	changed.Locked = locked
	replaceUser(editor, &changed)
}

// createLocked is CREATE USER … ACCOUNT LOCK.
type createLocked struct {
	*plan.CreateUser
	of *Control
}

var _ sql.ExecBuilderNode = (*createLocked)(nil)

// CreateLocked is CREATE USER … ACCOUNT LOCK in the place of the engine's node.
func (c *Control) CreateLocked(n *plan.CreateUser) sql.Node { return &createLocked{n, c} }

// BuildRowIter implements sql.ExecBuilderNode; the engine creates the accounts while
// it builds the rows. Those that were there before stay as they were.
func (c *createLocked) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	var created []mysql_db.UserPrimaryKey
	for _, u := range c.Users {
		account := mlsql.Account{Name: u.UserName.Name, Host: u.UserName.Host}
		if account.Host == "" {
			account.Host = anyHost
		}
		if c.of.Find(account) == nil {
			created = append(created, mysql_db.UserPrimaryKey{User: account.Name, Host: account.Host})
		}
	}
	iter, err := b.Build(ctx, c.CreateUser, row)
	if err != nil {
		return nil, err
	}
	editor := c.of.Grants.Editor()
	defer editor.Close()
	for _, key := range created {
		if user, ok := editor.GetUser(key); ok {
			setLocked(editor, user, true)
		}
	}
	return iter, c.of.Grants.Persist(ctx, editor)
}

// WithChildren implements sql.Node.
func (c *createLocked) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), 0)
	}
	return c, nil
}
