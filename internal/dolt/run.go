package dolt

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// sessionUser is the account that the server's own statements run as. It is
// made anew at each start, is never written to disk, and cannot log in.
const sessionUser = "airglow.session"

// addSessionUser makes sessionUser.
func (s *Storage) addSessionUser() {
	db := s.Privileges()
	editor := db.Editor()
	defer editor.Close()
	db.AddEphemeralSuperUser(editor, sessionUser, "localhost", "")
	if user, ok := editor.GetUser(mysql_db.UserPrimaryKey{User: sessionUser, Host: "localhost"}); ok {
		user.Locked = true
		editor.PutUser(user)
	}
}

// Run calls f with a context of a new session that may do everything. The
// session ends when f returns. What f starts must be finished by then.
func (s *Storage) Run(ctx context.Context, f func(*sql.Context) error) (err error) {
	session, err := s.newSession(ctx, sql.NewBaseSession())
	if err != nil {
		return err
	}
	session.SetClient(sql.Client{User: sessionUser, Address: "localhost"})
	// Dolt's garbage collection waits for sessions that are within a command,
	// and keeps what they read.
	defer sql.SessionEnd(session)
	if err := sql.SessionCommandBegin(session); err != nil {
		return err
	}
	defer sql.SessionCommandEnd(session)
	return f(s.ContextFactory()(ctx, sql.WithSession(session)))
}

// Exec runs one statement that returns no rows and commits it. Each ? in the
// statement takes one of args: strings, integers, byte slices, nil.
func (s *Storage) Exec(ctx context.Context, query string, args ...any) error {
	_, err := s.Query(ctx, query, args...)
	return err
}

// Query runs one statement as Exec does and returns its rows, all at once: it
// is for the server's own small tables.
func (s *Storage) Query(ctx context.Context, query string, args ...any) ([]sql.Row, error) {
	bindings, err := bind(args)
	if err != nil {
		return nil, err
	}
	var rows []sql.Row
	err = s.Run(ctx, func(c *sql.Context) error {
		_, iter, _, err := s.Engine().QueryWithBindings(c, query, nil, bindings, nil)
		if err != nil {
			return err
		}
		rows, err = drain(c, iter)
		return err
	})
	return rows, err
}

// drain reads all rows and closes the iterator, which is what commits.
func drain(ctx *sql.Context, iter sql.RowIter) ([]sql.Row, error) {
	var rows []sql.Row
	for {
		row, err := iter.Next(ctx)
		if errors.Is(err, io.EOF) {
			return rows, iter.Close(ctx)
		}
		if err != nil {
			return nil, errors.Join(err, iter.Close(ctx))
		}
		if !types.IsOkResult(row) {
			rows = append(rows, row)
		}
	}
}

// bind names the arguments as the parser names the question marks: v1, v2, ….
func bind(args []any) (map[string]sqlparser.Expr, error) {
	bindings := make(map[string]sqlparser.Expr, len(args))
	for i, arg := range args {
		variable, err := sqltypes.BuildBindVariable(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		value, err := sqltypes.BindVariableToValue(variable)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		if bindings[fmt.Sprintf("v%d", i+1)], err = sqlparser.ExprFromValue(value); err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return bindings, nil
}
