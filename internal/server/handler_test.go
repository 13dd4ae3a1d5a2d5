package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
)

// fakeEngine is the handler behind ours.
type fakeEngine struct {
	mysql.Handler
	query func(ctx context.Context, write mysql.ResultSpoolFn) error
}

func (f fakeEngine) ComQuery(ctx context.Context, _ *mysql.Conn, _ string, write mysql.ResultSpoolFn) error {
	return f.query(ctx, write)
}

func (f fakeEngine) ComResetConnection(*mysql.Conn) error { return nil }
func (f fakeEngine) ConnectionClosed(*mysql.Conn)         {}
func (f fakeEngine) WarningCount(*mysql.Conn) uint16      { return 7 }

// notingHooks write down their calls.
type notingHooks struct{ calls []string }

type hookKey struct{}

func (n *notingHooks) note(call string) { n.calls = append(n.calls, call) }

func (n *notingHooks) BeginStatement(ctx context.Context, _ uint32) context.Context {
	n.note("begin")
	return context.WithValue(ctx, hookKey{}, "statement")
}

func (n *notingHooks) Overlooked(context.Context) error { return nil }

func (n *notingHooks) Rerun(_ context.Context, failure *mysql.SQLError, runs int) (func(), bool) {
	if failure.Num != 1213 || runs > 2 {
		return nil, false
	}
	return func() { n.note("again") }, true
}
func (n *notingHooks) WarningCount(uint32) (int, bool) { return 0, false }

func (n *notingHooks) EndStatement(ctx context.Context, _ uint32, failure *mysql.SQLError) {
	if failure != nil {
		n.note(fmt.Sprint("failed ", failure.Num))
	}
	n.note("end " + ctx.Value(hookKey{}).(string))
}
func (n *notingHooks) SessionClosed(uint32) { n.note("closed") }
func (n *notingHooks) SessionReset(uint32)  { n.note("reset") }

func newHandler(query func(context.Context, mysql.ResultSpoolFn) error) (*handler, *notingHooks, *bytes.Buffer) {
	var log bytes.Buffer
	hooks := &notingHooks{}
	return &handler{
		Handler: fakeEngine{query: query}, hooks: hooks, gate: newGate(),
		logger: slog.New(slog.NewTextHandler(&log, nil)), database: func(*mysql.Conn) string { return "d" },
	}, hooks, &log
}

func discard(*sqltypes.Result, bool) error { return nil }

// TestHooks are called around each statement, whose context they make.
func TestHooks(t *testing.T) {
	var inside any
	h, hooks, _ := newHandler(func(ctx context.Context, _ mysql.ResultSpoolFn) error {
		inside = ctx.Value(hookKey{})
		return errors.New("table not found: t")
	})
	c := &mysql.Conn{Conn: newWire(&memoryConn{}, nil)}
	err := h.ComQuery(t.Context(), c, "SELECT * FROM t", discard)
	var numbered *mysql.SQLError
	if !errors.As(err, &numbered) || numbered.Num != 1146 || numbered.Message != "Table 'd.t' doesn't exist" {
		t.Errorf("error is %v", err)
	}
	if inside != "statement" {
		t.Error("the statement did not run under the hook's context")
	}
	if err := h.ComResetConnection(c); err != nil {
		t.Error(err)
	}
	h.ConnectionClosed(c)
	if want := []string{"begin", "failed 1146", "end statement", "begin", "reset", "end statement", "closed"}; !slices.Equal(hooks.calls, want) {
		t.Errorf("calls %q, want %q", hooks.calls, want)
	}
}

