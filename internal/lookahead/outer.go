package lookahead

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// OuterJoin gives the rows of a left outer join whose ON has conditions that call
// models. Its child gives the pairs that meet the other conditions, on which rows
// are asked, and an end after those of each left row, which comes without a partner
// when none of its pairs meets all conditions.
type OuterJoin struct {
	plan.UnaryNode
	dear []sql.Expression
}

var (
	_ sql.ExecBuilderNode = (*OuterJoin)(nil)
	_ sql.Expressioner    = (*OuterJoin)(nil)
)

// outer returns an OuterJoin for a join whose conditions can be asked on pairs, any
// other as it is. What is the right side of another join gets longer rows than it
// gives.
func (p planner) outer(n *plan.JoinNode) sql.Node {
	if n.Filter == nil || p.updated {
		return n
	}
	cheap, dear, ok := dearApart(n.Filter, p.askable)
	if !ok || len(dear) == 0 {
		return n
	}
	join := n.WithFilter(conjunction(cheap))
	switch n.Op {
	case plan.JoinTypeLeftOuter, plan.JoinTypeLeftOuterHash, plan.JoinTypeLeftOuterLookup:
	case plan.JoinTypeLeftOuterMerge:
		if join = hashed(join, cheap); join == nil {
			return n
		}
	default:
		return n
	}
	return &OuterJoin{plan.UnaryNode{Child: &pairing{plan.UnaryNode{Child: join}}}, dear}
}

// hashed is a merge join, whose pairs come as two sides are read at once, as one that
// looks its right rows up; nil where it does not compare two columns first.
func hashed(n *plan.JoinNode, conditions []sql.Expression) *plan.JoinNode {
	if len(conditions) == 0 {
		return nil
	}
	equal, ok := conditions[0].(*expression.Equals)
	if !ok {
		return nil
	}
	left, isField := equal.Left().(*expression.GetField)
	right, areFields := equal.Right().(*expression.GetField)
	if !isField || !areFields {
		return nil
	}
	if left.Index() > right.Index() {
		left, right = right, left
	}
	own := right.WithIndex(right.Index() - len(n.Left().Schema()))
	lookup := plan.NewHashLookup(plan.NewCachedResults(n.Right()), own, left, plan.JoinTypeLeftOuterHash)
	return plan.NewJoin(n.Left(), lookup, plan.JoinTypeLeftOuterHash, n.Filter).WithScopeLen(n.ScopeLen)
}

// pairsOf asks for the conditions of an outer join. Its ends have none.
func (a *ask) pairsOf(n *OuterJoin) {
	own := make([]sql.Expression, len(n.dear))
	for i, e := range n.dear {
		if own[i] = a.copied(e); own[i] == nil {
			return
		}
	}
	for _, e := range n.dear {
		a.calls = append(a.calls, callsIn(e)...)
	}
	a.probe(func(ctx *sql.Context, row sql.Row) error {
		if isEnd(row) {
			return nil
		}
		_, err := allTrue(ctx, own, joined(row))
		return err
	})
}

// allTrue evaluates conditions until one is not true.
func allTrue(ctx *sql.Context, list []sql.Expression, row sql.Row) (bool, error) {
	for _, e := range list {
		if passed, err := passes(ctx, e, row); !passed || err != nil {
			return false, err
		}
	}
	return true, nil
}

// BuildRowIter implements sql.ExecBuilderNode.
func (n *OuterJoin) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	rows, err := b.Build(ctx, n.Child, row)
	return &outerRows{RowIter: rows, dear: n.dear}, err
}

type outerRows struct {
	sql.RowIter
	dear []sql.Expression
	// matched is true when the left row has met its conditions with a right one.
	matched bool
}

// Next implements sql.RowIter.
func (r *outerRows) Next(ctx *sql.Context) (sql.Row, error) {
	for {
		row, err := r.RowIter.Next(ctx)
		if err != nil {
			return nil, err
		}
		passed := false
		if isEnd(row) {
			passed, r.matched = !r.matched, false
		} else if passed, err = allTrue(ctx, r.dear, joined(row)); err != nil {
			return nil, err
		} else {
			r.matched = r.matched || passed
		}
		if passed {
			return joined(row), nil
		}
	}
}

// Conditions are those that call models.
func (n *OuterJoin) Conditions() sql.Expression { return expression.JoinAnd(n.dear...) }

// Expressions implements sql.Expressioner.
func (n *OuterJoin) Expressions() []sql.Expression { return n.dear }

// WithExpressions implements sql.Expressioner.
func (n *OuterJoin) WithExpressions(list ...sql.Expression) (sql.Node, error) {
	if len(list) != len(n.dear) {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(list), len(n.dear))
	}
	return &OuterJoin{n.UnaryNode, list}, nil
}

