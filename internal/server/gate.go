package server

import (
	"sync"

	"airglow/internal/mysqlerr"
)

// gate counts the statements that run, and closes for new ones.
type gate struct {
	mu      sync.Mutex
	running int
	entered uint64
	closed  bool
	// empty is closed when the gate is closed and no statement runs.
	empty chan struct{}
}

func newGate() *gate { return &gate{empty: make(chan struct{})} }

// enter admits a statement; each success is followed by one leave, when the
// reply is written.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return mysqlerr.Shutdown()
	}
	g.running++
	g.entered++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if g.closed && g.running == 0 {
		close(g.empty)
	}
}

// close refuses new statements. The channel it returns is closed when those
// admitted before have left. Call it once.
func (g *gate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	if g.running == 0 {
		close(g.empty)
	}
	return g.empty
}

func (g *gate) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}
