package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine/fault"
	"airglow/internal/mysqlerr"
)

// showCreateProcedure is SHOW CREATE PROCEDURE with the sql_mode of the
// procedure's creation, which the engine leaves empty; a dump restores it.
type showCreateProcedure struct{ *plan.ShowCreateProcedure }

var _ sql.ExecBuilderNode = (*showCreateProcedure)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showCreateProcedure) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	iter, err := b.Build(ctx, s.ShowCreateProcedure, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	const mode = 1 // its column
	for _, row := range rows {
		if details, found, err := storedProcedure(ctx, s.Database(), s.ProcedureName); err != nil {
			return nil, err
		} else if found {
			row[mode] = inOrder(sql.NewSqlModeFromString(details.SqlMode))
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// WithChildren implements sql.Node.
func (s *showCreateProcedure) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := s.ShowCreateProcedure.WithChildren(children...)
	if show, ok := n.(*plan.ShowCreateProcedure); ok && err == nil {
		return &showCreateProcedure{show}, nil
	}
	return n, err
}

// dropProcedure is DROP PROCEDURE IF EXISTS, which notes that there was none.
type dropProcedure struct{ *plan.DropProcedure }

var _ sql.ExecBuilderNode = (*dropProcedure)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (d *dropProcedure) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	_, found, err := storedProcedure(ctx, d.Db, d.ProcedureName)
	if err != nil {
		return nil, err
	}
	if !found {
		fault.Note(ctx, mysqlerr.New(1305, "PROCEDURE "+d.Db.Name()+"."+d.ProcedureName+" does not exist"))
	}
	return b.Build(ctx, d.DropProcedure, row)
}

// WithChildren implements sql.Node.
func (d *dropProcedure) WithChildren(children ...sql.Node) (sql.Node, error) {
	n, err := d.DropProcedure.WithChildren(children...)
	if drop, ok := n.(*plan.DropProcedure); ok && err == nil {
		return &dropProcedure{drop}, nil
	}
	return n, err
}

// storedProcedure finds a procedure of a database by its name in lower case.
func storedProcedure(ctx *sql.Context, in sql.Database, name string) (details sql.StoredProcedureDetails, found bool, err error) {
	database, ok := in.(sql.StoredProcedureDatabase)
	if !ok {
		return details, false, nil
	}
	return database.GetStoredProcedure(ctx, name)
}

// notInBodies are the statements that MySQL's grammar knows in a body and
// refuses, and the stock grammar does not know there.
var notInBodies = map[string]bool{"USE": true, "LOCK": true, "UNLOCK": true, "LOAD": true}

// commitsInBody are those that the stock grammar knows within BEGIN only, and
// that a trigger may not have: they commit.
var commitsInBody = map[string]bool{"TRUNCATE": true, "COMMIT": true, "ROLLBACK": true, "START": true,
	"ALTER": true, "CREATE": true, "DROP": true, "GRANT": true, "REVOKE": true}

// refusedInBody returns MySQL's error for a statement that no body may have, nil
// when the syntax error at a place of a text is another.
func refusedInBody(text string, place int) error {
	words := strings.Fields(strings.ToUpper(text[place:]))
	if len(words) > 0 && commitsInBody[words[0]] && isTriggered(text[:place]) {
		return mysqlerr.New(1422, "Explicit or implicit commit is not allowed in stored function or trigger.")
	}
	if len(words) == 0 || !notInBodies[words[0]] || !createsRoutine(text[:place]) {
		return nil
	}
	what := words[0]
	if what == "LOAD" && len(words) > 1 {
		what += " " + words[1]
	}
	return mysql.NewSQLError(1314, "0A000", "%s is not allowed in stored procedures", what)
}

// isTriggered reports whether a text is that of CREATE TRIGGER up to the body.
func isTriggered(text string) bool {
	words := strings.Fields(strings.ToUpper(text))
	return len(words) > 3 && words[0] == "CREATE" && words[len(words)-1] == "ROW" && words[len(words)-2] == "EACH"
}

func createsRoutine(text string) bool {
	create, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.ToUpper(rest)
	return strings.EqualFold(create, "CREATE") && (strings.Contains(rest, "PROCEDURE") || strings.Contains(rest, "TRIGGER"))
}