// Schema implements sql.Node.
func (n *OuterJoin) Schema() sql.Schema {
	columns := n.Child.Schema()
	return columns[:len(columns)-1]
}

// IsReadOnly implements sql.Node.
func (n *OuterJoin) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *OuterJoin) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *OuterJoin) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &OuterJoin{plan.UnaryNode{Child: children[0]}, n.dear}, nil
}

// pairing gives the pairs of rows that meet the condition of a left outer join, its
// child, and an end after those of each left row. The last column says which.
type pairing struct{ plan.UnaryNode }

var _ sql.ExecBuilderNode = (*pairing)(nil)

// isEnd reports whether a row of a pairing is the end of those of a left row.
func isEnd(row sql.Row) bool { return row[len(row)-1].(bool) }

// joined is a row of a pairing as the join has it: a subquery that is run on it takes
// what comes after for its own.
func joined(row sql.Row) sql.Row { return row[: len(row)-1 : len(row)-1] }

// BuildRowIter implements sql.ExecBuilderNode. The join is run as the engine runs a
// nested loop; its right side may look rows up.
func (n *pairing) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	join, ok := n.Child.(*plan.JoinNode)
	if !ok {
		return nil, errNoJoin
	}
	left, err := b.Build(ctx, join.Left(), row)
	if err != nil {
		return nil, err
	}
	r := &pairRows{
		RowIter: left, join: join, builder: b, around: len(row),
		left: len(join.Left().Schema()), right: len(join.Right().Schema()),
	}
	r.full = make(sql.Row, len(row)+r.left+r.right)
	copy(r.full, row)
	return r, nil
}

// errNoJoin is a defect: something has put a node between pairs and their join.
var errNoJoin = errors.New("the pairs of an outer join are not those of a join")

type pairRows struct {
	sql.RowIter // of the left side
	join        *plan.JoinNode
	builder     sql.NodeExecBuilder
	// around, left and right are how many columns there are outside the join and of
	// its sides; full has all.
	around, left, right int
	full                sql.Row
	// partners are the right rows of the left one, nil when there are no more.
	partners sql.RowIter
}

// Next implements sql.RowIter.
func (r *pairRows) Next(ctx *sql.Context) (sql.Row, error) {
	for {
		if r.partners == nil {
			if ended, err := r.begin(ctx); ended || err != nil {
				return r.row(true), err
			}
		}
		row, err := r.partners.Next(ctx)
		if errors.Is(err, io.EOF) {
			err, r.partners = r.partners.Close(ctx), nil
			return r.row(true), err
		}
		if err != nil {
			return nil, err
		}
		copy(r.full[r.around+r.left:], row[len(row)-r.right:])
		if met, err := sql.EvaluateCondition(ctx, r.join.Filter, r.full); err != nil {
			return nil, err
		} else if sql.IsTrue(met) {
			return r.row(false), nil
		}
	}
}

// begin goes to the next left row, and reports whether the right side is known to
// be empty.
func (r *pairRows) begin(ctx *sql.Context) (bool, error) {
	row, err := r.RowIter.Next(ctx)
	if err != nil {
		return false, err
	}
	copy(r.full[r.around:], row[len(row)-r.left:])
	partners, err := r.builder.Build(ctx, r.join.Right(), r.full[:r.around+r.left:r.around+r.left])
	if err != nil || plan.IsEmptyIter(partners) {
		return true, err
	}
	r.partners = partners
	return false, nil
}

// row is a pair, or the end of those of a left row.
func (r *pairRows) row(end bool) sql.Row {
	scope := r.join.ScopeLen
	row := make(sql.Row, scope+r.left+r.right+1)
	copy(row, r.full[:scope])
	columns := r.full[r.around:]
	if end {
		columns = columns[:r.left]
	}
	copy(row[scope:], columns)
	row[len(row)-1] = end
	return row
}

// Close implements sql.RowIter.
func (r *pairRows) Close(ctx *sql.Context) error {
	err := r.RowIter.Close(ctx)
	if r.partners != nil {
		err = errors.Join(err, r.partners.Close(ctx))
	}
	return err
}

// Carried is the join, which EXPLAIN shows.
func (n *pairing) Carried() sql.Node { return n.Child }

// Schema implements sql.Node.
func (n *pairing) Schema() sql.Schema {
	return append(append(sql.Schema{}, n.Child.Schema()...), &sql.Column{Name: "end of pairs", Type: types.Boolean})
}

// IsReadOnly implements sql.Node.
func (n *pairing) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *pairing) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *pairing) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &pairing{plan.UnaryNode{Child: children[0]}}, nil
}
