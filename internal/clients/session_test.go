package clients

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// account is who connects. The zero value is root without a password.
type account struct {
	name, password string
	// database to begin in; may be empty.
	database string
}

// driverConfig is Go's driver on its way to a server.
func (s *server) driverConfig(a account) *mysql.Config {
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.Passwd, c.DBName = "tcp", s.address, a.name, a.password, a.database
	if c.User == "" {
		c.User = "root"
	}
	c.Timeout, c.ReadTimeout = patience, 2*patience
	c.Logger = &mysql.NopLogger{} // lost connections are what some tests are about
	return c
}

// open returns a pool of connections, closed when the test ends.
func open(t testing.TB, c *mysql.Config) *sql.DB {
	t.Helper()
	connector, err := mysql.NewConnector(c)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db
}

// root returns a pool of root's connections.
func (s *server) root(t testing.TB) *sql.DB {
	t.Helper()
	return open(t, s.driverConfig(account{}))
}

// session returns one connection, which has its own variables and roles.
func session(t testing.TB, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(bounded(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// runner is what statements run on: a pool, a session or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// must runs statements, each of which has to succeed.
func must(t testing.TB, on runner, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := on.ExecContext(bounded(t), statement); err != nil {
			t.Fatalf("%s\n%v", statement, err)
		}
	}
}

// rows returns a result as text, one line a row, its values joined by "|".
func rows(t testing.TB, on runner, query string, args ...any) string {
	t.Helper()
	text, err := tryRows(bounded(t), on, query, args...)
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	return text
}

func tryRows(ctx context.Context, on runner, query string, args ...any) (string, error) {
	result, err := on.QueryContext(ctx, query, args...)
	if err != nil {
		return "", err
	}
	defer result.Close()
	columns, err := result.Columns()
	if err != nil {
		return "", err
	}
	var lines []string
	for result.Next() {
		values, places := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := result.Scan(places...); err != nil {
			return "", err
		}
		lines = append(lines, line(values))
	}
	return strings.Join(lines, "\n"), result.Err()
}

func line(values []sql.NullString) string {
	texts := make([]string, len(values))
	for i, value := range values {
		if texts[i] = value.String; !value.Valid {
			texts[i] = "NULL"
		}
	}
	return strings.Join(texts, "|")
}

// same compares what a statement gave with what it should give.
func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got: %s\nwant: %s", what, got, want)
	}
}

// failure returns a statement's error as "code (state): sentence"; the empty
// text when it succeeded, and the driver's own words when the server had none.
func failure(err error) string {
	var refused *mysql.MySQLError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return fmt.Sprintf("%d (%s): %s", refused.Number, refused.SQLState[:], refused.Message)
	default:
		return err.Error()
	}
}

// fails checks that a query fails as it should: each part is in its error.
func fails(t testing.TB, on runner, query string, parts ...string) {
	t.Helper()
	text, err := tryRows(bounded(t), on, query)
	if err == nil {
		t.Errorf("%s\nsucceeded with %q; want an error with %q", query, text, parts)
		return
	}
	contains(t, query, failure(err), parts...)
}

func contains(t testing.TB, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s\n gave: %s\nwants: %s", what, text, part)
		}
	}
}
