package procedure

import (
	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// cursor is a declared cursor. Its rows are read when it is opened, so that
// what the body changes while it reads them does not change them.
type cursor struct {
	query ast.SelectStatement
	// home is where it was declared: its query sees the variables of there.
	home *scope
	rows *resultSet // nil when closed
	// ahead are the guesses for its rows; nil before the first FETCH in a loop.
	ahead *guesses
}

// open runs OPEN.
func (f *frame) open(ctx *sql.Context, s *scope, stmt *ast.OpenCursor) error {
	c, err := s.cursor(stmt.Name)
	if err != nil {
		return err
	}
	if c.rows != nil {
		return mysqlerr.New(1325, "Cursor is already open")
	}
	f.begin(ctx)
	c.rows, err = f.query(ctx, c.home.substitute(c.query).(ast.Statement))
	if err != nil {
		return err
	}
	f.collect(ctx)
	return nil
}

// fetch runs FETCH.
func (f *frame) fetch(ctx *sql.Context, s *scope, stmt *ast.FetchCursor) error {
	f.fresh = false
	c, err := s.cursor(stmt.Name)
	if err != nil {
		return err
	}
	switch {
	case c.rows == nil:
		return mysqlerr.New(1326, "Cursor is not open")
	case len(c.rows.schema) != len(stmt.Variables):
		return mysqlerr.New(1328, "Incorrect number of FETCH variables")
	case len(c.rows.rows) == 0:
		return mysqlerr.New(1329, "No data - zero rows fetched, selected, or processed")
	}
	err = f.spread(ctx, s, stmt.Variables, c.rows)
	c.rows.rows = c.rows.rows[1:]
	if err == nil {
		f.lookAhead(ctx, s, stmt, c)
	}
	return err
}

// close runs CLOSE. A cursor that is open at the end of its block is forgotten
// with it.
func (f *frame) close(s *scope, stmt *ast.CloseCursor) error {
	c, err := s.cursor(stmt.Name)
	if err != nil {
		return err
	}
	if c.rows == nil {
		return mysqlerr.New(1326, "Cursor is not open")
	}
	c.rows, c.ahead = nil, nil
	return nil
}
