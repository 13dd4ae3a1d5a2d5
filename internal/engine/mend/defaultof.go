package mend

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/walk"
	"airglow/internal/mysqlerr"
)

// replaceDefaults puts the default of the named column in the place of each
// DEFAULT(column): the engine takes it for DEFAULT in the values of a row, and
// has nothing to evaluate it with elsewhere.
func (t tables) replaceDefaults(ctx *sql.Context, root sqlparser.SQLNode) error {
	var schemas []sql.Schema
	know := func(name sqlparser.TableName) {
		if table := t.named(ctx, name); table != nil {
			schemas = append(schemas, table.Schema())
		}
	}
	walk.Visit(root, func(node any) {
		switch node := node.(type) {
		case *sqlparser.Insert:
			know(node.Table)
		case *sqlparser.AliasedTableExpr:
			if name, ok := node.Expr.(sqlparser.TableName); ok {
				know(name)
			}
		case *sqlparser.AliasedExpr:
			nameDefault(node)
		}
	})
	var err error
	walk.Replace(root, func(expr sqlparser.Expr) (sqlparser.Expr, bool) {
		of, ok := expr.(*sqlparser.Default)
		if !ok || of.ColName == "" || err != nil {
			return nil, false
		}
		var value sqlparser.Expr
		value, err = defaultOf(of.ColName, schemas)
		return value, err == nil
	})
	return err
}

// nameDefaultsOnDuplicate makes DEFAULT(column) of DEFAULT after ON DUPLICATE KEY
// UPDATE, where the engine knows neither.
func nameDefaultsOnDuplicate(n *sqlparser.Insert) {
	for _, set := range n.OnDup {
		if of, ok := set.Expr.(*sqlparser.Default); ok && of.ColName == "" {
			of.ColName = set.Name.Name.String()
		}
	}
}

// nameDefault keeps the name of a result's column.
func nameDefault(e *sqlparser.AliasedExpr) {
	if of, ok := e.Expr.(*sqlparser.Default); ok && of.ColName != "" && e.As.IsEmpty() {
		e.As = sqlparser.NewColIdent("DEFAULT(" + of.ColName + ")")
	}
}

// defaultOf is the default of the first column of that name.
func defaultOf(name string, schemas []sql.Schema) (sqlparser.Expr, error) {
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, schema := range schemas {
		if i := schema.IndexOfColName(name); i >= 0 {
			return defaultExpr(schema[i])
		}
	}
	return nil, mysqlerr.New(1054, "Unknown column '"+name+"' in 'field list'")
}

func defaultExpr(column *sql.Column) (sqlparser.Expr, error) {
	switch {
	case column.AutoIncrement:
		return sqlparser.NewIntVal([]byte("0")), nil
	case column.Default == nil && column.Nullable:
		return &sqlparser.NullVal{}, nil
	case column.Default == nil:
		return nil, fault.NoDefault(column.Name)
	case strings.HasPrefix(column.Default.Expr.String(), "("): // as the table was defined
		return nil, mysqlerr.New(3773, "DEFAULT function cannot be used with default value expressions")
	}
	parsed, err := sqlparser.Parse("SELECT " + column.Default.Expr.String())
	if err != nil {
		return nil, err
	}
	return parsed.(*sqlparser.Select).SelectExprs[0].(*sqlparser.AliasedExpr).Expr, nil
}
