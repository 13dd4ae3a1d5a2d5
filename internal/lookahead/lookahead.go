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
// The tour: Plan (place.go) puts nodes into a plan: joins.go, outer.go, lateral.go and
// rightfirst.go into joins, trigger.go above the rows that triggers run for. probes.go
// says what is asked on a row of which node, computed.go takes the calls of those
// that gather rows out of them, askable.go which expressions may be evaluated twice,
// queries.go how the subqueries in them are run for that. measured.go is the condition
// of a filter whose parts are evaluated in an order that order.go learns, with
// lookahead on or off. node.go is the plan node, rows.go its iterator, values.go the
// same for VALUES; progress.go counts the rows for who watches the statement,
// numbers.go tells which row is which. This file is asking mode itself, asking.go that
// of procedures, whose loops are looked ahead elsewhere, and foresee.go that of
// EXPLAIN, which asks nobody.
//
// TestRandomStatements compares random statements with lookahead on and off, for
// rows, effects and calls.
package lookahead

import (
	"context"
	"sync"

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
	// Below returns a copy of a storage's session with the session that this one
	// is built upon changed; the two share all else. nil changes the session
	// itself, which a storage then may not know for its own.
	Below func(session sql.Session, change func(sql.Session) sql.Session) sql.Session
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
	// root is the asker of the statement's own node that this one asks for: itself,
	// unless it asks on the rows of a subquery.
	root *asker
	// builder builds the plans that are run for asking.
	builder sql.NodeExecBuilder

	// mu is for the engine's goroutines that group the rows of a subquery.
	mu sync.Mutex
	// waiting is set when the evaluation has met an answer that is not known.
	// From then on it asks for nothing.
	waiting *infer.Pending
	// tell makes it one of Foresee's, which has nothing else.
	tell Tell
}

// newAsker returns an asker for a node of the statement's own.
func newAsker(memo *infer.Statement, wake func()) *asker {
	a := &asker{memo: memo, wake: wake}
	a.root = a
	return a
}

// within returns an asker for the rows of a subquery that a asks.
func (a *asker) within() *asker {
	return &asker{memo: a.memo, calls: a.calls, wake: a.wake, root: a.root, builder: a.builder}
}

// awaited is the answer that the evaluation waits for, nil when there is none.
func (a *asker) awaited() *infer.Pending {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.waiting
}

// await has the evaluation wait, unless it does already.
func (a *asker) await(p *infer.Pending) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = p
	}
}

// begin has the next evaluation begin, which waits for nothing yet.
func (a *asker) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting = nil
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
	a := askerFrom(ctx)
	if a == nil {
		return infer.Answer{}, false, nil
	}
	if a.tell != nil {
		answer, known := a.tell(call)
		if !known {
			return infer.Answer{}, true, errAsked{}
		}
		return answer, true, nil
	}
	if a.awaited() != nil {
		return infer.Answer{}, true, errAsked{}
	}
	pending := a.memo.Ask(a.calls, call, a.wake)
	if pending.Known() {
		answer, err = pending.Result()
		return answer, true, err
	}
	a.await(&pending)
	return infer.Answer{}, true, errAsked{}
}

// Asking reports whether an evaluation is in asking mode, whose warnings are not
// the statement's.
func Asking(ctx *sql.Context) bool { return askerFrom(ctx) != nil }

// askerFrom returns the asker of an evaluation in asking mode, nil outside.
func askerFrom(ctx *sql.Context) *asker {
	a, _ := ctx.Value(askerKey{}).(*asker)
	return a
}

// inAskingMode returns a context in which expressions are asked.
func inAskingMode(ctx *sql.Context, a *asker, s Settings) *sql.Context {
	asking := ctx.WithContext(context.WithValue(ctx.Context, askerKey{}, a))
	if !Asking(ctx) {
		asking.Session = s.quieted(ctx.Session)
	}
	return asking
}

// quieted is a session without the warnings that are raised in it.
func (s Settings) quieted(session sql.Session) sql.Session {
	if s.Below == nil {
		return quiet{session}
	}
	return s.Below(session, func(below sql.Session) sql.Session { return quiet{below} })
}

// quiet is a session that drops the warnings of asking mode. The storage knows
// its sessions by their type, and so quiet stands below the storage's.
type quiet struct{ sql.Session }

// Warn implements sql.Session.
func (quiet) Warn(*sql.Warning) {}
