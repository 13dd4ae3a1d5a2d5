package lookahead

import (
	"fmt"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function"
	"github.com/dolthub/go-mysql-server/sql/expression/function/aggregation"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// Computed adds columns to the rows of its child: the values that a GROUP BY or
// windows above it work on, where these call models. The engine groups in a
// goroutine of its own, which nothing reads from when an expression fails there,
// and sorts the rows of windows with a column more, for which it runs subqueries on
// other columns than they mean. Below them, expressions are evaluated once for each
// row, as MySQL does it, and can be asked as those of a select list.
type Computed struct {
	plan.UnaryNode
	list []sql.Expression
}

var (
	_ sql.ExecBuilderNode = (*Computed)(nil)
	_ sql.Expressioner    = (*Computed)(nil)
)

// Compute puts a Computed below every GROUP BY and window of a plan that works on
// model calls. The columns of the plan have no places yet.
func Compute(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
	return transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		n, sameSource, err := sourced(n, Compute)
		if err != nil {
			return nil, transform.SameTree, err
		}
		n, sameQueries, err := transform.OneNodeExpressions(n, computeQuery)
		if err != nil {
			return nil, transform.SameTree, err
		}
		var c computing
		var list []sql.Expression
		switch n := n.(type) {
		case *plan.GroupBy:
			list = c.grouped(n)
		case *plan.Window:
			list = c.windows(n.SelectExprs)
		}
		if len(c.list) == 0 {
			return n, sameSource && sameQueries, nil
		}
		if n, err = n.(sql.Expressioner).WithExpressions(list...); err != nil {
			return nil, transform.SameTree, err
		}
		n, err = n.WithChildren(&Computed{plan.UnaryNode{Child: n.Children()[0]}, c.list})
		return n, transform.NewTree, err
	})
}

func computeQuery(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	query, ok := e.(*plan.Subquery)
	if !ok || !HasCalls(query.Query) {
		return e, transform.SameTree, nil
	}
	inner, same, err := Compute(query.Query)
	if err != nil || same {
		return e, transform.SameTree, err
	}
	return query.WithQuery(inner), transform.NewTree, nil
}

// Uncomputed is a GROUP BY or window as it was before Compute; any other node is
// itself.
func Uncomputed(n sql.Node) sql.Node {
	switch n.(type) {
	case *plan.GroupBy, *plan.Window:
	default:
		return n
	}
	c, ok := n.Children()[0].(*Computed)
	if !ok {
		return n
	}
	plain, _, err := transform.OneNodeExpressions(n, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		if column, ok := e.(*computedColumn); ok {
			return c.list[column.at], transform.NewTree, nil
		}
		return e, transform.SameTree, nil
	})
	if err == nil {
		plain, err = plain.WithChildren(c.Child)
	}
	if err != nil { // a node that takes other expressions takes its own
		return n
	}
	return plain
}

// computing collects the expressions of a node that are to be computed below it.
type computing struct{ list []sql.Expression }

// field is an expression as the node is to have it: one that calls models, or has
// a subquery, is the column in which its value comes.
func (c *computing) field(e sql.Expression) sql.Expression {
	if distinct, ok := e.(*expression.DistinctExpression); ok {
		return expression.NewDistinctExpression(c.field(distinct.Child))
	}
	if !HasCall(e) && !holdsQuery(e) {
		return e
	}
	for at, other := range c.list {
		if !holdsQuery(e) && askable(e) && other.String() == e.String() {
			return newComputedColumn(other, at)
		}
	}
	c.list = append(c.list, e)
	return newComputedColumn(e, len(c.list)-1)
}

func (c *computing) fields(list []sql.Expression) []sql.Expression {
	made := make([]sql.Expression, len(list))
	for i, e := range list {
		made[i] = c.field(e)
	}
	return made
}

// within has the arguments of an expression computed.
func (c *computing) within(e sql.Expression) sql.Expression {
	before := len(c.list)
	args := c.fields(e.Children())
	if len(c.list) == before && !holdsComputed(args) {
		return e
	}
	with, err := e.WithChildren(args...)
	if err != nil { // it takes as many as it has
		c.list = c.list[:before]
		return e
	}
	if own, ok := e.(sql.IdExpression); ok { // which some lose
		with = with.(sql.IdExpression).WithId(own.Id())
	}
	return with
}

func holdsComputed(list []sql.Expression) bool {
	found := false
	for _, e := range list {
		sql.Inspect(e, func(e sql.Expression) bool {
			_, is := e.(*computedColumn)
			found = found || is
			return !found
		})
	}
	return found
}

// grouped are the expressions of a GROUP BY. The arguments of ANY_VALUE, and what
// stands for the first row of its group, are left where they are: they are
// evaluated until there is a value.
func (c *computing) grouped(n *plan.GroupBy) []sql.Expression {
	if !anyCalls(n.Expressions()) {
		return nil
	}
	keys := c.fields(n.GroupByExprs)
	list := make([]sql.Expression, len(n.SelectDeps))
	for i, e := range n.SelectDeps {
		if list[i] = e; everyRow(e) {
			list[i] = c.within(untilNull(e))
		}
	}
	return append(list, keys...)
}

