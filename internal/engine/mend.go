package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/transaction"
	"airglow/internal/engine/walk"
)

// mend checks and changes a parsed statement in what depends on its tables and
// the engine leaves out: the names in index hints, and DEFAULT(column).
func (e *Engine) mend(ctx *sql.Context, stmt sqlparser.Statement) error {
	if ctx == nil || ctx.Session == nil || e.gms == nil || statementFrom(ctx) == nil {
		return nil
	}
	root := reading(stmt)
	if root == nil || !needsTables(root) {
		return nil
	}
	return transaction.Within(ctx, func() error {
		var err error
		walk.Visit(root, func(node any) {
			switch node := node.(type) {
			case *sqlparser.AliasedTableExpr:
				if err == nil {
					err = e.checkHint(ctx, node)
				}
			case *sqlparser.Insert:
				if err == nil {
					err = e.nameNewRows(ctx, node)
				}
			}
		})
		if err != nil {
			return err
		}
		return e.replaceDefaults(ctx, root)
	})
}

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
			found = found || newValues(node) != nil
		case *sqlparser.AliasedTableExpr:
			found = found || node.Hints != nil
		case *sqlparser.Default:
			found = found || node.ColName != ""
		}
		return !found, nil
	}, root)
	return found
}
