package engine

import (
	"fmt"
	"time"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/bill"
	"airglow/internal/engine/grammar"
	"airglow/internal/engine/variable"
	"airglow/internal/estimate"
	"airglow/internal/ledger"
	"airglow/internal/lookahead"
	"airglow/internal/mlsql"
)

// bill says what the model calls of an analysed plan are likely to come to. It
// reads rows, for a bounded time, and the ledger; it makes no call.
func (e *Engine) bill(ctx *sql.Context, n sql.Node, builder sql.NodeExecBuilder) (estimate.Bill, error) {
	if !lookahead.HasCalls(n) {
		return nil, nil
	}
	policy, err := variable.Policy(ctx, e.now())
	if err != nil {
		return nil, err
	}
	by := bill.Options{
		Builder: builder, Runner: e.runner, Prices: e.prices, Policy: policy, AtOnce: max(e.settingsOf(ctx).AtOnce(), 1),
	}
	if e.ledger != nil {
		by.Ledger, by.User, by.Digest = e.ledger, e.accountName(ctx), digestOf(ctx, ctx.Query())
	}
	return bill.Of(ctx, n, by)
}

// digestOf is the digest of a statement by which the ledger knows it again. EXPLAIN
// ANALYZE of a statement pays for the same answers as the statement.
func digestOf(ctx *sql.Context, text string) string {
	return mlsql.Digest(ctx.GetCurrentDatabase()+" "+grammar.ExplainedText(text), mlsql.Options{})
}

// spending begins to watch what a statement spends. The function that it returns
// writes a line of what it has come to since.
func (e *Engine) spending(ctx *sql.Context) func() string {
	s := statementFrom(ctx)
	used := func() ledger.Usage {
		var u ledger.Usage
		if s != nil && e.ledger != nil {
			if r := s.recorded.Load(); r != nil {
				u, _ = e.ledger.Used(r.id)
			}
		}
		return u
	}
	before, begun := used(), time.Now()
	return func() string {
		u, passed := used(), time.Since(begun)
		if e.ledger == nil {
			return fmt.Sprintf("-> Actual model calls: time %s (the ledger is off)\n", estimate.Lasting(passed.Seconds()))
		}
		cost := "unknown"
		if u.Unpriced == before.Unpriced {
			cost = (u.Cost - before.Cost).String()
		}
		return fmt.Sprintf("-> Actual model calls: %d answers recorded, %d calls, %d failed, %d tokens in, %d tokens out, cost %s, time %s\n",
			u.Reused-before.Reused, u.Calls-before.Calls, u.Failed-before.Failed, u.Tokens.InputTokens-before.Tokens.InputTokens,
			u.Tokens.OutputTokens-before.Tokens.OutputTokens, cost, estimate.Lasting(passed.Seconds()))
	}
}
