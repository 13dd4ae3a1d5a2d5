package server

import (
	"context"

	"github.com/dolthub/vitess/go/mysql"
)

// Hooks are told about statements and sessions. Calls for one connection come
// one at a time and in order; calls for different connections come at once.
type Hooks interface {
	// BeginStatement is called before a statement runs, preparation included.
	// The statement runs under the context that it returns; when that ends with
	// a *mysql.SQLError as its cause, the client is given this error.
	BeginStatement(ctx context.Context, conn uint32) context.Context
	// EndStatement is called when the statement has ended, with the context that
	// BeginStatement returned and the error that the client gets, nil when there
	// is none. The end of its reply may still be on its way.
	EndStatement(ctx context.Context, conn uint32, failure *mysql.SQLError)
	// Overlooked returns what a statement that ended well should have failed with,
	// nil when it did end well.
	Overlooked(ctx context.Context) error
	// Rerun reports whether a statement that failed after so many runs is to be
	// run again, under the same context. It has its turn until done is called.
	Rerun(ctx context.Context, failure *mysql.SQLError, runs int) (done func(), again bool)
	// WarningCount returns how many conditions the last statement of a connection
	// raised. ended is false while it runs.
	WarningCount(conn uint32) (n int, ended bool)
	// SessionClosed is called when the connection is gone.
	SessionClosed(conn uint32)
	// SessionReset is called when the client has asked for a session like new.
	SessionReset(conn uint32)
}

// noHooks do nothing.
type noHooks struct{}

func (noHooks) BeginStatement(ctx context.Context, _ uint32) context.Context { return ctx }
func (noHooks) EndStatement(context.Context, uint32, *mysql.SQLError)        {}
func (noHooks) Overlooked(context.Context) error                             { return nil }
func (noHooks) Rerun(context.Context, *mysql.SQLError, int) (func(), bool)   { return nil, false }
func (noHooks) WarningCount(uint32) (int, bool)                              { return 0, false }
func (noHooks) SessionClosed(uint32)                                         {}
func (noHooks) SessionReset(uint32)                                          {}
