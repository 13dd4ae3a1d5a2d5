package procedure

import (
	"errors"
	"io"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/rowexec"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
)

// statement runs a statement that the engine knows how to run, and delivers
// what it returns.
func (f *frame) statement(ctx *sql.Context, s *scope, stmt ast.Statement) error {
	if f.within && commits(stmt) {
		return errCommitInTrigger()
	}
	show, ok, err := diagnostics.AsShow(stmt)
	switch {
	case err != nil:
		return err
	case ok:
		return f.show(ctx, show)
	}
	keeps := !usesTables(stmt)
	if keeps {
		f.fresh = false
		ctx.Session.ClearWarnings()
	} else {
		f.begin(ctx)
	}
	if f.call.Hinted != nil {
		defer f.call.Hinted(ctx, stmt)()
	}
	query := f.query
	if text, ok := f.viewText(stmt); ok {
		query = func(ctx *sql.Context, _ ast.Statement) (*resultSet, error) { return f.run(ctx, text, nil) }
	}
	result, err := f.rerunning(ctx, stmt, func() (*resultSet, error) {
		return query(ctx, s.substitute(stmt).(ast.Statement))
	})
	if err != nil {
		return err
	}
	if !keeps || len(ctx.Session.Warnings()) > 0 {
		f.collect(ctx)
	}
	if result.returnsRows() {
		return f.deliver(ctx, result)
	}
	f.affected = result.affected()
	return nil
}

// rerunning runs a statement, again if it has met the changes of another
// session.
func (f *frame) rerunning(ctx *sql.Context, stmt ast.Statement, run func() (*resultSet, error)) (*resultSet, error) {
	if f.call.Rerun == nil || f.within {
		return run()
	}
	rerun := f.call.Rerun(ctx)
	result, err := run()
	for runs := 1; err != nil; runs++ {
		var failure *mysql.SQLError
		if err = f.translate(ctx, err, stmt); !errors.As(err, &failure) {
			break
		}
		done, again := rerun(failure, runs)
		if !again {
			break
		}
		result, err = run()
		done()
	}
	return result, err
}

// usesTables reports whether a statement reads a table or changes anything. One
// that does not leaves the diagnostics area as it is, unless it raises
// something.
func usesTables(stmt ast.Statement) bool {
	query, ok := stmt.(*ast.Select)
	if !ok || query.Into != nil {
		return true
	}
	found := false
	_ = ast.Walk(func(node ast.SQLNode) (bool, error) {
		switch node := node.(type) {
		case *ast.AliasedTableExpr:
			name, isName := node.Expr.(ast.TableName)
			found = found || !isName || !strings.EqualFold(name.Name.String(), "dual")
		case *ast.Subquery:
			found = true
		}
		return !found, nil
	}, query)
	return found
}

// commits reports whether a statement ends the transaction, by itself or because
// it changes definitions.
func commits(stmt ast.Statement) bool {
	switch stmt := stmt.(type) {
	case *ast.Begin, *ast.Commit, *ast.Rollback, *ast.DBDDL, *ast.AlterTable,
		*ast.CreateUser, *ast.DropUser, *ast.CreateRole, *ast.DropRole, *ast.RenameUser,
		*ast.GrantPrivilege, *ast.GrantRole, *ast.RevokePrivilege, *ast.RevokeRole:
		return true
	case *ast.DDL:
		return !stmt.Temporary
	}
	return false
}

// query runs a parsed statement to its end.
func (f *frame) query(ctx *sql.Context, stmt ast.Statement) (*resultSet, error) {
	return f.run(ctx, "", stmt)
}

// run runs a statement to its end: a parsed one, or the text of one.
func (f *frame) run(ctx *sql.Context, text string, stmt ast.Statement) (*resultSet, error) {
	if stmt != nil && f.call.Mend != nil {
		if err := f.call.Mend(ctx, stmt); err != nil {
			return nil, err
		}
	}
	schema, iter, _, err := f.call.Runner.QueryWithBindings(ctx, text, stmt, nil, nil)
	if err != nil {
		return nil, errors.Join(err, f.abandon(ctx))
	}
	result := &resultSet{schema: schema}
	for {
		row, err := iter.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = unwrap(ctx, row)
		}
		if err != nil {
			return nil, errors.Join(err, closeFailed(ctx, iter), f.abandon(ctx))
		}
		result.rows = append(result.rows, row)
	}
	if err := iter.Close(ctx); err != nil {
		return nil, errors.Join(err, f.abandon(ctx))
	}
	return result, nil
}

// unwrap reads the values that the storage gives as references.
func unwrap(ctx *sql.Context, row sql.Row) error {
	for i, value := range row {
		plain, err := sql.UnwrapAny(ctx, value)
		if err != nil {
			return err
		}
		row[i] = plain
	}
	return nil
}

// closeFailed closes the rows of a statement that failed, without the commit
// that closing them would end with.
func closeFailed(ctx *sql.Context, iter sql.RowIter) error {
	if committing, ok := iter.(*rowexec.TransactionCommittingIter); ok {
		iter = committing.GetIter()
	}
	return iter.Close(ctx)
}

// abandon undoes what a failed statement did in a transaction of its own. In a
// longer transaction the engine has undone the statement itself.
func (f *frame) abandon(ctx *sql.Context) error {
	tx := ctx.GetTransaction()
	session, ok := ctx.Session.(sql.TransactionSession)
	if tx == nil || !ok || f.within || !implicit(ctx) {
		return nil
	}
	ctx.SetTransaction(nil)
	return session.Rollback(ctx, tx)
}

// affected is the number of rows that a statement changed.
func (r *resultSet) affected() uint64 {
	if len(r.rows) == 1 && len(r.rows[0]) == 1 {
		if ok, is := r.rows[0][0].(types.OkResult); is {
			return ok.RowsAffected
		}
	}
	return 0
}
