package lookahead

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// late returns LIMIT, OFFSET and the order that they take the first rows of below the
// select lists that call models, so that no call is made for a row that is left out.
// As in MySQL, nothing is evaluated for the rows that OFFSET skips. It goes through
// derived tables, which MySQL merges, and stays above what the order is made of.
func (p planner) late(n sql.Node) sql.Node {
	switch n.(type) {
	case *plan.Limit, *plan.Offset, *plan.TopN:
		return p.sunk(n)
	}
	return n
}

// sunk is late for one of a chain of nodes that order rows and leave some out.
func (p planner) sunk(n sql.Node) sql.Node {
	chained := true
	switch n.(type) {
	case *plan.Limit, *plan.Offset, *plan.TopN, *plan.Sort:
	case *plan.Project: // one may stand between them
		chained = false
	default:
		return n
	}
	child := n.Children()[0]
	below := p.sunk(child)
	if made := p.beneath(n, below); chained && made != nil {
		return made
	}
	if below == child {
		return n
	}
	return above(n, below)
}

// beneath returns a node of such a chain below a select list; nil where that would
// spare no calls, or change rows.
func (p planner) beneath(n, child sql.Node) sql.Node {
	var columns func(*expression.GetField) sql.Expression
	calls := false
	switch child := child.(type) {
	case *plan.Project:
		for _, e := range child.Projections {
			if !p.askable(e) {
				return nil
			}
		}
		calls = anyCalls(child.Projections)
		columns = func(field *expression.GetField) sql.Expression { return projected(child, field) }
	case *plan.SubqueryAlias:
		if child.OuterScopeVisibility || child.IsLateral {
			return nil
		}
		columns = func(field *expression.GetField) sql.Expression { return columnOf(child, field) }
	default:
		return nil
	}
	with := onColumns(n, columns)
	if with == nil {
		return nil
	}
	inner := child.Children()[0]
	made := p.beneath(with, inner)
	if made == nil && calls {
		made = above(with, inner)
	}
	if made == nil {
		return nil
	}
	return above(child, made)
}

// above returns a node with another child, nil if it does not take it.
func above(n, child sql.Node) sql.Node {
	with, err := n.WithChildren(child)
	if err != nil {
		return nil
	}
	return with
}

// onColumns returns a node with the columns of its order replaced; nil where one has
// no replacement, or would call models.
func onColumns(n sql.Node, column func(*expression.GetField) sql.Expression) sql.Node {
	var fields sql.SortFields
	switch n := n.(type) {
	case *plan.Sort:
		fields = n.SortFields
	case *plan.TopN:
		fields = n.Fields
	default:
		return n
	}
	made := make(sql.SortFields, len(fields))
	for i, field := range fields {
		own, ok := field.Column.(*expression.GetField)
		if !ok {
			return nil
		}
		with := column(own)
		if with == nil || anyCalls([]sql.Expression{with}) || holdsQuery(with) {
			return nil
		}
		made[i] = field
		made[i].Column = with
	}
	switch n := n.(type) {
	case *plan.Sort:
		with := *n
		with.SortFields = made
		return &with
	case *plan.TopN:
		with := *n
		with.Fields = made
		return &with
	}
	return nil
}

// projected is what a column of a select list is made of, nil if it is none of it.
func projected(n *plan.Project, field *expression.GetField) sql.Expression {
	for _, e := range n.Projections {
		switch e := e.(type) {
		case *expression.Alias:
			if e.Id() == field.Id() && strings.EqualFold(e.Name(), field.Name()) {
				return e.Child
			}
		case *expression.GetField:
			if e.Id() == field.Id() && strings.EqualFold(e.Name(), field.Name()) {
				return e
			}
		}
	}
	return nil
}

// columnOf is the column of a derived table's select list that has the name of a
// column of the table; nil where it has none, or several.
func columnOf(n *plan.SubqueryAlias, field *expression.GetField) sql.Expression {
	list, at := n.Schema(), -1
	for i, column := range list {
		if !strings.EqualFold(column.Name, field.Name()) {
			continue
		}
		if at >= 0 {
			return nil
		}
		at = i
	}
	query, ok := n.Child.(*plan.Project)
	if !ok || at < 0 || at >= len(query.Projections) {
		return nil
	}
	switch e := query.Projections[at].(type) {
	case *expression.Alias:
		return expression.NewGetField(at, e.Type(), e.Name(), e.IsNullable()).WithId(e.Id())
	case *expression.GetField:
		return e
	}
	return nil
}
