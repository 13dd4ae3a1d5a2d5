package explain

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// joinStep is the line of a join. In a nested loop the condition is a filter
// over what the right side reads, as MySQL shows it.
func (s *Statement) joinStep(n *plan.JoinNode) step {
	left, right := s.steps(n.Left()), s.steps(n.Right())
	checked := n.Filter != nil && !isTrue(n.Filter)
	text := joinText(n.Op)
	switch {
	case checked && (n.Op.IsHash() || n.Op.IsMerge()):
		text += " " + parenthesized(s.expression(n.Filter))
	case checked:
		right = []step{{"Filter: " + s.expression(n.Filter), right}}
	}
	if n.Filter != nil {
		right = append(right, s.selects(n.Filter)...)
	}
	return step{text, append(left, right...)}
}

func parenthesized(text string) string {
	if len(text) > 0 && text[0] == '(' {
		return text
	}
	return "(" + text + ")"
}

// joinText is MySQL's word for a join; for those that MySQL lacks it is made as
// those are.
func joinText(op plan.JoinType) string {
	kind := "inner join"
	switch {
	case op.IsAnti():
		kind = "antijoin"
	case op.IsSemi():
		kind = "semijoin"
	case op.IsFullOuter():
		kind = "full join"
	case op.IsLeftOuter() || op == plan.JoinTypeLateralLeft:
		kind = "left join"
	}
	switch {
	case op.IsHash() && kind == "inner join":
		return "Inner hash join"
	case op.IsHash() && kind == "left join":
		return "Left hash join"
	case op.IsHash():
		return "Hash " + kind
	case op.IsMerge():
		return "Merge " + kind
	case op.IsRange():
		return "Range " + kind
	}
	return "Nested loop " + kind
}

// setStep is the line of a set operation.
func (s *Statement) setStep(n *plan.SetOp) step {
	text := "Append"
	name := map[string]string{"UNION": "Union", "INTERSECT": "Intersect", "EXCEPT": "Except"}[operationName(n)]
	switch {
	case n.Distinct:
		text = name + " materialize with deduplication"
	case n.SetOpType != plan.UnionType:
		text = name + " all materialize"
	}
	out := step{text, append(s.steps(n.Left()), s.steps(n.Right())...)}
	if len(n.SortFields) > 0 {
		out = step{"Sort: " + sortText(s, n.SortFields), []step{out}}
	}
	if n.Offset != nil {
		out = step{fmt.Sprintf("Offset: %s row(s)", n.Offset), []step{out}}
	}
	if n.Limit != nil {
		out = step{fmt.Sprintf("Limit: %s row(s)", n.Limit), []step{out}}
	}
	return out
}

// leaf is the line of an access to a table.
func (s *Statement) leaf(n sql.Node, a *access) step {
	text := a.text()
	if a.rows != nil && a.message == "" {
		text += fmt.Sprintf("  (rows=%d)", *a.rows)
	}
	out := step{text: text}
	switch n := n.(type) {
	case *plan.SubqueryAlias:
		out.below = s.steps(n.Child)
	case *plan.TableCountLookup:
		out.text = "Count rows in " + n.Table().Name()
	case *plan.JSONTable:
		out.below = s.selects(n.Expressions()...)
	}
	return out
}

// text is MySQL's words for a way to get at rows.
func (a *access) text() string {
	switch {
	case a.message != "":
		return "Zero rows (" + a.message + ")"
	case a.derived != nil:
		return "Derived table " + a.name
	case a.recursive:
		return "Scan new records on " + a.name
	case a.function != "":
		return "Materialize table function " + a.name
	case a.index == nil:
		return "Table scan on " + a.name
	}
	text := map[string]string{
		constant: "Single-row index lookup on ", eqLookup: "Single-row index lookup on ", refLookup: "Index lookup on ",
		rangeScan: "Index range scan on ", indexScan: "Index scan on ", fulltextAt: "Full-text index search on ",
	}[a.how]
	if a.index.covering {
		text = "Covering " + lowerFirst(text)
	}
	text += a.name + " using " + a.index.index.ID()
	switch {
	case a.index.text == "":
	case a.how == rangeScan:
		text += " over (" + a.index.text + ")"
	default:
		text += " (" + a.index.text + ")"
	}
	if a.index.backward {
		text += " (reverse)"
	}
	return text
}

// lowerFirst makes MySQL's "Covering index lookup" of "Index lookup"; it writes
// a small letter after every such word.
func lowerFirst(text string) string { return string(text[0]|0x20) + text[1:] }
