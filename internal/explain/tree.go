package explain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/lookahead"
)

// step is a line of FORMAT=TREE and what is below it.
type step struct {
	text  string
	below []step
}

// Tree is the plan's nodes in MySQL's words, and in the engine's where MySQL has
// no such node. Nodes that only compute columns are left out, as in MySQL. What
// running the nodes came to is given where they have been run.
func (s *Statement) Tree(actual map[sql.Node]*Actual) string {
	var b strings.Builder
	s.actual = actual
	for _, top := range s.steps(s.plan) {
		top.print(&b, 0)
	}
	return b.String()
}

func (t step) print(b *strings.Builder, depth int) {
	fmt.Fprintf(b, "%s-> %s\n", strings.Repeat("    ", depth), t.text)
	for _, below := range t.below {
		below.print(b, depth+1)
	}
}

// steps are the lines of a node.
func (s *Statement) steps(n sql.Node) []step {
	n = carried(n)
	if q := s.numbers[n]; q != nil && q.role == joinedRole {
		return []step{{fmt.Sprintf("Select #%d (%s)", q.id(), q.roleText()), s.node(n)}}
	}
	if a := s.leaves[n]; a != nil {
		return s.measured(n, s.leaf(n, a))
	}
	return s.node(n)
}

// measured adds what running the node came to.
func (s *Statement) measured(n sql.Node, t step) []step {
	if actual := s.actual[n]; actual != nil {
		if !strings.Contains(t.text, "  (rows=") && !strings.HasSuffix(t.text, " at once)") && !strings.HasSuffix(t.text, orderMeasured) {
			t.text += " "
		}
		t.text += " " + actual.String()
	}
	return []step{t}
}

func (s *Statement) node(n sql.Node) []step {
	switch n := n.(type) {
	case *plan.Project:
		return append(s.steps(n.Child), s.selects(n.Projections...)...)
	case *plan.ResolvedTable: // of a SELECT without FROM
		return []step{{text: "Rows fetched before execution"}}
	case *plan.Filter:
		return s.measured(n, s.filter(n.Expression, n.Child))
	case *plan.Having:
		return s.measured(n, s.filter(n.Cond, n.Child))
	case *plan.JoinNode:
		return s.measured(n, s.joinStep(n))
	case *plan.SetOp:
		return []step{s.setStep(n)}
	case *plan.InsertInto:
		return []step{{s.insertText(n), append(s.steps(n.Source), s.selects(n.OnDupExprs...)...)}}
	case *plan.Truncate:
		return []step{{text: "Delete all rows from " + firstTable(n.Child)}}
	case *plan.TriggerExecutor:
		return s.steps(n.Left())
	case *plan.UpdateSource:
		return append(s.steps(n.Child), s.selects(n.UpdateExprs...)...)
	case *plan.UpdateJoin:
		return s.steps(n.Child)
	case *lookahead.OuterJoin:
		return s.measured(n, step{"Left join of pairs that meet: " + s.expression(n.Conditions()), append(s.steps(n.Child), s.selects(n.Expressions()...)...)})
	case *lookahead.Computed:
		return append(s.steps(n.Child), s.selects(n.Expressions()...)...)
	case *lookahead.Node:
		if s.atOnce == 0 {
			return s.steps(n.Child)
		}
		return s.measured(n, step{s.aheadText(n.Calls()), s.steps(n.Child)})
	case *plan.Values:
		return s.values(n)
	}
	text := s.text(n)
	if text == "" {
		text = strings.TrimPrefix(reflect.TypeOf(n).String(), "*plan.")
	}
	return s.measured(n, step{text, s.below(n)})
}

// values are the lines of VALUES, whose model calls are made before it gives its
// first row.
func (s *Statement) values(n *plan.Values) []step {
	rows := s.measured(n, step{"Rows fetched before execution", s.below(n)})
	if calls := lookahead.ValuesCalls(n); s.atOnce > 0 && len(calls) > 0 {
		return []step{{s.aheadText(calls), rows}}
	}
	return rows
}