// RowAggregate is an aggregate function, not the engine's, that evaluates its
// arguments on every row of its group.
type RowAggregate interface {
	sql.Aggregation
	OfEveryRow()
}

// everyRow reports whether an aggregate function evaluates its arguments on every
// row of a group.
func everyRow(e sql.Expression) bool {
	switch e.(type) {
	case *aggregation.Sum, *aggregation.Avg, *aggregation.Count, *aggregation.Max, *aggregation.Min,
		*aggregation.BitAnd, *aggregation.BitOr, *aggregation.BitXor, *aggregation.JsonArray, *aggregation.JSONObjectAgg,
		*aggregation.StdDevPop, *aggregation.StdDevSamp, *aggregation.VarPop, *aggregation.VarSamp,
		*aggregation.GroupConcat, *aggregation.CountDistinct, RowAggregate:
		return true
	}
	return false
}

// untilNull has a COUNT of several distinct expressions evaluate each only where
// those before it are not NULL, as the engine does.
func untilNull(e sql.Expression) sql.Expression {
	count, ok := e.(*aggregation.CountDistinct)
	if !ok || len(count.ChildExpressions) < 2 {
		return e
	}
	list := slices.Clone(count.ChildExpressions)
	none := sql.Expression(expression.NewIsNull(list[0]))
	for i, arg := range list[1:] {
		if HasCall(arg) || holdsQuery(arg) {
			list[i+1] = function.NewIf(none, expression.NewLiteral(nil, types.Null), arg)
		}
		none = expression.NewOr(none, expression.NewIsNull(arg))
	}
	with := *count
	with.ChildExpressions = list
	return &with
}

// windows are the expressions of a window node.
func (c *computing) windows(list []sql.Expression) []sql.Expression {
	if !anyCalls(list) {
		return nil
	}
	made := make([]sql.Expression, len(list))
	for i, e := range list {
		made[i] = c.window(e)
	}
	return made
}

func (c *computing) window(e sql.Expression) sql.Expression {
	if alias, ok := e.(*expression.Alias); ok {
		with := *alias
		with.Child = c.window(alias.Child)
		return &with
	}
	if over, ok := e.(interface{ Window() *sql.WindowDefinition }); ok && over.Window() != nil {
		return c.within(e)
	}
	return c.field(e)
}

// BuildRowIter implements sql.ExecBuilderNode.
func (n *Computed) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	child, err := b.Build(ctx, n.Child, row)
	if err != nil {
		return nil, err
	}
	return &computedRows{child, n.list}, nil
}

// computedRows are the rows of a Computed.
type computedRows struct {
	sql.RowIter
	list []sql.Expression
}

// Next implements sql.RowIter.
func (r *computedRows) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := r.RowIter.Next(ctx)
	if err != nil {
		return nil, err
	}
	with := make(sql.Row, len(row)+len(r.list)) // no room is left: several windows append to it
	for i, e := range r.list {
		if with[len(row)+i], err = e.Eval(ctx, row); err != nil {
			return nil, err
		}
	}
	copy(with, row)
	return with, nil
}

// Expressions implements sql.Expressioner.
func (n *Computed) Expressions() []sql.Expression { return n.list }

// WithExpressions implements sql.Expressioner.
func (n *Computed) WithExpressions(list ...sql.Expression) (sql.Node, error) {
	if len(list) != len(n.list) {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(list), len(n.list))
	}
	return &Computed{n.UnaryNode, list}, nil
}

// Schema implements sql.Node.
func (n *Computed) Schema() sql.Schema {
	columns := append(sql.Schema{}, n.Child.Schema()...)
	for i, e := range n.list {
		columns = append(columns, &sql.Column{Name: computedName(i), Type: e.Type(), Nullable: true})
	}
	return columns
}

// computedName is the name of a column by which the node above finds it. No other
// node sees it.
func computedName(at int) string { return fmt.Sprintf("computed %d", at+1) }

// IsReadOnly implements sql.Node.
func (n *Computed) IsReadOnly() bool { return n.Child.IsReadOnly() }

// String implements sql.Node.
func (n *Computed) String() string { return n.Child.String() }

// WithChildren implements sql.Node.
func (n *Computed) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 1)
	}
	return &Computed{plan.UnaryNode{Child: children[0]}, n.list}, nil
}

// computedColumn is the column of a Computed in the place of its expression, whose
// text it has: the engine knows expressions again by that.
type computedColumn struct {
	sql.Expression
	text string
	at   int
}

func newComputedColumn(e sql.Expression, at int) *computedColumn {
	return &computedColumn{expression.NewGetField(0, e.Type(), computedName(at), true), e.String(), at}
}

// String implements sql.Expression.
func (c *computedColumn) String() string { return c.text }

// Children implements sql.Expression.
func (c *computedColumn) Children() []sql.Expression { return []sql.Expression{c.Expression} }

// WithChildren implements sql.Expression.
func (c *computedColumn) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), 1)
	}
	return &computedColumn{children[0], c.text, c.at}, nil
}

// CollationCoercibility implements sql.CollationCoercible.
func (c *computedColumn) CollationCoercibility(ctx *sql.Context) (sql.CollationID, byte) {
	return sql.GetCoercibility(ctx, c.Expression)
}
