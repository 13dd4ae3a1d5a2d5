package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"airglow/internal/mysqlerr"
	"airglow/internal/procedure"
)

// handler stands between the protocol code and the engine's own handler. It
// admits statements through the gate, tells the hooks, ends a statement that
// panics without ending anything else, and gives errors their MySQL form.
type handler struct {
	mysql.Handler
	hooks  Hooks
	gate   *gate
	logger *slog.Logger
	auth   *authServer
	// database returns the default database of a connection that is logged in.
	database func(*mysql.Conn) string
}

// statement is one piece of work for a connection.
type statement struct {
	conn *mysql.Conn
	text string
	// results is where a CALL sends its result sets; nil when the reply is one
	// result.
	results *resultSets
	// reply is set when the statement writes results of its own.
	reply *reply
	// aside is true when the connection's own goroutine does not wait for it.
	aside bool
	run   func(ctx context.Context) error
}

// do runs a statement from the gate to the translation of its error.
func (h *handler) do(ctx context.Context, s statement) error {
	failure := h.admitted(ctx, s)
	if failure == nil {
		return nil
	}
	if s.reply == nil || !s.reply.begun {
		return failure
	}
	// Rows are on their way. The protocol code would close the connection.
	return wireOf(s.conn).fail(s.conn, failure)
}

// admitted runs a statement that the gate lets in, between the hooks.
func (h *handler) admitted(ctx context.Context, s statement) (failure *mysql.SQLError) {
	if err := h.gate.enter(); err != nil {
		return h.translate(err, s)
	}
	defer h.leave(s)
	ctx, stop := watch(ctx, s.conn)
	defer stop()
	ctx = h.hooks.BeginStatement(ctx, s.conn.ConnectionID)
	defer func() { h.hooks.EndStatement(ctx, s.conn.ConnectionID, failure) }()
	if s.results != nil {
		ctx = procedure.WithResults(ctx, s.results)
	}
	failure = h.translate(h.guarded(ctx, s), s)
	for runs := 1; failure != nil && (s.reply == nil || !s.reply.begun); runs++ {
		done, again := h.hooks.Rerun(ctx, failure, runs)
		if !again {
			break
		}
		failure = h.translate(h.guarded(ctx, s), s)
		done()
	}
	return failure
}

// translate gives an error its MySQL form; nil stays nil.
func (h *handler) translate(err error, s statement) *mysql.SQLError {
	if err == nil {
		return nil
	}
	at := mysqlerr.Statement{Text: s.text}
	if s.text != "" {
		at.Database = h.database(s.conn)
	}
	translated := mysqlerr.Translate(err, at)
	if translated.Num == mysql.ERQueryInterrupted && h.gate.isClosed() {
		return mysqlerr.Shutdown()
	}
	return translated
}

// guarded runs a statement and makes an error of its panic.
func (h *handler) guarded(ctx context.Context, s statement) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = h.panicked(s, fmt.Sprint(cause), string(debug.Stack()))
		}
	}()
	if err = s.run(ctx); err == nil {
		err = h.hooks.Overlooked(ctx)
	}
	var reason *mysql.SQLError
	if err != nil && errors.As(context.Cause(ctx), &reason) {
		return reason // the statement was ended from within
	}
	if cause, stack, ok := mysqlerr.Panic(err); ok {
		err = h.panicked(s, cause, stack)
	}
	return err
}

// leave lets a statement out of the gate when its reply is on its way: when the
// connection's goroutine looks for the next command. A drain that went by the
// statement's end alone would cut replies off.
func (h *handler) leave(s statement) {
	w, ok := s.conn.ClientData.(*wire)
	if !ok || s.aside {
		h.gate.leave()
		return
	}
	w.settle()
	w.settled = h.gate.leave
}

// panicked logs a panic and returns the error that the client is given.
func (h *handler) panicked(s statement, cause, stack string) error {
	h.logger.Error("a statement panicked", "connection", s.conn.ConnectionID, "cause", cause, "stack", stack)
	return mysqlerr.Internal("panic")
}

// NewConnection notes the connection's wire before anything can replace it. The
// greeting says that autocommit is on, as it is in every new session: drivers
// that want it off send SET AUTOCOMMIT=0 only when they read that it is on.
func (h *handler) NewConnection(c *mysql.Conn) {
	c.ClientData = c.Conn
	c.StatusFlags |= uint16(mysql.ServerStatusAutocommit)
	h.Handler.NewConnection(c)
}

// ConnectionClosed is the last call for a connection.
func (h *handler) ConnectionClosed(c *mysql.Conn) {
	defer func() {
		if w, ok := c.ClientData.(*wire); ok {
			w.settle()
			w.retire()
		}
	}()
	h.Handler.ConnectionClosed(c)
	h.hooks.SessionClosed(c.ConnectionID)
	h.logger.Debug("connection closed", "connection", c.ConnectionID, "user", c.User)
}

// WarningCount is what the end of a reply says of warnings.
func (h *handler) WarningCount(c *mysql.Conn) uint16 {
	n, ended := h.hooks.WarningCount(c.ConnectionID)
	if !ended {
		return h.Handler.WarningCount(c)
	}
	return uint16(min(n, math.MaxUint16))
}