// TestPanicEndsOneStatement catches panics of the statement's own goroutine and
// those that the engine has caught in its others.
func TestPanicEndsOneStatement(t *testing.T) {
	for name, query := range map[string]func(context.Context, mysql.ResultSpoolFn) error{
		"own": func(context.Context, mysql.ResultSpoolFn) error { panic("secret detail") },
		"caught": func(context.Context, mysql.ResultSpoolFn) error {
			return errors.New("panic recovered: secret detail\nframe")
		},
	} {
		h, hooks, log := newHandler(query)
		err := h.ComQuery(t.Context(), &mysql.Conn{Conn: newWire(&memoryConn{}, nil)}, "SELECT 1", discard)
		var numbered *mysql.SQLError
		if !errors.As(err, &numbered) || numbered.Num != 1105 || !strings.Contains(numbered.Message, "internal error (panic)") {
			t.Errorf("%s: error is %v", name, err)
		}
		if strings.Contains(err.Error(), "secret detail") || !strings.Contains(log.String(), "secret detail") {
			t.Errorf("%s: the cause belongs in the log, not in the reply: %v", name, err)
		}
		if !slices.Contains(hooks.calls, "end statement") {
			t.Errorf("%s: the statement never ended", name)
		}
		if ended := h.gate.close(); !isClosed(ended) {
			t.Errorf("%s: the gate still counts the statement", name)
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestGate admits statements until it is closed, and tells when the last ends.
func TestGate(t *testing.T) {
	g := newGate()
	if err := g.enter(); err != nil {
		t.Fatal(err)
	}
	empty := g.close()
	if isClosed(empty) {
		t.Error("the gate takes no notice of the running statement")
	}
	var numbered *mysql.SQLError
	if err := g.enter(); !errors.As(err, &numbered) || numbered.Num != 1053 || numbered.State != "08S01" {
		t.Errorf("a closed gate says %v", err)
	}
	g.leave()
	if !isClosed(empty) {
		t.Error("the gate does not notice that the last statement has ended")
	}
}

// TestInfoText has a reply's text written with its length.
func TestInfoText(t *testing.T) {
	conn := &memoryConn{}
	c := &mysql.Conn{Conn: newWire(conn, nil), StatusFlags: 2}
	h, _, _ := newHandler(func(_ context.Context, write mysql.ResultSpoolFn) error {
		return write(&sqltypes.Result{RowsAffected: 1, Info: "Statement prepared"}, false)
	})
	err := h.ComQuery(t.Context(), c, "PREPARE s FROM 'SELECT 1'", func(*sqltypes.Result, bool) error {
		// What the protocol code writes: a '#' where the length belongs.
		_, err := c.Conn.Write(packet(1, "\x00\x01\x00\x02\x00\x00\x00#Statement prepared"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := packet(1, "\x00\x01\x00\x02\x00\x07\x00\x12Statement prepared")
	if !bytes.Equal(conn.output.Bytes(), want) {
		t.Errorf("wrote %q, want %q", conn.output.Bytes(), want)
	}
}

// TestErrorAfterRows goes to the client as a packet, and ends the statement
// without an error of the protocol code's, which would close the connection.
func TestErrorAfterRows(t *testing.T) {
	conn := &memoryConn{}
	c := &mysql.Conn{Conn: newWire(conn, nil)}
	h, _, _ := newHandler(func(_ context.Context, write mysql.ResultSpoolFn) error {
		if err := write(&sqltypes.Result{Fields: []*querypb.Field{{Name: "a"}}}, true); err != nil {
			return err
		}
		return context.Canceled
	})
	err := h.ComQuery(t.Context(), c, "SELECT 1", func(*sqltypes.Result, bool) error {
		_, err := c.Conn.Write(packet(4, "row"))
		return err
	})
	if err != nil {
		t.Errorf("error is %v", err)
	}
	want := append(packet(4, "row"), packet(5, "\xff\x25\x05#70100Query execution was interrupted")...)
	if !bytes.Equal(conn.output.Bytes(), want) {
		t.Errorf("wrote %q, want %q", conn.output.Bytes(), want)
	}
}

// execPrepareStatement stands for the protocol code's function of that name,
// whose closure runs a statement with a cursor.
func execPrepareStatement(f func() bool) (direct, closure bool) {
	closure = func() bool { return f() }()
	return f(), closure
}

// TestWithCursor tells the two callers apart.
func TestWithCursor(t *testing.T) {
	direct, closure := execPrepareStatement(func() bool { return withCursor() })
	if direct || !closure {
		t.Errorf("direct call: %v, from the closure: %v", direct, closure)
	}
}
