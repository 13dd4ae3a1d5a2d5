package mend

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/walk"
	"airglow/internal/mysqlerr"
)

// newRows is the engine's name of the rows that an INSERT brings, by which VALUES(column)
// finds them after ON DUPLICATE KEY UPDATE.
const newRows = "__new_ins"

// onDuplicate is what the assignments after ON DUPLICATE KEY UPDATE have.
type onDuplicate struct {
	// values is true for VALUES(column) of an INSERT … SELECT: the engine knows it for an
	// INSERT … VALUES alone.
	values bool
	// query is true for a subquery. The engine evaluates none there, or reads other
	// columns in it than it names.
	query bool
}

func onDuplicateOf(n *sqlparser.Insert) (has onDuplicate) {
	_, selects := n.Rows.(sqlparser.SelectStatement)
	for _, set := range n.OnDup {
		_ = sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
			switch node.(type) {
			case *sqlparser.ValuesFuncExpr:
				has.values = selects
			case *sqlparser.Subquery:
				has.query = true
			}
			return true, nil
		}, set.Expr)
	}
	return has
}

// nameNewRows makes the SELECT of an INSERT that has VALUES(column) a derived table of
// that name, with the names of the columns that it is for.
func (t tables) nameNewRows(ctx *sql.Context, n *sqlparser.Insert) error {
	switch has := onDuplicateOf(n); {
	case has.query:
		return fault.NotYet("a subquery after ON DUPLICATE KEY UPDATE")
	case !has.values:
		return nil
	}
	table := t.named(ctx, n.Table)
	if table == nil {
		return nil // the engine says what is wrong
	}
	columns := n.Columns
	if len(columns) == 0 {
		for _, column := range table.Schema() {
			columns = append(columns, sqlparser.NewColIdent(column.Name))
		}
	}
	rows := n.Rows.(sqlparser.SelectStatement)
	selected := selectedOf(rows)
	if selected != nil && len(selected) != len(columns) {
		return mysqlerr.New(1136, "Column count doesn't match value count at row 1")
	}
	if err := (newNames{n.Table.Name.String(), table.Schema(), columns, selected}).put(n.OnDup); err != nil {
		return err
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

// newNames puts names of the derived table into the assignments.
type newNames struct {
	// table is the table of the INSERT, by its name without a database.
	table  string
	schema sql.Schema
	// columns are those that the SELECT is for, selected what it has for them; nil where
	// that is not seen.
	columns  sqlparser.Columns
	selected []sqlparser.Expr
}

// put changes what assignments have of the SELECT: VALUES of a column that it is not for
// is the column's default, and a column of its tables is one of the derived table.
func (n newNames) put(list sqlparser.OnDup) (err error) {
	for _, set := range list {
		walk.Replace(&set.Expr, func(e sqlparser.Expr) (sqlparser.Expr, bool) {
			switch e := e.(type) {
			case *sqlparser.ValuesFuncExpr:
				name := e.Name.Name
				if n.schema.IndexOfColName(name.Lowered()) < 0 && err == nil {
					err = mysqlerr.New(1054, "Unknown column '"+name.String()+"' in 'field list'")
				}
				if !slices.ContainsFunc(n.columns, name.Equal) {
					return &sqlparser.Default{ColName: name.String()}, true
				}
			case *sqlparser.ColName:
				i, foreign := n.source(e)
				if i >= 0 {
					return &sqlparser.ColName{Name: n.columns[i], Qualifier: sqlparser.TableName{Name: sqlparser.NewTableIdent(newRows)}}, true
				}
				if foreign && err == nil {
					err = fault.NotYet(sqlparser.String(e) + ", which the SELECT does not have in its list, beside VALUES()")
				}
			}
			return nil, false
		})
	}
	return err
}

// source is which of the selected columns a name is, -1 for none; foreign is true where
// it is of another table than the INSERT's.
func (n newNames) source(name *sqlparser.ColName) (i int, foreign bool) {
	qualifier := name.Qualifier.Name.String()
	if strings.EqualFold(qualifier, n.table) || qualifier == "" && n.schema.IndexOfColName(name.Name.Lowered()) >= 0 {
		return -1, false
	}
	i = slices.IndexFunc(n.selected, func(e sqlparser.Expr) bool {
		column, ok := e.(*sqlparser.ColName)
		if !ok || !column.Name.Equal(name.Name) {
			return false
		}
		of := column.Qualifier.Name.String()
		return of == "" || qualifier == "" || strings.EqualFold(of, qualifier)
	})
	return i, qualifier != ""
}

// selectedOf is what a SELECT selects, nil where a * keeps that from being seen. Of a
// UNION it is what its first part does.
func selectedOf(stmt sqlparser.SelectStatement) (list []sqlparser.Expr) {
	switch stmt := stmt.(type) {
	case *sqlparser.Select:
		for _, e := range stmt.SelectExprs {
			aliased, ok := e.(*sqlparser.AliasedExpr)
			if !ok {
				return nil
			}
			list = append(list, aliased.Expr)
		}
	case *sqlparser.SetOp:
		return selectedOf(stmt.Left)
	case *sqlparser.ParenSelect:
		return selectedOf(stmt.Select)
	}
	return list
}
