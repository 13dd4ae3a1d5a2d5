package sample

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"

	"airglow/internal/estimate"
	"airglow/internal/infer"
	"airglow/internal/lookahead"
	"airglow/internal/model"
)

// look looks at rows.
type look struct {
	found map[Subject]*Found
	// order has them in the order of the plan.
	order []*Found
	// known is Options.Known.
	known lookahead.Tell
	// answerBytes is Options.AnswerBytes.
	answerBytes func(Subject) (int, bool)
	// tainted are the columns that would be answers.
	tainted map[string]bool
	// rows counts them, maybe those that may not come; chance is theirs.
	rows, maybe int
	chance      float64
}

func (w walker) look(calls []Call, tainted map[string]bool) *look {
	l := &look{found: map[Subject]*Found{}, known: w.o.Known, answerBytes: w.o.AnswerBytes, tainted: tainted, chance: 1}
	for _, c := range calls {
		l.of(c.Subject())
	}
	return l
}

// of is what was found of a function.
func (l *look) of(s Subject) *Found {
	f := l.found[s]
	if f == nil {
		f = &Found{Subject: s}
		l.found[s], l.order = f, append(l.order, f)
	}
	return f
}

// look evaluates the calls of expressions on a row.
func (l *look) look(ctx *sql.Context, roots []sql.Expression, k kept) {
	l.rows++
	if k.maybe {
		l.maybe++
		l.chance = k.chance
	}
	for _, root := range roots {
		l.root(ctx, root, k)
	}
}

// met are the calls that an evaluation came to.
type met struct {
	calls map[model.Key]infer.Call
	// stopped is true when it ended at one whose answer is not known.
	stopped bool
	// nested are those of which a call came up that has others in it.
	nested map[Subject]bool
}

// root looks at the calls of one expression. The evaluation tells for sure which
// it comes to, up to the first whose answer is not known; from then on those may be
// that stand in it.
func (l *look) root(ctx *sql.Context, root sql.Expression, k kept) {
	calls := callsIn(root)
	m := l.evaluate(ctx, root, k.row)
	known := m != nil
	if m == nil { // it is not to be evaluated as a whole
		m = &met{stopped: true}
	}
	alone := l.alone(ctx, calls, k.row)
	m.nested = map[Subject]bool{}
	for key, call := range m.calls {
		m.nested[subjectOf(call)] = m.nested[subjectOf(call)] || !alone[key]
		l.input(subjectOf(call), &call, estimate.Input{Key: key, Bytes: len(call.Request.Body), Sure: true}, k)
	}
	if !m.stopped {
		return
	}
	for _, c := range calls {
		l.possible(ctx, root, c, possibility{m, known, k})
	}
}

// alone are the keys of the calls that have no others in them.
func (l *look) alone(ctx *sql.Context, calls []Call, row sql.Row) map[model.Key]bool {
	keys := map[model.Key]bool{}
	for _, c := range calls {
		if nested(c) || l.unseen(c) {
			continue
		}
		if call, null, err := c.Foresee(ctx, row); err == nil && !null {
			keys[call.Request.Key()] = true
		}
	}
	return keys
}

// possibility is how an evaluation went that may come to further calls.
type possibility struct {
	met *met
	// known is false when the expression was not evaluated at all.
	known bool
	row   kept
}

// possible looks at a call that the evaluation did not come to, or was not seen to.
func (l *look) possible(ctx *sql.Context, root sql.Expression, c Call, p possibility) {
	in := estimate.Input{Chance: 1}
	if !unconditional(root, c) {
		in.Chance = 0.5
	}
	if l.unseen(c) {
		l.of(c.Subject()).Blind++
		return
	}
	if nested(c) {
		if p.met.nested[c.Subject()] {
			return
		}
		shape := l.shape(ctx, c, p.row.row)
		in.Key, in.Bytes, in.Guessed = shape.key(), shape.bytes, true
		l.input(c.Subject(), nil, in, p.row)
		return
	}
	call, null, err := c.Foresee(ctx, p.row.row)
	if err != nil || null {
		return
	}
	in.Key, in.Bytes = call.Request.Key(), len(call.Request.Body)
	if _, is := p.met.calls[in.Key]; is {
		return
	}
	in.Sure = !p.known && in.Chance == 1
	l.input(c.Subject(), &call, in, p.row)
}

