package feed

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"strings"
)

// database is a server with one table that understands the statements of this
// package. It refuses a value that the column has no room for, as strict SQL
// does, and keeps what it was sent.
type database struct {
	columns []string // of the table; none when it does not exist
	rows    []item
	undo    []item
	sent    []string
	failing string // a statement that begins so fails
}

var widths = map[string][2]int64{"title": {20, 80}, "link": {60, 240}, "description": {0, 40}}

func (d *database) Connect(context.Context) (driver.Conn, error) { return conn{d}, nil }
func (d *database) Driver() driver.Driver                        { return nil }

type conn struct{ *database }

func (conn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not used") }
func (conn) Close() error                        { return nil }
func (c conn) Begin() (driver.Tx, error) {
	c.undo = slices.Clone(c.rows)
	return tx(c), nil
}

type tx struct{ *database }

func (tx) Commit() error { return nil }
func (t tx) Rollback() error {
	t.rows = t.undo
	return nil
}

func (c conn) note(query string) error {
	c.sent = append(c.sent, query)
	if c.failing != "" && strings.HasPrefix(query, c.failing) {
		return errors.New("refused")
	}
	return nil
}

func (c conn) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.note(query); err != nil {
		return nil, err
	}
	text := func(i int) string { return args[i].Value.(string) }
	switch {
	case strings.HasPrefix(query, "CREATE TABLE IF NOT EXISTS `demo`.`t_feed`"):
		c.columns = []string{"ID", "TITLE", "LINK", "DESCRIPTION"}
	case strings.HasPrefix(query, "INSERT INTO `demo`.`t_feed` (title, link, description)"):
		c.rows = append(c.rows, item{title: text(0), link: text(1), description: text(2)})
	case strings.HasPrefix(query, "UPDATE `demo`.`t_feed` SET title = ?, description = ? WHERE link = ?"):
		for i, row := range c.rows {
			if strings.EqualFold(row.link, text(2)) && row.title == text(3) && row.description == text(4) {
				c.rows[i].title, c.rows[i].description = text(0), text(1)
			}
		}
	default:
		return nil, errors.New("unknown statement " + query)
	}
	for _, row := range c.rows {
		if len([]rune(row.title)) > 20 || len([]rune(row.link)) > 60 || len(row.description) > 40 {
			return nil, errors.New("data too long")
		}
	}
	return driver.RowsAffected(1), nil
}

func (c conn) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.note(query); err != nil {
		return nil, err
	}
	found := &rows{}
	switch {
	case strings.Contains(query, "information_schema.columns"):
		if args[0].Value != "demo" || args[1].Value != "t_feed" {
			break
		}
		for _, column := range c.columns {
			w := widths[strings.ToLower(column)]
			found.values = append(found.values, []driver.Value{column, w[0], w[1]})
		}
	case strings.HasPrefix(query, "SELECT link, title, description FROM `demo`.`t_feed` WHERE link IN (?"):
		for _, row := range c.rows {
			if slices.ContainsFunc(args, func(a driver.NamedValue) bool { return strings.EqualFold(a.Value.(string), row.link) }) {
				found.values = append(found.values, []driver.Value{row.link, nullable(row.title), row.description})
			}
		}
	default:
		return nil, errors.New("unknown query " + query)
	}
	return found, nil
}

// nullable stores the empty text as NULL, as another program may have.
func nullable(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

type rows struct{ values [][]driver.Value }

func (r *rows) Columns() []string { return make([]string, 3) }
func (r *rows) Close() error      { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if len(r.values) == 0 {
		return io.EOF
	}
	copy(dest, r.values[0])
	r.values = r.values[1:]
	return nil
}
