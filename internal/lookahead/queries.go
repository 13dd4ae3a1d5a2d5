package lookahead

import (
	"errors"
	"io"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/infer"
)

// A subquery in an expression is asked by running a copy of its plan that shares
// nothing with the statement's own: no cache, nothing that is kept from one row
// to the next. The copy has nodes of its own, so that the rows of one run are
// asked side by side; they do not wait, but end the run, which is tried again
// when the first answer that it lacks is there.

// queryCopy returns a subquery for asking, of which so much is read; nil where
// its plan cannot be copied.
func (p planner) queryCopy(q *plan.Subquery, d demand) *plan.Subquery {
	with := askedQuery{UnaryNode: plan.UnaryNode{}}
	if q.CanCacheResults() {
		with.once = &lastAsked{}
	}
	p.repeated = !q.CanCacheResults()
	if with.Child = p.askedPlan(q.Query, d); with.Child == nil {
		return nil
	}
	if d == few && !p.repeated {
		with.Child = newGuarded(with.Child, &keptRows{first: true})
	}
	return q.WithQuery(&with)
}

// askedPlan returns the plan of a subquery for asking, nil where it cannot be copied.
func (p planner) askedPlan(n sql.Node, d demand) sql.Node {
	inner, _, err := bare(n)
	if err != nil {
		return nil
	}
	if inner, err = p.planCopy(inner); err != nil {
		return nil
	}
	p.nested = true
	if inner, err = p.node(inner, d); err != nil {
		return nil
	}
	return inner
}

// errNoCopy is that an expression cannot be copied.
var errNoCopy = errors.New("an expression cannot be copied")

// planCopy returns a plan that shares no state with another.
func (p planner) planCopy(n sql.Node) (sql.Node, error) {
	made, _, err := transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		n, err := p.expressionsCopied(n)
		if err != nil {
			return nil, transform.SameTree, err
		}
		switch n := n.(type) {
		case *plan.HashLookup:
			return plan.NewHashLookup(newGuarded(n.Child, nil), n.RightEntryKey, n.LeftProbeKey, n.JoinType), transform.NewTree, nil
		case *plan.CachedResults:
			return newGuarded(n.Child, &keptRows{}), transform.NewTree, nil
		}
		return n, transform.NewTree, nil
	})
	return made, err
}

func (p planner) expressionsCopied(n sql.Node) (sql.Node, error) {
	if table, ok := n.(*plan.JSONTable); ok { // the others are values, and shared by its copies
		with := *table
		if with.DataExpr = p.copied(table.DataExpr); with.DataExpr == nil {
			return nil, errNoCopy
		}
		return &with, nil
	}
	with, ok := n.(sql.Expressioner)
	if !ok {
		return n, nil
	}
	list := with.Expressions()
	if len(list) == 0 {
		return n, nil
	}
	made := make([]sql.Expression, len(list))
	for i, e := range list {
		if made[i] = p.copied(e); made[i] == nil {
			return nil, errNoCopy
		}
	}
	return with.WithExpressions(made...)
}

// askablePlan reports whether the plan of a subquery may be run beside the
// statement, and more than once: its nodes are known to keep nothing but what
// planCopy replaces, and its expressions may be evaluated twice.
func askablePlan(n sql.Node) bool {
	ok := true
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if !ok || !askableNode(n) {
			ok = false
			return false
		}
		_, grouped := n.(*plan.GroupBy)
		_, windows := n.(*plan.Window)
		if with, has := n.(sql.Expressioner); has {
			for _, e := range with.Expressions() {
				ok = ok && askableWithin(e, grouped || windows)
			}
		}
		return ok
	})
	return ok
}

func askableNode(n sql.Node) bool {
	switch n := n.(type) {
	case *plan.GroupBy:
		// The engine evaluates what is grouped in a second goroutine, and waits
		// for ever when that fails early.
		return len(n.GroupByExprs) == 0 || !anyCalls(n.Expressions())
	case *plan.JoinNode, *Node, *guarded, *Computed, *OuterJoin, *pairing, *rightFirst, *numberer, *plan.Project, *plan.Filter, *plan.Having, *plan.Window, *plan.Sort, *plan.TopN, *plan.Limit, *plan.Offset,
		*plan.Distinct, *plan.OrderedDistinct, *plan.SetOp, *plan.HashLookup, *plan.CachedResults, *plan.Concat,
		*plan.SubqueryAlias, *plan.TableAlias, *plan.ResolvedTable, *plan.IndexedTableAccess, *plan.TableCountLookup,
		*plan.EmptyTable, *plan.JSONTable, *plan.Values, *plan.ValueDerivedTable:
		return true
	}
	return false
}

