package engine

import (
	"airglow/internal/engine/variable"
	"airglow/internal/ledger"
)

// publishFigures makes what a statement used the values of the session's variables.
func (e *Engine) publishFigures(s *statement, used ledger.Usage) {
	s.mu.Lock()
	ctx := s.client
	s.mu.Unlock()
	if ctx == nil {
		return
	}
	if err := variable.SetFigures(ctx, used); err != nil {
		e.log.Error("show what a statement used", "connection", s.conn, "error", err)
	}
}
