package server

import (
	"context"
	"syscall"
	"time"

	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine"
)

// watchInterval is how often a running statement's client is looked for. A
// statement that takes less is not watched at all.
const watchInterval = 500 * time.Millisecond

// watcher ends the context of a statement whose client goes away, so that no
// model is asked for an answer that nobody will read.
type watcher struct {
	ctx    context.Context
	cancel context.CancelFunc
	conn   syscall.Conn
	timer  *time.Timer
}

// watch returns the context to run a statement under. Call stop when the
// statement has ended.
func watch(ctx context.Context, c *mysql.Conn) (watched context.Context, stop func()) {
	w, ok := c.ClientData.(*wire)
	if !ok {
		return ctx, func() {}
	}
	conn, ok := w.Conn.(syscall.Conn)
	if !ok {
		return ctx, func() {}
	}
	watched, cancel := context.WithCancel(ctx)
	x := &watcher{ctx: watched, cancel: cancel, conn: conn}
	// The timer is started when x is complete.
	x.timer = time.AfterFunc(time.Hour, x.look)
	x.timer.Reset(watchInterval)
	return engine.WithLook(watched, x.lookNow), x.stop
}

// lookNow looks without waiting for the timer.
func (x *watcher) lookNow() {
	if x.ctx.Err() == nil && clientGone(x.conn) {
		x.cancel()
	}
}

func (x *watcher) look() {
	switch {
	case x.ctx.Err() != nil:
	case clientGone(x.conn):
		x.cancel()
	default:
		// A stop at this moment is noticed by the next look.
		x.timer.Reset(watchInterval)
	}
}

func (x *watcher) stop() {
	x.cancel()
	x.timer.Stop()
}