// below are the lines of all that is below a node.
func (s *Statement) below(n sql.Node) []step {
	var steps []step
	for _, child := range n.Children() {
		steps = append(steps, s.steps(child)...)
	}
	if n, ok := n.(sql.Expressioner); ok {
		steps = append(steps, s.selects(n.Expressions()...)...)
	}
	return steps
}

func (s *Statement) filter(condition sql.Expression, child sql.Node) step {
	text, inTurn := "Filter: "+s.expression(condition), s.inTurn(condition)
	if len(inTurn) > 0 {
		text += orderMeasured
	}
	if s.actual == nil {
		inTurn = nil
	}
	return step{text, slices.Concat(inTurn, s.steps(child), s.selects(condition))}
}

// selects are the lines of the queries in expressions.
func (s *Statement) selects(exprs ...sql.Expression) []step {
	var steps []step
	for _, sub := range subqueries(exprs...) {
		q := s.numbers[sub.Query]
		if q == nil {
			continue
		}
		steps = append(steps, step{fmt.Sprintf("Select #%d (%s)", q.id(), q.roleText()), s.steps(sub.Query)})
	}
	return steps
}

func (q *query) roleText() string {
	text := map[role]string{
		projectionRole: "subquery in projection", conditionRole: "subquery in condition", joinedRole: "subquery in join",
	}[q.role]
	switch {
	case q.dependent:
		text += "; dependent"
	case q.volatile:
		text += "; run for each row"
	default:
		text += "; run only once"
	}
	if q.role == joinedRole {
		text = "subquery in join"
	}
	return text
}

// text is the line of a node, empty where MySQL has no word for it.
func (s *Statement) text(n sql.Node) string {
	switch n := lookahead.Uncomputed(n).(type) {
	case *plan.HashLookup:
		return "Hash"
	case *plan.CachedResults:
		return "Materialize"
	case *plan.GroupBy:
		if len(n.GroupByExprs) > 0 {
			return "Aggregate using temporary table: " + s.expressions(n.SelectDeps) + "; group by " + s.expressions(n.GroupByExprs)
		}
		return "Aggregate: " + s.expressions(n.SelectDeps)
	case *plan.Sort:
		return "Sort: " + sortText(s, n.SortFields)
	case *plan.TopN:
		return fmt.Sprintf("Sort: %s, limit input to %s row(s) per chunk", sortText(s, n.Fields), n.Limit)
	case *plan.Distinct:
		return "Temporary table with deduplication"
	case *plan.OrderedDistinct:
		return "Remove duplicates from input sorted"
	case *plan.Limit:
		return fmt.Sprintf("Limit: %s row(s)", n.Limit)
	case *plan.Offset:
		return fmt.Sprintf("Offset: %s row(s)", n.Offset)
	case *plan.Window:
		return "Window aggregate with buffering: " + s.expressions(windowFunctions(n))
	case *plan.RecursiveCte:
		return "Materialize recursive CTE " + n.Name()
	case *plan.Update:
		return "Update " + strings.Join(updated(n), ", ")
	case *plan.DeleteFrom:
		return "Delete from " + targetNames(n)
	}
	return ""
}

func targetNames(n *plan.DeleteFrom) string {
	var names []string
	for _, target := range n.GetDeleteTargets() {
		names = append(names, firstTable(target))
	}
	return strings.Join(names, ", ")
}

func (s *Statement) insertText(n *plan.InsertInto) string {
	if n.IsReplace {
		return "Replace into " + firstTable(n.Destination)
	}
	return "Insert into " + firstTable(n.Destination)
}

// windowFunctions are the window functions of a node that computes some.
func windowFunctions(n *plan.Window) []sql.Expression {
	var functions []sql.Expression
	for _, e := range n.SelectExprs {
		sql.Inspect(e, func(e sql.Expression) bool {
			if w, ok := e.(sql.WindowAdaptableExpression); ok {
				functions = append(functions, w)
				return false
			}
			return true
		})
	}
	return functions
}