// ConnectionAuthenticated makes the session.
func (h *handler) ConnectionAuthenticated(c *mysql.Conn) error {
	wireOf(c).takeCommands(c, func(payload []byte) error { return h.changeUser(c, payload) },
		func(text string) bool { return h.needsStandIn(c, text) })
	if w, ok := c.ClientData.(*wire); ok {
		_ = w.SetDeadline(time.Time{})
	}
	err := h.do(context.Background(), statement{conn: c, run: func(context.Context) error {
		return h.Handler.ConnectionAuthenticated(c)
	}})
	h.logger.Debug("connection", "connection", c.ConnectionID, "user", c.User, "from", c.RemoteAddr().String(),
		"tls", c.TLSEnabled(), "accepted", err == nil)
	return err
}

// ComInitDB changes the default database.
func (h *handler) ComInitDB(c *mysql.Conn, database string) error {
	return h.do(context.Background(), statement{conn: c, run: func(context.Context) error {
		return h.Handler.ComInitDB(c, database)
	}})
}

// ComQuery runs a statement sent as text.
func (h *handler) ComQuery(ctx context.Context, c *mysql.Conn, query string, callback mysql.ResultSpoolFn) error {
	reply := &reply{handler: h, conn: c, write: callback}
	return h.do(ctx, statement{conn: c, text: query, reply: reply, results: &resultSets{conn: c}, run: func(ctx context.Context) error {
		return h.Handler.ComQuery(ctx, c, query, reply.spool)
	}})
}

// ComMultiQuery runs the first of several statements sent as text, and returns
// the others.
func (h *handler) ComMultiQuery(ctx context.Context, c *mysql.Conn, query string, callback mysql.ResultSpoolFn) (string, error) {
	var remainder string
	reply := &reply{handler: h, conn: c, write: callback}
	err := h.do(ctx, statement{conn: c, text: query, reply: reply, results: &resultSets{conn: c}, run: func(ctx context.Context) error {
		rest, err := h.Handler.ComMultiQuery(ctx, c, query, reply.spool)
		if err == nil {
			remainder = rest
		}
		return err
	}})
	return remainder, err
}

// ComPrepare prepares a statement.
func (h *handler) ComPrepare(ctx context.Context, c *mysql.Conn, query string, prepare *mysql.PrepareData) ([]*querypb.Field, error) {
	var fields []*querypb.Field
	if original := wireOf(c).takeOriginal(); original != "" {
		prepareOriginal(prepare, original)
		query = original
	}
	err := h.do(ctx, statement{conn: c, text: query, run: func(ctx context.Context) (err error) {
		if err = h.countExplained(ctx, c, prepare); err != nil {
			return err
		}
		fields, err = h.Handler.ComPrepare(ctx, c, query, prepare)
		return err
	}})
	return fields, err
}

// ComStmtExecute runs a prepared statement.
func (h *handler) ComStmtExecute(ctx context.Context, c *mysql.Conn, prepare *mysql.PrepareData, callback func(*sqltypes.Result) error) error {
	s := statement{conn: c, text: prepare.PrepareStmt}
	write := callback
	if s.aside = withCursor(); !s.aside {
		s.reply = &reply{handler: h, conn: c}
		s.results = &resultSets{conn: c, binary: true}
		write = func(result *sqltypes.Result) error {
			s.reply.begun = s.reply.begun || len(result.Fields) > 0
			return callback(result)
		}
	}
	s.run = func(ctx context.Context) error { return h.Handler.ComStmtExecute(ctx, c, prepare, write) }
	return h.do(ctx, s)
}

// withCursor reports whether the protocol code called its caller for a
// server-side cursor. It does that in a goroutine of its own, which must not
// write to the connection; nothing but the caller's name tells the two apart.
func withCursor() bool {
	var callers [4]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	frame, _ := frames.Next()
	return strings.Contains(frame.Function, "execPrepareStatement.")
}

// ComResetConnection gives the connection a session like new.
func (h *handler) ComResetConnection(c *mysql.Conn) error {
	return h.do(context.Background(), statement{conn: c, run: func(context.Context) error {
		defer h.hooks.SessionReset(c.ConnectionID)
		return h.Handler.ComResetConnection(c)
	}})
}

// reply is the reply to a statement sent as text.
type reply struct {
	handler *handler
	conn    *mysql.Conn
	write   mysql.ResultSpoolFn
	// begun is true when the columns of a result have been written.
	begun bool
}

// counted is the text beside an OK with the number of warnings, which the engine
// leaves at 0.
func counted(info string, warnings uint16) string {
	if before, ok := strings.CutSuffix(info, "Warnings: 0"); ok {
		return fmt.Sprintf("%sWarnings: %d", before, warnings)
	}
	return info
}

// spool writes a part of the reply. The protocol code writes the text that may
// accompany an OK packet ("Rows matched: 1 …", "Statement prepared") without
// its length, which clients read as a malformed packet or a text cut off; such
// packets are written here.
func (r *reply) spool(result *sqltypes.Result, more bool) error {
	if r.begun || len(result.Fields) > 0 {
		r.begun = true
		return r.write(result, more)
	}
	if result.Info == "" {
		return r.write(result, more)
	}
	flags := r.conn.StatusFlags
	if more {
		flags |= mysql.ServerMoreResultsExists
	}
	warnings := r.handler.Handler.WarningCount(r.conn)
	ok := okPacket(okReply{
		affected: result.RowsAffected, insertID: result.InsertID, flags: flags,
		warnings: warnings, info: counted(result.Info, warnings),
	})
	return wireOf(r.conn).replace(r.conn, ok, func() error { return r.write(result, more) })
}
