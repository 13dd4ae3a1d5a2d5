package rules

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/engine/walk"
	"airglow/internal/lookahead"
)

// Unused makes no call for a column of a view or derived table that the
// statement does not read. MySQL merges such tables into the statement and
// never evaluates the column; the engine would call the model for every row.
func Unused() analyzer.Rule {
	return analyzer.Rule{Id: ID, Apply: func(_ *sql.Context, _ *analyzer.Analyzer, n sql.Node,
		_ *plan.Scope, _ analyzer.RuleSelector, _ *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if nodesOf(n)&hasOther == 0 || !callsBelowAlias(n) || !n.IsReadOnly() {
			return n, transform.SameTree, nil
		}
		read := readColumns(n)
		exposed := exposedAliases(n)
		return transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
			alias, ok := n.(*plan.SubqueryAlias)
			if !ok || exposed[alias.Id()] {
				return n, transform.SameTree, nil
			}
			return withoutUnread(alias, read)
		})
	}}
}

// callsBelowAlias reports whether a view or derived table of the plan has model
// calls; few plans do, and the others are left alone.
func callsBelowAlias(n sql.Node) bool {
	return walk.FirstOf(n, func(n sql.Node) bool {
		alias, ok := n.(*plan.SubqueryAlias)
		if !ok {
			return false
		}
		project := outputOf(alias.Child)
		return project != nil && slices.ContainsFunc(project.Projections, hasModelCall)
	})
}

// hasModelCall reports whether an expression makes a model call.
func hasModelCall(e sql.Expression) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		if _, call := e.(lookahead.Call); call {
			found = true
		}
		return !found
	})
	return found
}

// readColumns are the columns that any expression of the plan reads, those of
// subqueries included.
func readColumns(n sql.Node) map[sql.ColumnId]bool {
	read := map[sql.ColumnId]bool{}
	var visitNode func(n sql.Node)
	visitExpression := func(e sql.Expression) bool {
		switch e := e.(type) {
		case *expression.GetField:
			read[e.Id()] = true
		case *plan.Subquery:
			visitNode(e.Query)
		}
		return true
	}
	visitNode = func(n sql.Node) {
		transform.InspectWithOpaque(n, func(n sql.Node) bool {
			if with, ok := n.(sql.Expressioner); ok {
				for _, e := range with.Expressions() {
					sql.Inspect(e, visitExpression)
				}
			}
			return true
		})
	}
	visitNode(n)
	return read
}

// exposedAliases are the tables whose columns are those of the plan, or of a derived
// table around them, without an expression that reads them: a select list that gives
// all columns as they come is left out by the engine.
func exposedAliases(n sql.Node) map[sql.TableId]bool {
	exposed := map[sql.TableId]bool{}
	expose(n, exposed)
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		if alias, ok := n.(*plan.SubqueryAlias); ok {
			expose(alias.Child, exposed)
		}
		return true
	})
	return exposed
}

// expose notes the tables whose columns are a plan's own.
func expose(n sql.Node, exposed map[sql.TableId]bool) {
	transform.InspectWithOpaque(n, func(n sql.Node) bool {
		switch n := n.(type) {
		case *plan.Project, *plan.GroupBy, *plan.Window:
			return false
		case *plan.SubqueryAlias:
			exposed[n.Id()] = true
			return false
		}
		return true
	})
}

// withoutUnread returns the table with NULL in place of the model calls in
// columns that nothing reads.
func withoutUnread(alias *plan.SubqueryAlias, read map[sql.ColumnId]bool) (sql.Node, transform.TreeIdentity, error) {
	project := outputOf(alias.Child)
	if project == nil || alias.Columns().Len() != len(project.Projections) {
		return alias, transform.SameTree, nil
	}
	projections := append([]sql.Expression{}, project.Projections...)
	changed, i := false, 0
	alias.Columns().ForEach(func(id sql.ColumnId) {
		if e := projections[i]; !read[id] && !readWithin(alias.Child, e, read) && hasModelCall(e) {
			projections[i], changed = unread(e), true
		}
		i++
	})
	if !changed {
		return alias, transform.SameTree, nil
	}
	child, _, err := transform.Node(alias.Child, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		if n == sql.Node(project) {
			pruned, err := project.WithExpressions(projections...)
			return pruned, transform.NewTree, err
		}
		return n, transform.SameTree, nil
	})
	return alias.WithChild(child), transform.NewTree, err
}

// readWithin reports whether the table itself reads its column, as ORDER BY of
// a column by name does.
func readWithin(child sql.Node, e sql.Expression, read map[sql.ColumnId]bool) bool {
	named, ok := e.(sql.IdExpression)
	return child != sql.Node(outputOf(child)) && ok && read[named.Id()]
}

// unread is a column that nobody reads.
func unread(e sql.Expression) sql.Expression {
	null := expression.NewLiteral(nil, e.Type())
	if alias, ok := e.(*expression.Alias); ok {
		return expression.NewAlias(alias.Name(), null).WithId(alias.Id()).(sql.Expression)
	}
	return null
}

// outputOf is the projection that makes a table's columns, nil where what
// stands between them counts or compares rows: there every column is read.
func outputOf(n sql.Node) *plan.Project {
	switch n := n.(type) {
	case *plan.Project:
		return n
	case *plan.Sort:
		return outputOf(n.Child)
	case *plan.Limit:
		return outputOf(n.Child)
	case *plan.Offset:
		return outputOf(n.Child)
	}
	return nil
}
