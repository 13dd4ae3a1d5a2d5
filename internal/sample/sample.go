// Package sample looks at what a plan would ask models for, and asks nobody. It
// runs the plan below each place that calls a model, over a bounded number of rows
// and for a bounded time, evaluates the arguments of the calls on a random part of
// them, and says how many rows come and what these ask for. Package estimate makes
// figures of that.
//
// The tour: [Run] walks a plan (walk.go) for places, strips what is below one of
// what depends on models (strip.go), runs it into a tap (tap.go), and looks at the
// rows that it kept (look.go).
//
// Everything runs in a context of lookahead.Foresee, in which a call cannot be made.
// Where a condition depends on an answer that is not recorded its rows may come or
// not; where an input does, it is guessed, or said to be unseen.
package sample

import (
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/estimate"
	"airglow/internal/infer"
	"airglow/internal/lookahead"
	"airglow/internal/model"
)

// Subject is which function is called, and which model the SQL names.
type Subject struct {
	Function string
	Service  model.Service
	Model    string
}

// Call is a model call that can be looked at.
type Call interface {
	lookahead.Call
	// Subject says what is called.
	Subject() Subject
	// Foresee evaluates the arguments into the call that Eval would make, and makes
	// none; null is true when there would be none.
	Foresee(ctx *sql.Context, row sql.Row) (call infer.Call, null bool, err error)
}

// Options say how far to look.
type Options struct {
	// Builder runs plans.
	Builder sql.NodeExecBuilder
	// Known returns an answer that was recorded for a call; nil knows none.
	Known lookahead.Tell
	// AnswerBytes is about how many bytes an answer of a function has, for the inputs
	// that hold one which is not known; nil, and false, is 200.
	AnswerBytes func(Subject) (bytes int, ok bool)
	// Rows is how many rows of a place are looked at; 0 is 1,000.
	Rows int
	// Time is about how long reading may take, for all places; 0 is 200 ms. A few
	// rows of each place are read however long that takes.
	Time time.Duration
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// The defaults of Options.
const (
	defaultRows = 1000
	defaultTime = 200 * time.Millisecond
)

// Found is what was found of one function at one place of a plan.
type Found struct {
	Subject
	estimate.Place
	// Calls are those of Place.Inputs; nil for one that depends on another's answer.
	Calls []*infer.Call
}

// Run looks at a plan.
func Run(ctx *sql.Context, n sql.Node, o Options) []Found {
	if o.Rows == 0 {
		o.Rows = defaultRows
	}
	if o.Time == 0 {
		o.Time = defaultTime
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AnswerBytes == nil {
		o.AnswerBytes = func(Subject) (int, bool) { return 0, false }
	}
	if o.Known == nil {
		o.Known = func(infer.Call) (infer.Answer, bool) { return infer.Answer{}, false }
	}
	raised := ctx.Session.Warnings() // the latest first; those of the look are not the statement's
	w := walker{ctx: lookahead.Foresee(ctx, o.Known), o: o, found: &[]Found{}, scale: estimate.Exactly(1), deadline: o.Now().Add(o.Time)}
	w.run = w.drain
	w.node(n)
	ctx.Session.ClearWarnings()
	for i := len(raised) - 1; i >= 0; i-- {
		ctx.Session.Warn(raised[i])
	}
	return *w.found
}

// rootsOf are the parts of expressions that call models and are evaluated as
// one. What has only one part always evaluates it, so that it is left out; so is
// what keeps a state, as sums do.
func rootsOf(list []sql.Expression) []sql.Expression {
	var roots []sql.Expression
	for _, e := range list {
		if !lookahead.HasCall(e) {
			continue
		}
		_, call := e.(Call)
		if children := e.Children(); !call && (len(children) == 1 || stateful(e)) {
			roots = append(roots, rootsOf(children)...)
			continue
		}
		roots = append(roots, e)
	}
	return roots
}

// stateful reports whether an expression is more than its value on a row.
func stateful(e sql.Expression) bool {
	switch e.(type) {
	case sql.Aggregation, sql.WindowAggregation, *expression.SetField, expression.Tuple:
		return true
	}
	return false
}

// callsIn are the model calls of an expression, the outermost first.
func callsIn(e sql.Expression) []Call {
	var calls []Call
	sql.Inspect(e, func(e sql.Expression) bool {
		if c, ok := e.(Call); ok {
			calls = append(calls, c)
		}
		return true
	})
	return calls
}

// nested reports whether a call has another in its arguments.
func nested(c Call) bool {
	for _, arg := range c.Arguments() {
		if asks(arg) {
			return true
		}
	}
	return false
}

// asks reports whether an expression calls models, in its subqueries, too.
func asks(e sql.Expression) bool {
	found := lookahead.HasCall(e)
	for _, s := range subqueries(e) {
		found = found || lookahead.HasCalls(s.Query)
	}
	return found
}

func subqueries(list ...sql.Expression) []*plan.Subquery {
	var found []*plan.Subquery
	for _, e := range list {
		sql.Inspect(e, func(e sql.Expression) bool {
			if s, ok := e.(*plan.Subquery); ok {
				found = append(found, s)
				return false
			}
			return true
		})
	}
	return found
}
