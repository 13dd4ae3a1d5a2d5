// Package inject makes statements of ours such of the stock parser's, by which the
// engine runs them.
package inject

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// Statement is the plan node of a statement of ours. It has no children and
// checks privileges itself, when it runs.
type Statement struct {
	// Name is what plans show.
	Name string
	// Columns are those of the rows.
	Columns sql.Schema
	// ReadOnly is true when it changes nothing but the session.
	ReadOnly bool
	// Run runs it, once.
	Run func(ctx *sql.Context) (sql.RowIter, error)
}

var _ sql.ExecSourceRel = (*Statement)(nil)

// Command is a statement that returns no rows.
func Command(name string, run func(ctx *sql.Context) error) sqlparser.InjectedStatement {
	return Wrap(&Statement{Name: name, Columns: types.OkResultSchema, Run: func(ctx *sql.Context) (sql.RowIter, error) {
		if err := run(ctx); err != nil {
			return nil, err
		}
		return sql.RowsToRowIter(sql.NewRow(types.NewOkResult(0))), nil
	}})
}

// Wrap makes a parsed statement of a node. The engine checks no privileges for it.
func Wrap(node *Statement) sqlparser.InjectedStatement {
	return sqlparser.InjectedStatement{
		Statement: node,
		Auth:      sqlparser.AuthInformation{AuthType: sqlparser.AuthType_IGNORE, TargetType: sqlparser.AuthTargetType_Ignore},
	}
}

// refusal is a statement that cannot be read. The engine turns every error of
// a parser into a text without number; one of a statement it keeps.
type refusal struct{ err error }

// Refuse is a statement that ends with an error as soon as the engine looks at it.
func Refuse(err error) sqlparser.Statement {
	return sqlparser.InjectedStatement{
		Statement: refusal{err},
		Auth:      sqlparser.AuthInformation{AuthType: sqlparser.AuthType_IGNORE, TargetType: sqlparser.AuthTargetType_Ignore},
	}
}

// WithResolvedChildren implements sqlparser.Injectable.
func (r refusal) WithResolvedChildren([]any) (any, error) { return nil, r.err }

// WithResolvedChildren implements sqlparser.Injectable.
func (n *Statement) WithResolvedChildren([]any) (any, error) { return n, nil }

// RowIter implements sql.ExecSourceRel.
func (n *Statement) RowIter(ctx *sql.Context, _ sql.Row) (sql.RowIter, error) { return n.Run(ctx) }

// Schema implements sql.Node.
func (n *Statement) Schema() sql.Schema { return n.Columns }

// IsReadOnly implements sql.Node.
func (n *Statement) IsReadOnly() bool { return n.ReadOnly }

// Resolved implements sql.Node.
func (n *Statement) Resolved() bool { return true }

// Children implements sql.Node.
func (n *Statement) Children() []sql.Node { return nil }

// WithChildren implements sql.Node.
func (n *Statement) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 0)
	}
	return n, nil
}

// String implements sql.Node.
func (n *Statement) String() string { return n.Name }
