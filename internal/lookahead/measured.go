package lookahead

import (
	"context"
	"encoding/binary"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/infer"
)

// Measured is a condition made of several that all must be true, some of which
// call models. It evaluates those without calls first, as they are written, and
// the others in an order that it measures as rows go by. It stops at the first
// that is not true, so that it is for filters only, to which false and unknown
// are the same.
type Measured struct {
	cheap, dear []sql.Expression
	// order is nil when there is one dear condition. The plan's copies share it:
	// one is made for each statement, and a subquery that runs for each row around
	// it goes on where it was.
	order *order
}

var (
	_ sql.Expression         = (*Measured)(nil)
	_ sql.CollationCoercible = (*Measured)(nil)
)

// measured returns a filter with its conditions in a Measured. What changes
// something, or gives another value each time, stays where it is.
func measured(n sql.Node) sql.Node {
	switch n := n.(type) {
	case *plan.Filter:
		if m := newMeasured(n.Expression); m != nil {
			return plan.NewFilter(m, n.Child)
		}
	case *plan.Having:
		if m := newMeasured(n.Cond); m != nil {
			return plan.NewHaving(m, n.Child)
		}
	}
	return n
}

func newMeasured(e sql.Expression) *Measured {
	cheap, dear, ok := dearApart(e, askable)
	if !ok || len(dear) == 0 || len(cheap)+len(dear) == 1 {
		return nil
	}
	m := &Measured{cheap: cheap, dear: dear}
	if len(dear) > 1 {
		m.order = newOrder(len(dear))
	}
	return m
}

// unmeasured has a condition as it was before measured.
func unmeasured(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	switch e := e.(type) {
	case *Measured:
		return expression.JoinAnd(e.Children()...), transform.NewTree, nil
	case *sortKey:
		return e.Expression, transform.NewTree, nil
	case *onPairs:
		return e.Expression, transform.NewTree, nil
	}
	return e, transform.SameTree, nil
}

// Eval implements sql.Expression. It is the statement's own evaluation, which
// happens once for each row; lookahead asks in its own way.
func (m *Measured) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	for _, e := range m.cheap {
		if passed, err := passes(ctx, e, row); !passed || err != nil {
			return false, err
		}
	}
	defer m.order.decided()
	for _, i := range m.order.turns(0) {
		if passed, err := m.measure(ctx, i, row); !passed || err != nil {
			return false, err
		}
	}
	return true, nil
}

// measure evaluates a dear condition and takes in what it came to.
func (m *Measured) measure(ctx *sql.Context, i int, row sql.Row) (bool, error) {
	if m.order == nil {
		return passes(ctx, m.dear[i], row)
	}
	var used meter
	passed, err := passes(ctx.WithContext(context.WithValue(ctx.Context, meterKey{}, &used)), m.dear[i], row)
	m.order.evaluated(i, passed, used.calls)
	return passed, err
}

// passes reports whether a condition is true. A value that is none of a
// condition is, as it is to the engine's AND.
func passes(ctx *sql.Context, e sql.Expression, row sql.Row) (bool, error) {
	value, err := e.Eval(ctx, row)
	if value == nil || err != nil {
		return false, err
	}
	is, err := sql.ConvertToBool(ctx, value)
	return is || err != nil, nil
}

// conditions are those of a Measured as rows are asked on them.
type conditions struct {
	cheap, dear []sql.Expression
	order       *order
}

// asked returns what asks for the conditions, false where they cannot be copied.
func (m *Measured) asked(a *ask) (*conditions, bool) {
	own := make([]sql.Expression, 0, len(m.cheap)+len(m.dear))
	for _, e := range m.Children() {
		made := a.copied(e)
		if made == nil {
			return nil, false
		}
		own = append(own, made)
	}
	return &conditions{own[:len(m.cheap)], own[len(m.cheap):], m.order}, true
}

// turns returns the order of a row's dear conditions, none when it does not come
// to them. So many rows before it are not decided and do.
func (c *conditions) turns(ctx *sql.Context, row sql.Row, before int) []int {
	for _, e := range c.cheap {
		if passed, err := passes(ctx, e, row); !passed || err != nil {
			return nil
		}
	}
	return c.order.turns(before)
}

// eval evaluates the dear conditions.
func (c *conditions) eval(ctx *sql.Context, row *ahead) error {
	for _, i := range row.turns {
		if passed, err := passes(ctx, c.dear[i], row.row); !passed || err != nil {
			return err
		}
	}
	return nil
}

// Condition is a condition whose place in the order is measured.
type Condition struct {
	Condition sql.Expression
	// Rows is on how many rows it was evaluated, True how often it was true.
	Rows, True int
}

// ConditionsOf returns those of a filter's condition, in the order that they have
// come to; none where no order is measured.
func ConditionsOf(e sql.Expression) []Condition {
	m, ok := e.(*Measured)
	if !ok {
		if children := e.Children(); len(children) == 1 { // what makes a condition strict
			return ConditionsOf(children[0])
		}
		return nil
	}
	if m.order == nil {
		return nil
	}
	var list []Condition
	m.order.mu.Lock()
	defer m.order.mu.Unlock()
	for _, i := range m.order.ranked() {
		t := m.order.tallies[i]
		list = append(list, Condition{m.dear[i], t.rows, t.true})
	}
	return list
}

// Children implements sql.Expression.
func (m *Measured) Children() []sql.Expression {
	return append(append([]sql.Expression{}, m.cheap...), m.dear...)
}

// WithChildren implements sql.Expression.
func (m *Measured) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != len(m.cheap)+len(m.dear) {
		return nil, sql.ErrInvalidChildrenNumber.New(m, len(children), len(m.cheap)+len(m.dear))
	}
	return &Measured{children[:len(m.cheap)], children[len(m.cheap):], m.order}, nil
}

// Resolved implements sql.Expression.
func (m *Measured) Resolved() bool { return expression.ExpressionsResolved(m.Children()...) }

// Type implements sql.Expression.
func (m *Measured) Type() sql.Type { return types.Boolean }

// IsNullable implements sql.Expression.
func (m *Measured) IsNullable() bool { return false }

// CollationCoercibility implements sql.CollationCoercible.
func (m *Measured) CollationCoercibility(*sql.Context) (sql.CollationID, byte) {
	return sql.Collation_binary, 5
}

// String implements sql.Expression.
func (m *Measured) String() string { return expression.JoinAnd(m.Children()...).String() }

// meter collects the calls of one evaluation.
type meter struct{ calls []spent }

// spent is a call that an evaluation has made.
type spent struct {
	key   uint64
	price float64
}

type meterKey struct{}

// Spent takes in that the evaluation of ctx has made a call, and the body of its
// answer, which is empty when it failed.
func Spent(ctx context.Context, call infer.Call, answer []byte) {
	used, ok := ctx.Value(meterKey{}).(*meter)
	if !ok {
		return
	}
	key := call.Request.Key()
	used.calls = append(used.calls, spent{
		key:   binary.LittleEndian.Uint64(key[:]),
		price: float64(callPrice + len(call.Request.Body) + answerPrice*len(answer)),
	})
}
