package lookahead

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function/aggregation"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// demand is how many of a node's rows are sure to be read.
type demand int

const (
	all     demand = iota
	limited        // a LIMIT may leave some over
	few            // whoever reads stops at the first that fits: nothing is read ahead
)

// Plan puts nodes into an analysed plan, below everything that calls models on
// rows. A plan without model calls comes back as it is.
func Plan(ctx *sql.Context, n sql.Node, settings SettingsFunc) (sql.Node, error) {
	if !HasCalls(n) {
		return n, nil
	}
	n, _, err := bare(n)
	if err != nil {
		return nil, err
	}
	p := planner{ctx: ctx, settings: settings}
	return p.node(n, all)
}

// bare returns a plan without our nodes. Parts of a plan are analysed by
// themselves, before their columns have their final places, and before what
// stood above a node may be merged into something else.
func bare(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
	return transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		switch ours := n.(type) {
		case *Node:
			return ours.Child, transform.NewTree, nil
		case *guarded:
			return ours.Child, transform.NewTree, nil
		case *rightFirst:
			return ours.Child, transform.NewTree, nil
		case *numberer:
			return ours.Child, transform.NewTree, nil
		}
		with, sameSource, err := sourced(n, bare)
		if err != nil {
			return nil, transform.SameTree, err
		}
		with, sameExpressions, err := transform.OneNodeExpressions(with, bareQuery)
		return with, sameSource && sameExpressions, err
	})
}

func bareQuery(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
	query, ok := e.(*plan.Subquery)
	if !ok {
		return unmeasured(e)
	}
	inner, same, err := bare(query.Query)
	if err != nil || same {
		return e, transform.SameTree, err
	}
	return query.WithQuery(inner), transform.NewTree, nil
}

// sourced changes the source of the rows that a node writes, which is none of
// its children.
func sourced(n sql.Node, change transform.NodeFunc) (sql.Node, transform.TreeIdentity, error) {
	source := sourceOf(n)
	if source == nil {
		return n, transform.SameTree, nil
	}
	source, same, err := change(source)
	if err != nil || same {
		return n, transform.SameTree, err
	}
	switch n := n.(type) {
	case *plan.InsertInto:
		return n.WithSource(source), transform.NewTree, nil
	case *plan.TableCopier:
		with := *n
		with.Source = source
		return &with, transform.NewTree, nil
	}
	return n, transform.SameTree, nil
}

// sourceOf is the source of the rows that a node writes, nil for others.
func sourceOf(n sql.Node) sql.Node {
	switch n := n.(type) {
	case *plan.InsertInto:
		return n.Source
	case *plan.TableCopier:
		return n.Source
	}
	return nil
}

// HasCalls reports whether a plan calls models anywhere.
func HasCalls(n sql.Node) bool {
	found := false
	inspect := func(e sql.Expression) bool {
		switch e := e.(type) {
		case Call:
			found = true
		case *plan.Subquery:
			found = found || HasCalls(e.Query)
		}
		return !found
	}
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if with, ok := n.(sql.Expressioner); ok {
			for _, e := range with.Expressions() {
				sql.Inspect(e, inspect)
			}
		}
		switch n.(type) {
		case *Node, *guarded, *rightFirst, *numberer:
			found = true // of a call that is needed no more, perhaps
		}
		if source := sourceOf(n); source != nil && !found {
			found = HasCalls(source)
		}
		return !found
	})
	return found
}

type planner struct {
	// ctx is that of the analysis, which indexes are read in.
	ctx      *sql.Context
	settings SettingsFunc
	// right is true on the right side of a join, whose parts get rows with the
	// columns of its left side.
	right bool
	// updated is true between an UPDATE of an outer join and that join, which the
	// engine looks for through nodes that it knows.
	updated bool
	// rows is how many rows a LIMIT takes of exactly these; 0 when that is not
	// known.
	rows int64
	// changing is true where what subqueries read may change from one row to the
	// next, as below a trigger, or where they must not be run for other reasons.
	changing bool
	// bodies are those of the triggers above that run for the rows of a node.
	bodies []sql.Node
	// repeated is true in a subquery that is run for each row around it, which are
	// asked side by side.
	repeated bool
	// nested is true in a subquery of an expression and in a lateral table. Its copies are run on rows that
	// are not decided yet, so that no order can be learned from those before.
	nested bool
}

