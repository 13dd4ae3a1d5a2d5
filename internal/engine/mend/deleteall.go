package mend

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/walk"
)

// everyRow is MySQL's own way to write a LIMIT that takes everything.
const everyRow = "18446744073709551615"

// Deletes keeps the engine from making a TRUNCATE of a DELETE without
// conditions in another database than the session's. It looks for the triggers
// and foreign keys that speak against it in the session's database: without one
// it fails, and in one that has a table of the same name it passes over the
// triggers of the table that is meant. A LIMIT stops it. In bodies, which may
// run anywhere, every table with a database is taken for one of another.
func Deletes(session *sql.Context, stmt sqlparser.Statement) {
	switch s := stmt.(type) {
	case *sqlparser.Delete:
		if session != nil && session.Session != nil {
			limitDelete(s, session.GetCurrentDatabase())
		}
	case *sqlparser.DDL:
		if s.ProcedureSpec != nil || s.TriggerSpec != nil {
			walk.Visit(stmt, func(node any) {
				if s, ok := node.(*sqlparser.Delete); ok {
					limitDelete(s, "")
				}
			})
		}
	}
}

func limitDelete(s *sqlparser.Delete, current string) {
	if s.Where != nil || s.Limit != nil || len(s.Targets) > 0 || len(s.TableExprs) != 1 {
		return
	}
	table, ok := s.TableExprs[0].(*sqlparser.AliasedTableExpr)
	if !ok {
		return
	}
	name, ok := table.Expr.(sqlparser.TableName)
	if !ok || name.DbQualifier.IsEmpty() || strings.EqualFold(name.DbQualifier.String(), dbname.Base(current)) {
		return
	}
	s.Limit = &sqlparser.Limit{Rowcount: sqlparser.NewIntVal([]byte(everyRow))}
}
