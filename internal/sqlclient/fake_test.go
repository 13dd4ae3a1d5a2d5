package sqlclient

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"sync"

	"github.com/go-sql-driver/mysql"
)

// server is a database that knows a few statements by heart.
type server struct {
	mu       sync.Mutex
	sent     []string
	answers  map[string]reply
	warnings map[string][][]driver.Value
	last     string
	waiting  chan struct{} // closed when a statement waits
}

// reply is what the server says to one statement.
type reply struct {
	sets     []set
	affected int64
	err      error
	wait     bool // until the statement's context ends
}

type set struct {
	columns, types []string
	rows           [][]driver.Value
}

func (s *server) Connect(context.Context) (driver.Conn, error) { return conn{s}, nil }
func (s *server) Driver() driver.Driver                        { return nil }

func (s *server) answer(ctx context.Context, query string) (reply, error) {
	s.mu.Lock()
	if query == "SHOW WARNINGS" {
		defer s.mu.Unlock()
		return reply{sets: []set{{columns: []string{"Level", "Code", "Message"}, types: []string{"", "", ""}, rows: s.warnings[s.last]}}}, nil
	}
	s.sent = append(s.sent, query)
	s.last = query
	r, known := s.answers[query]
	s.mu.Unlock()
	switch {
	case query == "SELECT CONNECTION_ID()":
		return reply{sets: []set{{columns: []string{"id"}, types: []string{"BIGINT"}, rows: [][]driver.Value{{int64(7)}}}}}, nil
	case r.wait:
		close(s.waiting)
		<-ctx.Done()
		return r, ctx.Err()
	case !known:
		return r, &mysql.MySQLError{Number: 1064, SQLState: [5]byte{'4', '2', '0', '0', '0'}, Message: fmt.Sprintf("near %q", query)}
	}
	return r, r.err
}

type conn struct{ server *server }

func (conn) Prepare(string) (driver.Stmt, error) { return nil, driver.ErrSkip }
func (conn) Begin() (driver.Tx, error)           { return nil, driver.ErrSkip }
func (conn) Close() error                        { return nil }

func (c conn) ExecContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	r, err := c.server.answer(ctx, query)
	return driver.RowsAffected(r.affected), err
}

func (c conn) QueryContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	r, err := c.server.answer(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(r.sets) == 0 {
		r.sets = []set{{}}
	}
	return &rows{sets: r.sets}, nil
}

type rows struct {
	sets []set
	next int
}

func (r *rows) Columns() []string                       { return r.sets[0].columns }
func (r *rows) ColumnTypeDatabaseTypeName(i int) string { return r.sets[0].types[i] }
func (r *rows) Close() error                            { return nil }
func (r *rows) HasNextResultSet() bool                  { return len(r.sets) > 1 }

func (r *rows) NextResultSet() error {
	if len(r.sets) < 2 {
		return io.EOF
	}
	r.sets, r.next = r.sets[1:], 0
	return nil
}

func (r *rows) Next(dest []driver.Value) error {
	if r.next == len(r.sets[0].rows) {
		return io.EOF
	}
	copy(dest, r.sets[0].rows[r.next])
	r.next++
	return nil
}