// node returns a plan with nodes put in.
func (p planner) node(n sql.Node, d demand) (sql.Node, error) {
	n = p.late(n)
	if join, ok := n.(*plan.JoinNode); ok {
		n = p.joined(join)
	}
	_, updates := n.(*plan.UpdateJoin)
	p.updated = p.updated || updates && outerJoined(n)
	n, err := p.parts(n, d)
	if err != nil || p.updated {
		return n, err
	}
	if !p.nested {
		n = measured(n)
	}
	if filter, ok := n.(*plan.Filter); ok {
		n = p.cheapFirst(filter) // where no order is measured
	}
	if d == few {
		return p.numberedBelow(n)
	}
	if a, ok := p.askOf(n); ok && !p.alone(n.Children()[0], a) {
		p.rows = rowsBelow(n, p.rows)
		above := p.above(n.Children()[0], a, below(n, d))
		if n, err = n.WithChildren(above); err != nil {
			return nil, err
		}
	} else if n, err = p.numberedBelow(n); err != nil {
		return nil, err
	}
	return p.keyed(n)
}

// above puts a node above one whose rows are to be asked on.
func (p planner) above(n sql.Node, a ask, d demand) sql.Node {
	if len(a.probes) == 0 || d == limited && p.repeated && p.rows == 0 {
		return n // the window of each run would be too many
	}
	with := &Node{UnaryNode: plan.UnaryNode{Child: n}, ask: a, settings: p.settings, repeated: p.repeated}
	if d == limited {
		with.first, with.most = firstWindow, p.rows
		if a.queries {
			with.first = nestedWindow // a row may have many calls
		}
		narrow(n)
	}
	return with
}

// alone reports whether there is nothing to ask side by side on the rows of a node: it
// gives one at most, of a query that is run for each row around it, and a row makes one
// call after the other.
func (p planner) alone(n sql.Node, a ask) bool {
	return p.repeated && len(a.probes) < 2 && single(n)
}

// single reports whether a node is known to give one row at most.
func single(n sql.Node) bool {
	switch n := n.(type) {
	case *plan.IndexedTableAccess:
		return !n.IsStatic() && n.IsStrictLookup() // which a range known beforehand is not asked
	case *plan.ResolvedTable:
		return plan.IsDualTable(n.Table)
	case *plan.Filter, *plan.Project, *plan.TableAlias, *plan.SubqueryAlias, *numberer:
		return single(n.Children()[0])
	}
	return false
}

// narrow makes the windows of the nodes in a plan smaller, as one above them
// reads their rows ahead. They were made just now.
func narrow(n sql.Node) {
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if ours, ok := n.(*Node); ok && ours.first > 0 {
			ours.first = nestedWindow
		}
		return true
	})
}

// parts puts nodes into the children of a node, the other plans that it holds,
// and the subqueries in its expressions.
func (p planner) parts(n sql.Node, d demand) (sql.Node, error) {
	switch n := n.(type) {
	case *plan.RecursiveCte:
		return n, nil // its rounds go one row at a time
	case *plan.TriggerExecutor:
		return p.triggered(n, d)
	case *plan.Update, *plan.DeleteFrom:
		if len(p.bodies) == 0 {
			break
		}
		with, err := p.changed(n, d)
		if err != nil {
			return nil, err
		}
		return p.subqueries(with)
	case *plan.InsertInto, *plan.TableCopier:
		p.rows, p.bodies = 0, nil
		with, _, err := sourced(n, func(source sql.Node) (sql.Node, transform.TreeIdentity, error) {
			source, err := p.node(source, all)
			if insert, ok := n.(*plan.InsertInto); ok && err == nil {
				source = p.upserted(insert, source)
			}
			return source, transform.NewTree, err
		})
		return with, err
	}
	with, err := p.children(n, d)
	if err != nil {
		return nil, err
	}
	return p.subqueries(with)
}

func (p planner) children(n sql.Node, d demand) (sql.Node, error) {
	switch n := n.(type) {
	case *plan.JoinNode:
		return p.join(n, d)
	case *plan.SubqueryAlias:
		p.right = p.right && (n.OuterScopeVisibility || n.IsLateral)
	}
	p.rows = rowsBelow(n, p.rows)
	children := n.Children()
	made, changed := make([]sql.Node, len(children)), false
	for i, child := range children {
		var err error
		if made[i], err = p.node(child, below(n, d)); err != nil {
			return nil, err
		}
		changed = changed || made[i] != child
	}
	if !changed {
		return n, nil
	}
	return n.WithChildren(made...)
}

func (p planner) join(n *plan.JoinNode, d demand) (sql.Node, error) {
	p.updated, p.rows = false, 0
	leftDemand, rightDemand := sides(n.Op, d)
	left, err := p.node(n.Left(), leftDemand)
	if err != nil {
		return nil, err
	}
	if !p.right {
		left = p.lateral(n, p.probed(n, left, leftDemand), leftDemand)
		left = p.tabled(n, left, leftDemand)
	}
	around := p
	p.right = true
	if n.Op.IsLateral() { // its copies are run for rows to come, as those of subqueries
		p.repeated, p.nested = true, true
	}
	right, err := p.node(n.Right(), rightDemand)
	if err != nil {
		return nil, err
	}
	n, left = around.numberedPairs(n, left)
	with, err := n.WithChildren(left, right)
	if err != nil {
		return nil, err
	}
	return endsEarly(with.(*plan.JoinNode), d), nil
}

