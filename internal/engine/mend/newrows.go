package mend

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/mysqlerr"
)

// newRows is the engine's name of the rows that an INSERT brings, by which VALUES(column)
// finds them after ON DUPLICATE KEY UPDATE.
const newRows = "__new_ins"

// newValues are the columns in VALUES(column) after ON DUPLICATE KEY UPDATE of an
// INSERT … SELECT. The engine knows them for an INSERT … VALUES alone.
func newValues(n *sqlparser.Insert) (names []sqlparser.ColIdent) {
	if _, ok := n.Rows.(sqlparser.SelectStatement); !ok {
		return nil
	}
	for _, set := range n.OnDup {
		_ = sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
			if value, ok := node.(*sqlparser.ValuesFuncExpr); ok {
				names = append(names, value.Name.Name)
			}
			return true, nil
		}, set.Expr)
	}
	return names
}

// nameNewRows makes the SELECT of an INSERT that has such values a derived table of that
// name, with the names of the columns that it is for.
func (t tables) nameNewRows(ctx *sql.Context, n *sqlparser.Insert) error {
	values := newValues(n)
	table := t.named(ctx, n.Table)
	if len(values) == 0 || table == nil { // of no table the engine says what is wrong
		return nil
	}
	schema, columns := table.Schema(), n.Columns
	if len(columns) == 0 {
		for _, column := range schema {
			columns = append(columns, sqlparser.NewColIdent(column.Name))
		}
	}
	for _, name := range values {
		switch {
		case schema.IndexOfColName(name.Lowered()) < 0:
			return mysqlerr.New(1054, "Unknown column '"+name.String()+"' in 'field list'")
		case !slices.ContainsFunc(columns, name.Equal):
			return fault.NotYet("VALUES(" + name.String() + ") in INSERT … SELECT that does not name the column")
		}
	}
	rows := n.Rows.(sqlparser.SelectStatement)
	if count := columnsOf(rows); count >= 0 && count != len(columns) {
		return mysqlerr.New(1136, "Column count doesn't match value count at row 1")
	}
	parsed, err := sqlparser.Parse("SELECT * FROM (SELECT 1) AS " + newRows)
	if err != nil {
		return err
	}
	whole := parsed.(*sqlparser.Select)
	derived := whole.From[0].(*sqlparser.AliasedTableExpr).Expr.(*sqlparser.Subquery)
	derived.Select, derived.Columns = rows, columns
	n.Rows = whole
	return nil
}

// columnsOf is how many columns a SELECT has, -1 where a * keeps that from being seen.
func columnsOf(stmt sqlparser.SelectStatement) int {
	switch stmt := stmt.(type) {
	case *sqlparser.Select:
		for _, e := range stmt.SelectExprs {
			if _, star := e.(*sqlparser.StarExpr); star {
				return -1
			}
		}
		return len(stmt.SelectExprs)
	case *sqlparser.SetOp:
		return columnsOf(stmt.Left)
	case *sqlparser.ParenSelect:
		return columnsOf(stmt.Select)
	}
	return -1
}
