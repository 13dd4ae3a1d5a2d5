package engine

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/budget"
	"airglow/internal/diagnostics"
	"airglow/internal/engine/access"
	"airglow/internal/engine/current"
	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/lookahead"
	"airglow/internal/mlsql"
)

// session is what one connection has of ours. The engine asserts the concrete
// type of its own sessions, so that ours cannot wrap them: this is kept beside
// them, by connection id, until the connection closes or is reset.
type session struct {
	counters infer.Counters
	area     diagnostics.Area
	// access is what it has of roles.
	access access.Session
	// running is the statement under way, nil between two.
	running atomic.Pointer[statement]

	mu sync.Mutex
	// unsettled are the statements with model calls of the transaction under way.
	unsettled []unsettled
}

// sessions are the open connections'.
type sessions struct {
	mu   sync.Mutex
	open map[uint32]*session
}

// get returns the session of a connection and begins it when it is new.
func (s *sessions) get(conn uint32) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.open[conn]
	if found == nil {
		found = &session{}
		s.open[conn] = found
	}
	return found
}

// find returns the session of a connection, nil when it is closed: a statement
// of a cursor may end after its connection has.
func (s *sessions) find(conn uint32) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[conn]
}

func (s *sessions) forget(conn uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// statement is what spans one statement as the client sent it, a CALL with all
// that it runs included. It hangs on the context.
type statement struct {
	conn    uint32
	session *session
	// memo holds the answers to the calls; nil before the first. ended is true after
	// the statement.
	memo  atomic.Pointer[infer.Statement]
	ended bool
	// cancel ends the statement's context ctx with the error that the client gets.
	cancel context.CancelCauseFunc
	ctx    context.Context
	// look has ctx ended at once if the client is gone; it may be nil.
	look func()
	// failed is the failure of a call that the statement was told of and has not
	// failed with yet.
	failed atomic.Pointer[error]
	// killed is true when somebody has ended it with KILL.
	killed atomic.Bool

	mu sync.Mutex
	// client is the context of the client's statement; nil until it is known.
	client *sql.Context
	// tables is true when the statement used tables or changed something, shows
	// when it shows the diagnostics area.
	tables, shows bool
	// alone is true when the statement is a transaction of its own that can be
	// run again.
	alone bool
	// rows are the numbers of the rows that models are called for.
	rows lookahead.Numbers
	// warned are the substitutions that a warning was raised of; nil for none.
	warned map[infer.Substitution]bool
	// allowed are the functions that may be called, with the state of the grant
	// tables at which that was found.
	allowed map[*mlsql.Function]uint64
	// timed and the others are for max_execution_time and other hints; hinted is
	// true once the variables of hints are set.
	timed, inRoutine, read, ddl, hinted bool
	hints                               variable.Hints
	// prepared is the name of the statement that this one executes.
	prepared string
	// entry is the ledger's; nil until the first call.
	entry *entry
	// rolledBack is true when the statement, or one that it ran, has rolled its
	// transaction back, by ROLLBACK or as it met a conflict.
	rolledBack bool
	// purse is what the statement may spend, nil for what is not bounded; known
	// once bounded is true, with the first call.
	purse   *budget.Purse
	bounded bool
	// over has the rows that no budget had room for.
	over overBudget
	// failedRows have their warnings already.
	failedRows map[rowCall]bool
	// dry counts what a dry run would ask; nil until it does.
	dry *dryRun
	// undo is the transaction that has undoPoint, nil for none.
	undo sql.Transaction
	// recorded is what others may know of entry; nil until the first call.
	recorded atomic.Pointer[running]
	// progress counts the rows that model calls are made on, sleeping the SLEEPs.
	progress lookahead.Progress
	sleeping atomic.Int64
	// ends are run at the end, the last first.
	ends []func()
}

// AtEnd implements current.Statement.
func (s *statement) AtEnd(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends = append(s.ends, f)
}

func (s *statement) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.ends) - 1; i >= 0; i-- {
		s.ends[i]()
	}
	s.ends = nil
	s.cancel(nil)
	s.session.running.CompareAndSwap(s, nil)
}

// calls is the memo of the statement's calls, which most statements have not.
func (s *statement) calls(r *infer.Runner) *infer.Statement {
	s.mu.Lock()
	defer s.mu.Unlock()
	if memo := s.memo.Load(); memo != nil {
		return memo
	}
	memo := r.Statement(&s.session.counters)
	if s.ended {
		memo.Close()
	}
	s.memo.Store(memo)
	return memo
}

// endCalls ends the calls under way.
func (s *statement) endCalls() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	if memo := s.memo.Load(); memo != nil {
		memo.Close()
	}
}

// replayed is how many answers the statement had of a replay.
func (s *statement) replayed() int64 {
	if memo := s.memo.Load(); memo != nil {
		return memo.Replayed()
	}
	return 0
}

func statementFrom(ctx context.Context) *statement {
	s, _ := current.From(ctx).(*statement)
	return s
}

// BeginStatement returns the context that a statement of a connection runs in.
// When the context ends for a reason of ours, its cause is the error that the
// client is to get. EndStatement must follow.
func (e *Engine) BeginStatement(ctx context.Context, conn uint32) context.Context {
	session := e.sessions.get(conn)
	session.area.Begin()
	s := &statement{conn: conn, session: session, look: lookFrom(ctx)}
	s.ctx = cancellable(ctx, s)
	session.running.Store(s)
	return current.With(s.ctx, s)
}

// EndStatement ends what BeginStatement began, calls under way included, and
// takes the conditions that the statement raised into the session's diagnostics
// area.
func (e *Engine) EndStatement(ctx context.Context, conn uint32, failure *mysql.SQLError) {
	if s := statementFrom(ctx); s != nil {
		s.noteDryRun()
		e.collect(s, failure)
		interrupted := ctx.Err() != nil
		s.endCalls()
		e.leaveStatement(s, failure, interrupted)
		s.end()
	}
}

// WarningCount returns how many conditions the last statement of a connection
// raised. ended is false while it runs.
func (e *Engine) WarningCount(conn uint32) (n int, ended bool) {
	if s := e.sessions.find(conn); s != nil {
		return s.area.LastCount()
	}
	return 0, false
}

// SessionClosed forgets a connection.
func (e *Engine) SessionClosed(conn uint32) {
	e.leaveOpen(conn)
	e.sessions.forget(conn)
}

// SessionReset forgets what a connection has set, as COM_RESET_CONNECTION does.
func (e *Engine) SessionReset(conn uint32) {
	e.leaveOpen(conn)
	e.sessions.forget(conn)
}

// of returns the session of a client's statement, nil for a statement of the
// server's own: those run in sessions whose ids may be those of connections.
func (s *sessions) of(ctx *sql.Context) *session {
	stmt := statementFrom(ctx)
	if stmt == nil || stmt.conn != ctx.Session.ID() {
		return nil
	}
	return stmt.session
}

// access is what the session of a client's statement has of roles, nil for a statement
// of the server's own.
func (s *sessions) access(ctx *sql.Context) *access.Session {
	if session := s.of(ctx); session != nil {
		return &session.access
	}
	return nil
}

// counters are those of a session.
func (s *sessions) counters(ctx *sql.Context) *infer.Counters {
	return &s.get(ctx.Session.ID()).counters
}
