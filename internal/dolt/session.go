package dolt

import (
	"context"

	"github.com/dolthub/dolt/go/libraries/doltcore/doltdb"
	"github.com/dolthub/dolt/go/libraries/doltcore/sqle/dsess"
	"github.com/dolthub/dolt/go/store/hash"
	"github.com/dolthub/go-mysql-server/eventscheduler"
	"github.com/dolthub/go-mysql-server/sql"
)

// Dolt takes no locks: a commit that is not the first since its transaction
// began is merged, cell by cell. Two sessions that both counted from 5 to 6 thus
// commit without a conflict, and one count is lost; and a row may come to hold a
// value of each, computed from what the other replaced. MySQL would have made
// the second wait for the first. Here the second is refused with 1213, as Dolt
// refuses one that merged into a conflict.
//
// Dolt has no place for such a rule. But while it holds the lock that serialises
// commits to a branch, after its merge and before it writes, it reads a session
// variable, whatever it is that commits: a statement, COMMIT, the implicit
// commit of another statement, an event, CALL dolt_commit. Our session below
// Dolt's looks at what is about to be committed when it is asked for that
// variable, and its error makes the commit fail. Nothing else reads it except a
// client that asks for it by name; such a client may learn early that its
// transaction is to fail.

// guardedSession is the session below Dolt's, which refuses commits that
// overlap with others'.
type guardedSession struct {
	sql.Session
	// before is Options.BeforeCommit.
	before func(*sql.Context) error
}

// GetSessionVariable implements sql.Session.
func (g guardedSession) GetSessionVariable(ctx *sql.Context, name string) (any, error) {
	switch name {
	case dsess.DoltCommitOnTransactionCommit: // the first that a commit with changes asks for
		if g.before != nil {
			if err := g.before(ctx); err != nil {
				return nil, err
			}
		}
	case dsess.ForceTransactionCommit:
		if err := refuseOverlap(ctx); err != nil {
			return nil, err
		}
	}
	return g.Session.GetSessionVariable(ctx, name)
}

// newSession makes a session over the storage. All sessions are made here, so
// that none commits unguarded.
func (s *Storage) newSession(ctx context.Context, base *sql.BaseSession) (*dsess.DoltSession, error) {
	session, err := s.sqle.NewDoltSession(ctx, base)
	if err != nil {
		return nil, err
	}
	session.Session = guardedSession{session.Session, s.beforeCommit}
	return session, nil
}

// Below returns a copy of a session over the storage, which shares all with it
// but the session below it: that one is changed. Other sessions are changed
// themselves. It is for reading tables with less of the session in sight.
func Below(session sql.Session, change func(sql.Session) sql.Session) sql.Session {
	own, ok := session.(*dsess.DoltSession)
	if !ok {
		return change(session)
	}
	with := *own // maps and locks are held by reference
	with.Session = change(own.Session)
	return &with
}

// startEvents starts the event scheduler. Dolt would start it with sessions of
// its own making.
func (s *Storage) startEvents() error {
	return s.Engine().InitializeEventScheduler(s.eventContext, eventscheduler.SchedulerOn, 0)
}

// eventContext is what the scheduler and each event run in. The mark keeps Dolt
// from counting them as use of a branch.
func (s *Storage) eventContext() (*sql.Context, error) {
	ctx := context.WithValue(context.Background(), doltdb.EventSessionContextKey, true)
	session, err := s.newSession(ctx, sql.NewBaseSession())
	if err != nil {
		return nil, err
	}
	return s.ContextFactory()(ctx, sql.WithSession(session)), nil
}

// refuseOverlap rolls a transaction back, and returns the error that says so,
// when another session has committed changes of its rows since it began.
func refuseOverlap(ctx *sql.Context) error {
	session, ok := ctx.Session.(*dsess.DoltSession)
	if !ok {
		return nil
	}
	tx, ok := ctx.GetTransaction().(*dsess.DoltTransaction)
	if !ok {
		return nil
	}
	for _, name := range session.DirtyDatabases() {
		found, err := databaseOverlaps(ctx, tx, name)
		if err != nil {
			return err
		}
		if found {
			return giveUp(ctx, session, tx)
		}
	}
	return nil
}

// giveUp ends a transaction as Dolt does when it finds a conflict.
func giveUp(ctx *sql.Context, session *dsess.DoltSession, tx sql.Transaction) error {
	if err := session.Rollback(ctx, tx); err != nil {
		return err
	}
	ctx.SetTransaction(nil)
	ctx.SetIgnoreAutoCommit(false)
	return sql.ErrLockDeadlock.New(dsess.ErrRetryTransaction.Error())
}

// databaseOverlaps reports whether a transaction has changed rows of a database
// that others have changed since it began. Mostly nobody has written to the
// database at all, which costs a comparison of two hashes.
func databaseOverlaps(ctx *sql.Context, tx *dsess.DoltTransaction, name string) (bool, error) {
	store, ok := dsess.DSessFromSess(ctx.Session).GetDoltDB(ctx, name)
	if !ok {
		return false, nil
	}
	began, ok := tx.GetInitialRoot(name)
	if !ok {
		return false, nil // the transaction has made the database
	}
	if now, err := store.NomsRoot(ctx); err != nil || now == began {
		return false, err
	}
	three, err := dirtyRoots(ctx, store, name, began)
	if err != nil || three == nil {
		return false, err
	}
	return three.overlap(ctx)
}

// dirtyRoots returns the states of the branch of a database that a transaction
// has changed, which began at a state of the store; nil when it has changed
// none. It is the branch that is checked out, unless a statement has named
// another.
func dirtyRoots(ctx *sql.Context, store *doltdb.DoltDB, name string, began hash.Hash) (*roots, error) {
	three, err := rootsOf(ctx, store, name, began)
	if three != nil || err != nil {
		return three, err
	}
	branches, err := store.GetBranches(ctx)
	if err != nil {
		return nil, err
	}
	for _, branch := range branches {
		three, err := rootsOf(ctx, store, doltdb.RevisionDbName(name, branch.GetPath()), began)
		if three != nil || err != nil {
			return three, err
		}
	}
	return nil, nil
}
