package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/current"
	"airglow/internal/engine/variable"
	"airglow/internal/lookahead"
)

// settingsOf are the settings of the client's statement that runs in ctx. A
// statement of the server's own runs its calls one by one.
func (e *Engine) settingsOf(ctx *sql.Context) lookahead.Settings {
	s := statementFrom(ctx)
	if s == nil {
		return lookahead.Settings{Off: true}
	}
	settings := lookahead.Settings{
		Memo: s.calls(e.runner), Concurrency: variable.Concurrency(ctx), Numbers: &s.rows,
		Overlooked: current.Overlooked, Progress: &s.progress, Below: e.below,
	}
	settings.Off = variable.LookaheadOff(ctx)
	return settings
}
