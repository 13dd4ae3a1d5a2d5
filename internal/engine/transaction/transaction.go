// Package transaction does what the adapter has to do with a session's transaction
// beside the engine.
package transaction

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// Commit commits the open transaction, as MySQL does before DDL.
func Commit(ctx *sql.Context) error {
	session, ok := ctx.Session.(sql.TransactionSession)
	open := ctx.GetTransaction()
	if !ok || open == nil {
		return nil
	}
	if err := session.CommitTransaction(ctx, open); err != nil {
		return err
	}
	ctx.SetTransaction(nil)
	return nil
}

// Within runs what reads definitions in the statement's transaction. The
// engine begins it later, and leaves it open when the statement is refused.
func Within(ctx *sql.Context, read func() error) error {
	session, ok := ctx.Session.(sql.TransactionSession)
	if !ok || ctx.GetTransaction() != nil {
		return read()
	}
	tx, err := session.StartTransaction(ctx, sql.ReadWrite)
	if err != nil {
		return err
	}
	ctx.SetTransaction(tx)
	if err = read(); err != nil {
		ctx.SetTransaction(nil)
		_ = session.Rollback(ctx, tx) // it changed nothing
	}
	return err
}

// CommitsAlone reports whether a statement is a transaction of its own.
func CommitsAlone(ctx *sql.Context) bool {
	autocommit, err := plan.IsSessionAutocommit(ctx)
	return err == nil && autocommit && !ctx.GetIgnoreAutoCommit()
}
