// Package lookahead runs the model calls of a statement ahead of their
// evaluation, side by side, without changing what the statement gives.
//
// A Node stands below a plan node N that evaluates model calls on the rows of
// its child. It reads rows ahead and runs N's expressions on each in asking
// mode: a call whose answer is known gives it, the first whose answer is not
// known is started in the background and ends the evaluation. When the answer
// is there the row is evaluated again, until it asks for nothing new. Nested
// calls, CASE, COALESCE, AND and OR so ask for exactly what a plain run would
// ask for. Ready rows go up in order and unchanged, and N's own evaluation finds
// every answer in the statement's memo.
//
// The tour: Plan (place.go) puts nodes into a plan, joins.go into joins; probes.go
// says what is asked on a row of which node, aggregates.go of those that gather
// rows, askable.go which expressions may be evaluated twice. measured.go is the
// condition of a filter whose parts are evaluated in an order that order.go learns,
// with lookahead on or off. node.go is the plan node, rows.go its iterator,
// values.go the same for VALUES; progress.go counts the rows for who watches the
// statement, numbers.go tells which row is which. This file is asking mode itself,
// asking.go that of procedures, whose loops are looked ahead elsewhere.
//
// TestRandomStatements compares random statements with lookahead on and off, for
// rows, effects and calls.
package lookahead

import (
	"context"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/infer"
)

// Call is an expression that calls a model. Its Eval calls Ask before it makes
// the call.
type Call interface {
	sql.Expression
	// Arguments are the expressions that the request is made of.
	Arguments() []sql.Expression
}

// Settings are what the engine says about the statement under way.
type Settings struct {
	// Memo is the statement's; nil runs every row as it comes.
	Memo *infer.Statement
	// Concurrency is how many calls the statement may have under way.
	Concurrency int
	// Numbers is told which row is which; may be nil.
	Numbers *Numbers
	// Overlooked returns, and forgets, the failure of a call that was told to an
	// expression since it was asked last; may be nil.
	Overlooked func(ctx context.Context) error
	// Off is true when the session has turned lookahead off.
	Off bool
	// Progress counts the rows that go up; nil counts nothing.
	Progress *Progress
}

// AtOnce is how many calls may be under way ahead of their evaluation.
func (s Settings) AtOnce() int {
	if s.Off {
		return 0
	}
	return s.Concurrency
}

func (s Settings) overlooked(ctx *sql.Context) error {
	if s.Overlooked == nil {
		return nil
	}
	return s.Overlooked(ctx)
}

// SettingsFunc returns the settings of the statement that runs in ctx.
type SettingsFunc func(ctx *sql.Context) Settings

// asker is one evaluation in asking mode.
type asker struct {
	memo *infer.Statement
	// calls is the context that started calls run in: the statement's.
	calls context.Context
	// wake is told when the awaited answer is there.
	wake func()
	// waiting is set when the evaluation has met an answer that is not known.
	// From then on it asks for nothing.
	waiting *infer.Pending
}

type askerKey struct{}

// errAsked ends an evaluation that waits for an answer.
type errAsked struct{}

// Error implements error. Nobody is shown the text.
func (errAsked) Error() string { return "the answer of a model call is not known yet" }

// Ask is the part of a model call's evaluation in asking mode. asking is false
// when the evaluation is the statement's own: the call is to be made then. The
// answer is the model's; an error may be its failure, or end an evaluation that
// has to wait.
func Ask(ctx *sql.Context, call infer.Call) (answer infer.Answer, asking bool, err error) {
	a, ok := ctx.Value(askerKey{}).(*asker)
	if !ok {
		return infer.Answer{}, false, nil
	}
	if a.waiting != nil {
		return infer.Answer{}, true, errAsked{}
	}
	pending := a.memo.Ask(a.calls, call, a.wake)
	if pending.Known() {
		answer, err = pending.Result()
		return answer, true, err
	}
	a.waiting = &pending
	return infer.Answer{}, true, errAsked{}
}

// Asking reports whether an evaluation is in asking mode, whose warnings are not
// the statement's.
func Asking(ctx *sql.Context) bool {
	_, ok := ctx.Value(askerKey{}).(*asker)
	return ok
}

// inAskingMode returns a context in which expressions are asked.
func inAskingMode(ctx *sql.Context, a *asker) *sql.Context {
	asking := ctx.WithContext(context.WithValue(ctx.Context, askerKey{}, a))
	asking.Session = quiet{ctx.Session}
	return asking
}

// quiet is a session that drops the warnings of asking mode. The storage knows
// its sessions by their type and not through quiet; that is why nothing that
// reads tables is asked.
type quiet struct{ sql.Session }

// Warn implements sql.Session.
func (quiet) Warn(*sql.Warning) {}
