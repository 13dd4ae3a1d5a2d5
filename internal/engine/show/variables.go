package show

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// showVariables is SHOW VARIABLES without those that the storage has for each database,
// in which it keeps where a session stands: SHOW VARIABLES LIKE 'airglow%' is of our
// variables and not of the database of that name.
type showVariables struct{ *plan.ShowVariables }

var _ sql.ExecBuilderNode = (*showVariables)(nil)

// Variables is SHOW VARIABLES in the place of the engine's.
func Variables(n *plan.ShowVariables) sql.Node { return &showVariables{n} }

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showVariables) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, s.ShowVariables, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	return sql.RowsToRowIter(slices.DeleteFunc(rows, func(row sql.Row) bool {
		name, _ := row[0].(string)
		return ofDatabase(name)
	})...), nil
}

// ofDatabase reports whether a variable is one of the storage's for a database, which
// are the database's name and one of these.
func ofDatabase(name string) bool {
	return slices.ContainsFunc([]string{"_head", "_head_ref", "_staged", "_working", "_default_branch"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	})
}

// WithChildren implements sql.Node.
func (s *showVariables) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(children), 0)
	}
	return s, nil
}

// WithExpressions implements sql.Expressioner.
func (s *showVariables) WithExpressions(list ...sql.Expression) (sql.Node, error) {
	n, err := s.ShowVariables.WithExpressions(list...)
	if show, ok := n.(*plan.ShowVariables); ok && err == nil {
		return &showVariables{show}, nil
	}
	return n, err
}
