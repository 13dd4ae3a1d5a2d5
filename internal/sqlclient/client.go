// Package sqlclient is `airglow sql`: it runs SQL scripts against a server and
// prints the results as MySQL's own client does.
//
// A script runs in one session, so that roles, variables and transactions last.
// Run connects, as server.go says, and runs; session.go sends each statement and prints what comes
// back; script.go cuts scripts into statements, format.go draws results, and
// flags.go reads the command line. Nothing here knows Airglow: any server that
// speaks MySQL's protocol will do.
package sqlclient

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Options say where to connect, what to run and how to print it. The zero value
// runs standard input as root on this machine's port 3306.
type Options struct {
	// Server says where to connect and as whom.
	Server
	// Execute is the script itself; it goes before File.
	Execute string
	// File holds the script; empty or "-" is standard input.
	File string

	// Batch prints values separated by tabs and nothing else.
	Batch bool
	// ShowWarnings prints each statement's warnings after its result.
	ShowWarnings bool
	// Force goes on after an error.
	Force bool
	// Echo prints each statement, with the comments before it, first.
	Echo bool
}

// Run runs the script and returns the process's exit code: 0, or 1 when any
// statement failed or the server could not be reached.
func Run(ctx context.Context, o Options, in io.Reader, out, errOut io.Writer) int {
	connector, err := o.Connector()
	if err != nil {
		fmt.Fprintln(errOut, "airglow sql:", err)
		return 1
	}
	return run(ctx, o, connector, streams{in, out, errOut})
}

// streams are the process's standard streams.
type streams struct {
	in          io.Reader
	out, errOut io.Writer
}

func run(ctx context.Context, o Options, connector driver.Connector, std streams) int {
	script, err := o.script(std.in)
	if err != nil {
		fmt.Fprintln(std.errOut, "airglow sql:", err)
		return 1
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, id, err := connect(ctx, db)
	if err != nil {
		fmt.Fprintln(std.errOut, "ERROR", o.Explain(err))
		return 1
	}
	defer conn.Close()
	s := &session{conn: conn, options: o, out: bufio.NewWriter(std.out), errOut: std.errOut, now: time.Now}
	defer s.flush()
	s.script(ctx, script, "")
	if ctx.Err() != nil {
		kill(db, id)
	}
	if s.failed {
		return 1
	}
	return 0
}

// connect opens the session and returns the server's number for it.
func connect(ctx context.Context, db *sql.DB) (*sql.Conn, uint64, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	var id uint64
	if err := conn.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		return nil, 0, errors.Join(err, conn.Close())
	}
	return conn, id, nil
}

// kill ends the session on the server. Closing the connection alone leaves its
// statement running until the server notices, and model calls are paid for.
func kill(db *sql.DB, id uint64) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	_, _ = db.ExecContext(ctx, fmt.Sprintf("KILL %d", id)) // it may be gone already
}

// script returns the text to run.
func (o Options) script(in io.Reader) (string, error) {
	if o.Execute != "" {
		return o.Execute, nil
	}
	if o.File != "" && o.File != "-" {
		text, err := os.ReadFile(o.File)
		return string(text), err
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	return string(text), nil
}
