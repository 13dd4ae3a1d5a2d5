// Package mend checks and changes parsed statements in what the engine leaves out or does
// otherwise than MySQL:
//
//   - mend.go does so where their tables matter: checkhint.go checks the names in index
//     hints, defaultof.go puts values in for DEFAULT(column), and newrows.go names the
//     rows of an INSERT … SELECT for VALUES(column).
//   - deleteall.go keeps DELETE from becoming TRUNCATE.
//   - distinct.go writes out the positions in ORDER BY of SELECT DISTINCT.
//   - modes.go refuses what sql_mode does not allow in definitions.
package mend

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/transaction"
	"airglow/internal/engine/walk"
)

// Tables checks and changes a parsed statement in what depends on its tables and
// the engine leaves out: the names in index hints, DEFAULT(column), and what stands after
// ON DUPLICATE KEY UPDATE.
func Tables(ctx *sql.Context, catalog sql.Catalog, stmt sqlparser.Statement) error {
	root := reading(stmt)
	if root == nil || !needsTables(root) {
		return nil
	}
	known := tables{catalog}
	return transaction.Within(ctx, func() error {
		var err error
		walk.Visit(root, func(node any) {
			switch node := node.(type) {
			case *sqlparser.AliasedTableExpr:
				if err == nil {
					err = known.checkHint(ctx, node)
				}
			case *sqlparser.Insert:
				if err == nil {
					err = known.nameNewRows(ctx, node)
				}
			}
		})
		if err != nil {
			return err
		}
		return known.replaceDefaults(ctx, root)
	})
}

// tables are those that a statement may name.
type tables struct{ catalog sql.Catalog }

// reading is the part of a statement that reads and writes rows; nil when there
// is none. The bodies of what is stored are mended when they run.
func reading(stmt sqlparser.Statement) sqlparser.SQLNode {
	switch stmt := stmt.(type) {
	case *sqlparser.Explain:
		return reading(stmt.Statement)
	case *sqlparser.DDL:
		switch {
		case stmt.ViewSpec != nil:
			return stmt.ViewSpec.ViewExpr
		case stmt.OptSelect != nil:
			return stmt.OptSelect.Select
		}
		return nil
	case sqlparser.SelectStatement, *sqlparser.Insert, *sqlparser.Update, *sqlparser.Delete, *sqlparser.Set:
		return stmt
	}
	return nil
}

// needsTables reports whether a statement has something to mend. Nearly all have
// nothing.
func needsTables(root sqlparser.SQLNode) bool {
	found := false
	_ = sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
		switch node := node.(type) {
		case *sqlparser.Insert:
			nameDefaultsOnDuplicate(node)
			found = found || onDuplicateOf(node) != onDuplicate{}
		case *sqlparser.AliasedTableExpr:
			found = found || node.Hints != nil
		case *sqlparser.Default:
			found = found || node.ColName != ""
		}
		return !found, nil
	}, root)
	return found
}