// askableWithin is askable for an expression of a plan that is run whole, in
// which the node above an aggregate function keeps what that counts.
func askableWithin(e sql.Expression, aggregates bool) bool {
	ok := true
	sql.Inspect(e, func(e sql.Expression) bool {
		switch e := e.(type) {
		case *plan.Subquery:
			ok = ok && askablePlan(e.Query)
		case sql.Aggregation, sql.WindowAggregation:
			ok = ok && aggregates
		default:
			ok = ok && repeatable(e)
		}
		return ok
	})
	return ok
}

// holdsQuery reports whether an expression has a subquery.
func holdsQuery(e sql.Expression) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		if _, ok := e.(*plan.Subquery); ok {
			found = true
		}
		return !found
	})
	return found
}

// anyCalls reports whether expressions call models, in subqueries or outside.
func anyCalls(list []sql.Expression) bool {
	found := false
	for _, e := range list {
		sql.Inspect(e, func(e sql.Expression) bool {
			found = found || callsItself(e, func(q *plan.Subquery) bool { return HasCalls(q.Query) })
			return !found
		})
	}
	return found
}

// callsPerRow reports whether an expression calls models for each row anew. A
// subquery that reads nothing of the row is evaluated once, with its own rows
// looked ahead.
func callsPerRow(e sql.Expression) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		found = found || callsItself(e, func(q *plan.Subquery) bool { return !q.CanCacheResults() && HasCalls(q.Query) })
		return !found
	})
	return found
}

func callsItself(e sql.Expression, query func(*plan.Subquery) bool) bool {
	switch e := e.(type) {
	case Call:
		return true
	case *plan.Subquery:
		return query(e)
	}
	return false
}

// askedQuery is the plan of a subquery that is asked.
type askedQuery struct {
	plan.UnaryNode
	// once is set where the subquery has the same rows for all: it waits for the
	// same answer then whatever row it is asked on.
	once *lastAsked
}

var _ sql.ExecBuilderNode = (*askedQuery)(nil)

// lastAsked is the answer that a run of a subquery was waiting for last.
type lastAsked struct {
	mu      sync.Mutex
	pending *infer.Pending
	asker   *asker // the root of who waits
}

// BuildRowIter implements sql.ExecBuilderNode.
func (n *askedQuery) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	a := askerFrom(ctx)
	if a == nil {
		return nil, errNotAsking
	}
	if a.awaited() != nil || n.once.waits(a) {
		return nil, errAsked{}
	}
	rows, err := b.Build(ctx, n.Child, row)
	if err != nil {
		n.once.note(a)
		return nil, err
	}
	return &askedRows{guardedRows{RowIter: rows, asker: a}, n.once}, nil
}

// errNotAsking is a defect: a copy that is asked has got into the statement.
var errNotAsking = errors.New("the copy of a subquery was run by the statement")

// waits reports whether the subquery still lacks the answer that it lacked when
// it was last asked, and has a wait for it.
func (l *lastAsked) waits(a *asker) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == nil || l.asker != a.root || l.pending.Known() {
		return false
	}
	a.await(l.pending)
	return true
}

func (l *lastAsked) note(a *asker) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending, l.asker = a.awaited(), a.root
}

// askedRows are the rows of a subquery that is asked. They close themselves when
// they fail, as those who read them do not.
type askedRows struct {
	guardedRows
	once *lastAsked
}

// Next implements sql.RowIter.
func (r *askedRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := r.guardedRows.Next(ctx)
	if err != nil && !errors.Is(err, io.EOF) {
		r.once.note(r.asker)
		_ = r.Close(ctx)
	}
	return row, err
}

// Schema implements sql.Node.
func (n *askedQuery) Schema() sql.Schema { return n.Child.Schema() }

// IsReadOnly implements sql.Node.
func (n *askedQuery) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *askedQuery) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *askedQuery) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &askedQuery{plan.UnaryNode{Child: children[0]}, n.once}, nil
}

// copied returns an expression whose parts are the statement's no more: some
// keep what they have compiled, and the statement may evaluate its own in
// another goroutine meanwhile. nil is returned where a part cannot be copied.
func (p planner) copied(e sql.Expression) sql.Expression {
	switch e := e.(type) {
	case *plan.ExistsSubquery:
		if q := p.queryCopy(e.Query, few); q != nil {
			return plan.NewExistsSubquery(q)
		}
		return nil
	case *plan.Subquery:
		if q := p.queryCopy(e, all); q != nil {
			return q
		}
		return nil
	}
	children := e.Children()
	if len(children) == 0 {
		return e // leaves have no state
	}
	list := make([]sql.Expression, len(children))
	for i, child := range children {
		if list[i] = p.copied(child); list[i] == nil {
			return nil
		}
	}
	made, err := e.WithChildren(list...)
	if err != nil {
		return nil
	}
	return made
}
