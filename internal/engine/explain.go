package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// explain is EXPLAIN in MySQL's columns. The engine has one row for every
// statement, with the word NULL in columns of numbers, which clients that read
// by type cannot take; here those are NULL.
type explain struct{ *plan.DescribeQuery }

var _ sql.ExecBuilderNode = (*explain)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (x *explain) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, x.DescribeQuery, row)
	if err != nil || x.Format.Plan {
		return iter, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for i, value := range row {
			if value == "NULL" {
				row[i] = nil
			}
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// WithChildren implements sql.Node.
func (x *explain) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := x.DescribeQuery.WithChildren(children...)
	if describe, ok := n.(*plan.DescribeQuery); ok && err == nil {
		return &explain{describe}, nil
	}
	return n, err
}
