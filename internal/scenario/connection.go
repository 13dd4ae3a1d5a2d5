package scenario

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// patience is far more than any statement of a scenario takes on a busy
// machine with the race detector.
const patience = time.Minute

// login is how a connection of a scenario is made.
type login struct{ user, password, database string }

// connection is one client of a scenario.
type connection struct {
	login
	addr     net.Addr
	pool     *sql.DB
	conn     *sql.Conn
	id       string // the server's id of it, for KILL
	prepared map[string]*sql.Stmt
	// pending gets the outcome of the statement that was started.
	pending chan outcome
}

// outcome is what a statement came to.
type outcome struct {
	// sets are the results, each a line for its columns and one for each row.
	sets     [][]string
	affected int64
	err      error
}

func connect(addr net.Addr, who login) (*connection, error) {
	c := &connection{login: who, addr: addr}
	return c, c.open()
}

// open makes the connection, or makes it anew.
func (c *connection) open() error {
	config := mysql.NewConfig()
	config.User, config.Passwd, config.DBName = c.user, c.password, c.database
	config.Net, config.Addr = c.addr.Network(), c.addr.String()
	config.Timeout = patience
	config.MaxAllowedPacket = 64 << 20
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	c.pool = sql.OpenDB(connector)
	c.prepared = map[string]*sql.Stmt{}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if c.conn, err = c.pool.Conn(ctx); err != nil {
		return errors.Join(err, c.pool.Close())
	}
	return c.conn.QueryRowContext(ctx, "select connection_id()").Scan(&c.id)
}

func (c *connection) close() {
	if c.pending != nil {
		<-c.pending
	}
	for _, prepared := range c.prepared {
		_ = prepared.Close()
	}
	_ = c.conn.Close()
	_ = c.pool.Close()
}

// alive checks that the connection still takes statements.
func (c *connection) alive() error {
	got := c.run(statement{text: "select 1"})
	if got.err != nil {
		return fmt.Errorf("the connection does not live on: select 1: %w", got.err)
	}
	if len(got.sets) == 1 && len(got.sets[0]) == 2 && got.sets[0][1] == "1" {
		return nil
	}
	return fmt.Errorf("the connection is out of step: select 1 gives %q", got.sets)
}

// statement is what a step sends.
type statement struct {
	text string
	// rowless statements are asked how many rows they changed, the others for
	// rows.
	rowless bool
	// prepared ones go over the binary protocol: the one that with names, or
	// text, with the arguments in with.
	prepared bool
	with     string
}

// run sends a statement and waits for its outcome.
func (c *connection) run(s statement) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.prepared {
		return c.runPrepared(ctx, s)
	}
	if s.rowless {
		return changed(c.conn.ExecContext(ctx, s.text))
	}
	return rows(c.conn.QueryContext(ctx, s.text))
}

func (c *connection) runPrepared(ctx context.Context, s statement) outcome {
	name, list := "", s.with
	if !strings.HasPrefix(s.with, "[") {
		name, list, _ = strings.Cut(s.with, " ")
	}
	args, err := arguments(list)
	if err != nil {
		return outcome{err: err}
	}
	prepared := c.prepared[name]
	if name == "" {
		if prepared, err = c.conn.PrepareContext(ctx, s.text); err != nil {
			return outcome{err: err}
		}
		defer func() { _ = prepared.Close() }()
	}
	if prepared == nil {
		return outcome{err: fmt.Errorf("no statement %q was prepared", name)}
	}
	if s.rowless {
		return changed(prepared.ExecContext(ctx, args...))
	}
	return rows(prepared.QueryContext(ctx, args...))
}

// arguments reads the values of a prepared statement. A whole number stays one.
func arguments(list string) ([]any, error) {
	if list == "" {
		return nil, nil
	}
	var args []any
	decoder := json.NewDecoder(strings.NewReader(list))
	decoder.UseNumber()
	if err := decoder.Decode(&args); err != nil {
		return nil, fmt.Errorf("arguments %s: %w", list, err)
	}
	for i, arg := range args {
		number, ok := arg.(json.Number)
		if !ok {
			continue
		}
		if whole, err := number.Int64(); err == nil {
			args[i] = whole
		} else if args[i], err = number.Float64(); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// start sends a statement and leaves its outcome to finish.
func (c *connection) start(s statement) {
	c.pending = make(chan outcome, 1)
	go func() { c.pending <- c.run(s) }()
}

func (c *connection) finish() outcome {
	if c.pending == nil {
		return outcome{err: errors.New("no statement was started on this connection")}
	}
	defer func() { c.pending = nil }()
	return <-c.pending
}

func changed(result sql.Result, err error) outcome {
	if err != nil {
		return outcome{err: err}
	}
	affected, err := result.RowsAffected()
	return outcome{affected: affected, err: err}
}

// rows reads all results of a statement.
func rows(from *sql.Rows, err error) outcome {
	if err != nil {
		return outcome{err: err}
	}
	defer func() { _ = from.Close() }()
	var out outcome
	for {
		set, err := resultSet(from)
		if err != nil {
			return outcome{err: err}
		}
		out.sets = append(out.sets, set)
		if !from.NextResultSet() {
			out.err = from.Err()
			return out
		}
	}
}

func resultSet(from *sql.Rows) ([]string, error) {
	names, err := from.Columns()
	if err != nil {
		return nil, err
	}
	set := []string{strings.Join(names, "\t")}
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for from.Next() {
		if err := from.Scan(into...); err != nil {
			return nil, err
		}
		set = append(set, row(values))
	}
	return set, from.Err()
}