// input adds one.
func (l *look) input(s Subject, call *infer.Call, in estimate.Input, k kept) {
	f := l.of(s)
	if in.Sure {
		in.Chance = 1
	}
	if k.maybe {
		in.Sure, in.Chance = false, in.Chance*k.chance
	}
	f.Inputs, f.Calls = append(f.Inputs, in), append(f.Calls, call)
}

// unseen reports whether the input of a call is not to be known: it is another
// each time, or a column that would be an answer.
func (l *look) unseen(c Call) bool {
	unseen := false
	for _, arg := range c.Arguments() {
		unseen = unseen || !lookahead.Askable(arg) || l.reads(arg)
	}
	return unseen
}

// reads reports whether an expression reads a column that would be an answer.
func (l *look) reads(e sql.Expression) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		field, ok := e.(*expression.GetField)
		found = found || ok && l.tainted[strings.ToLower(field.Name())]
		return !found
	})
	return found
}

// evaluate evaluates an expression and says which calls it came to; nil when it is
// not to be evaluated.
func (l *look) evaluate(ctx *sql.Context, root sql.Expression, row sql.Row) *met {
	if !lookahead.Askable(root) || l.reads(root) {
		return nil
	}
	m := &met{calls: map[model.Key]infer.Call{}}
	within := lookahead.Foresee(ctx, func(call infer.Call) (infer.Answer, bool) {
		m.calls[call.Request.Key()] = call
		answer, known := l.known(call)
		m.stopped = m.stopped || !known
		return answer, known
	})
	if _, err := root.Eval(within, row); err != nil && !m.stopped {
		return nil // the row will fail, or the caller may not call the model
	}
	return m
}

func subjectOf(call infer.Call) Subject {
	return Subject{call.Origin.Function, call.Request.Service, call.Request.Model}
}

// chooses reports whether an expression may leave parts of it out.
func chooses(e sql.Expression) bool {
	switch e := e.(type) {
	case *expression.Case, *expression.And, *expression.Or:
		return true
	case sql.FunctionExpression:
		return choosing[strings.ToLower(e.FunctionName())]
	}
	return false
}

var choosing = map[string]bool{"if": true, "ifnull": true, "coalesce": true, "nullif": true, "elt": true}

// unconditional reports whether an expression evaluates a part of it whatever its
// other parts are.
func unconditional(root, part sql.Expression) bool {
	if root == part {
		return true
	}
	if chooses(root) {
		return false
	}
	for _, child := range root.Children() {
		found := false
		sql.Inspect(child, func(e sql.Expression) bool {
			found = found || e == part
			return !found
		})
		if found {
			return unconditional(child, part)
		}
	}
	return false
}

// shape is what is known of the input of a call that has others in it.
type shape struct {
	parts []byte
	bytes int
}

func (s shape) key() model.Key { return sha256.Sum256(s.parts) }

// answerBytes is taken for the size of an answer that is a part of an input, where no
// answer of its function is recorded.
const answerBytes = 200

// shape puts together the parts of an input that are known, and the inputs of the
// calls in it.
func (l *look) shape(ctx *sql.Context, e sql.Expression, row sql.Row) shape {
	var s shape
	add := func(kind string, text string) { s.parts = fmt.Appendf(s.parts, "%s%d:%s", kind, len(text), text) }
	children := e.Children()
	if c, ok := e.(Call); ok {
		if children = c.Arguments(); !nested(c) {
			if call, null, err := c.Foresee(ctx, row); err == nil && !null {
				key := call.Request.Key()
				add("call", string(key[:]))
			}
			if s.bytes, ok = l.answerBytes(c.Subject()); !ok {
				s.bytes = answerBytes
			}
			return s
		}
		add("call", c.Subject().Function)
	}
	if !asks(e) {
		if value, err := e.Eval(ctx, row); err == nil && value != nil {
			text := fmt.Sprint(value)
			add("value", text)
			s.bytes = len(text)
		}
		return s
	}
	for _, child := range children {
		below := l.shape(ctx, child, row)
		add("part", string(below.parts))
		s.bytes += below.bytes
	}
	return s
}
