package engine

import (
	"context"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/grammar"
)

// readAnalyzed reads EXPLAIN ANALYZE of a change of rows as that change, which it
// is to make; nil if the statement behind so many bytes is none.
func (p *parser) readAnalyzed(ctx context.Context, text string, behind int, how manner) *source {
	out := p.read(ctx, grammar.Blanked(text[:behind], "")+text[behind:], how.options, how.several)
	if len(out.text) > behind {
		out.text = text[:behind] + out.text[behind:]
	}
	if out.err != nil {
		return &out
	}
	switch out.stmt.(type) {
	case *sqlparser.Insert, *sqlparser.Update, *sqlparser.Delete:
		out.stmt = &sqlparser.Explain{Analyze: true, ExplainFormat: sqlparser.TreeStr, Statement: out.stmt}
		return &out
	}
	return nil
}
