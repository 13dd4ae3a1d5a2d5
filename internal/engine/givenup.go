package engine

import (
	"context"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/ledger"
)

// A statement whose client is gone, or that was killed, ends a moment later. Clients
// that connect again run it anew before that, and are to find its answers.

type lookKey struct{}

// WithLook returns a context for BeginStatement. look ends that context at once if the
// statement's client is gone; any goroutine may call it.
func WithLook(ctx context.Context, look func()) context.Context {
	return context.WithValue(ctx, lookKey{}, look)
}

// lookFrom returns what WithLook was given, nil without.
func lookFrom(ctx context.Context) func() {
	look, _ := ctx.Value(lookKey{}).(func())
	return look
}

// givenUp reports whether nobody waits for the statement any more: it was killed, its
// client is gone, or its time is up.
func (s *statement) givenUp() bool { return s.killed.Load() || s.ctx.Err() != nil }

// lookForClients looks whether the clients are there of those who run a statement as
// well that is about to begin.
func (e *Engine) lookForClients(st *ledger.Statement) {
	for _, s := range e.sessions.statements() {
		if r := s.recorded.Load(); r != nil && s.look != nil && r.user == st.User && r.digest == st.Digest {
			s.look()
		}
	}
}

// statements are those under way.
func (s *sessions) statements() (list []*statement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.open {
		if running := session.running.Load(); running != nil {
			list = append(list, running)
		}
	}
	return list
}

// killed is the server's process list, which lets a statement know that it was killed
// before it ends of it.
type killed struct {
	sql.ProcessList
	engine *Engine
}

// Kill implements sql.ProcessList.
func (k killed) Kill(conn uint32) {
	if session := k.engine.sessions.find(conn); session != nil {
		if s := session.running.Load(); s != nil {
			s.killed.Store(true)
		}
	}
	k.ProcessList.Kill(conn)
}