// below is the demand on the children of a node.
func below(n sql.Node, d demand) demand {
	switch n := n.(type) {
	case *plan.Sort, *plan.TopN, *plan.Window:
		return all // they read everything before they give the first row
	case *plan.GroupBy:
		if gathers(n) {
			return all
		}
	}
	if d == few {
		return few
	}
	switch n := n.(type) {
	case *plan.Limit:
		return limited
	case *plan.SetOp: // a UNION has its own ORDER BY and LIMIT
		if len(n.SortFields) > 0 {
			return all
		}
		if n.Limit != nil {
			return limited
		}
	}
	return d
}

// gathers reports whether a GROUP BY reads all rows before it gives one. The engine
// takes one without keys and with ANY_VALUE alone for a select list.
func gathers(n *plan.GroupBy) bool {
	return len(n.GroupByExprs) > 0 || slices.ContainsFunc(n.SelectDeps, func(e sql.Expression) bool {
		_, aggregate := e.(sql.Aggregation)
		_, any := e.(*aggregation.AnyValue)
		return aggregate && !any
	})
}

// rowsBelow is how many rows are taken of a node's child, of whose own rows so
// many are.
func rowsBelow(n sql.Node, rows int64) int64 {
	switch n := n.(type) {
	case *plan.Limit:
		return literalRows(n.Limit)
	case *plan.Project, *plan.SubqueryAlias, *plan.TableAlias:
		return rows // as many rows come out as go in
	}
	return 0
}

// literalRows is the number of a LIMIT, 0 when it is none.
func literalRows(e sql.Expression) int64 {
	literal, ok := e.(*expression.Literal)
	if !ok {
		return 0
	}
	n, _, err := types.Int64.Convert(sql.NewEmptyContext(), literal.Value())
	if err != nil || n == nil {
		return 0
	}
	return n.(int64)
}

// subqueries puts nodes into the plans of subqueries.
func (p planner) subqueries(n sql.Node) (sql.Node, error) {
	with, ok := n.(sql.Expressioner)
	if !ok {
		return n, nil
	}
	p.rows = 0
	list := with.Expressions()
	once := readOnce(list)
	made, changed := make([]sql.Expression, len(list)), false
	for i, e := range list {
		var same transform.TreeIdentity
		var err error
		made[i], same, err = transform.Expr(e, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
			return p.subquery(e, once)
		})
		if err != nil {
			return nil, err
		}
		changed = changed || same == transform.NewTree
	}
	if !changed {
		return n, nil
	}
	return with.WithExpressions(made...)
}

// readOnce are the subqueries of EXISTS, of which one row is read.
func readOnce(list []sql.Expression) map[sql.Expression]bool {
	once := map[sql.Expression]bool{}
	for _, e := range list {
		sql.Inspect(e, func(e sql.Expression) bool {
			if exists, ok := e.(*plan.ExistsSubquery); ok {
				for _, child := range exists.Children() {
					once[child] = true
				}
			}
			return true
		})
	}
	return once
}

func (p planner) subquery(e sql.Expression, once map[sql.Expression]bool) (sql.Expression, transform.TreeIdentity, error) {
	query, ok := e.(*plan.Subquery)
	if !ok || !HasCalls(query.Query) {
		return e, transform.SameTree, nil
	}
	d := all
	if once[e] {
		d = few
	}
	p.repeated, p.nested = !query.CanCacheResults(), true
	inner, err := p.node(query.Query, d)
	if err != nil {
		return nil, transform.SameTree, err
	}
	if d == few && !p.repeated { // the engine would run it for each row all the same
		inner = newGuarded(inner, &keptRows{first: true})
	}
	if inner == query.Query {
		return e, transform.SameTree, nil
	}
	return query.WithQuery(inner), transform.NewTree, nil
}

// cheapFirst has the conditions without model calls checked before those with,
// as fewer calls are made then.
func (p planner) cheapFirst(n *plan.Filter) sql.Node {
	conditions := expression.SplitConjunction(n.Expression)
	var cheap, dear []sql.Expression
	for _, c := range conditions {
		if !p.askable(c) {
			return n // what changes something stays where it is
		}
		if anyCalls([]sql.Expression{c}) {
			dear = append(dear, c)
		} else {
			cheap = append(cheap, c)
		}
	}
	if len(cheap) == 0 || len(dear) == 0 {
		return n
	}
	return plan.NewFilter(expression.JoinAnd(append(cheap, dear...)...), n.Child)
}
