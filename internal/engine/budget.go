package engine

import (
	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/variable"
	"airglow/internal/infer"
)

// bound gives a call the purse of its statement, which has none when the server
// runs it for itself. Only the statement's own goroutine calls it.
func (s *statement) bound(ctx *sql.Context, call *infer.Call) (err error) {
	if s == nil {
		return nil
	}
	if !s.bounded {
		if s.purse, err = variable.Purse(ctx); err != nil {
			return err
		}
		s.bounded = true
	}
	call.Purse = s.purse
	return nil
}
