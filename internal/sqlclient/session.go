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
	"strings"
	"time"
	"unicode"

	"github.com/go-sql-driver/mysql"
)

// maxSourceDepth bounds scripts that run scripts.
const maxSourceDepth = 16

// session runs scripts over one connection and prints.
type session struct {
	conn    *sql.Conn
	options Options
	out     *bufio.Writer
	errOut  io.Writer
	now     func() time.Time
	// at is the place of the statement that runs; depth counts the files that
	// run each other to get there.
	at    where
	depth int
	// failed is true once anything failed; over once nothing more is to run.
	failed, over bool
}

// script runs a script; file is its name, empty for the one that was given.
func (s *session) script(ctx context.Context, text, file string) {
	statements, err := split(text)
	for i, st := range statements {
		if s.over {
			return
		}
		next := ""
		if i+1 < len(statements) {
			next = statements[i+1].text
		}
		s.at = where{line: st.line, file: file, next: next}
		s.step(ctx, st)
	}
	var mistake *scriptError
	if errors.As(err, &mistake) && !s.over {
		s.at = where{line: mistake.line, file: file}
		s.fail(errors.New(mistake.text))
		s.over = true
	}
}

// where is a statement's place in its script.
type where struct {
	line int
	file string
	// next is the text of the statement that follows.
	next string
}

func (w where) String() string {
	if w.file != "" {
		return fmt.Sprintf("at line %d in file %s", w.line, w.file)
	}
	return fmt.Sprintf("at line %d", w.line)
}

// step runs one statement or command.
func (s *session) step(ctx context.Context, st statement) {
	switch st.command {
	case quit:
		s.over = true
	case source:
		s.source(ctx, st.text)
	default:
		if s.options.Echo {
			s.echo(st)
		}
		if err := s.statement(ctx, st); err != nil {
			s.fail(err)
		}
	}
}

func (s *session) source(ctx context.Context, path string) {
	text, err := os.ReadFile(path)
	if err == nil && s.depth == maxSourceDepth {
		err = fmt.Errorf("SOURCE %s: files run each other more than %d deep", path, maxSourceDepth)
	}
	if err != nil {
		s.fail(err)
		return
	}
	s.depth++
	s.script(ctx, string(text), path)
	s.depth--
}

// echo prints a statement as a prompt and its continuation would show it.
func (s *session) echo(st statement) {
	end := ";"
	if st.vertical {
		end = `\G`
	}
	s.print(st.comment + "mysql> " + strings.ReplaceAll(st.text+end, "\n", "\n    -> ") + "\n")
}

// flush writes what was printed. Nothing can be told where output cannot be
// written, so that its failure only ends the script as failed.
func (s *session) flush() {
	if s.out.Flush() != nil {
		s.failed = true
	}
}

// fail reports a failure and decides whether the script goes on.
func (s *session) fail(err error) {
	s.flush()
	s.failed = true
	s.over = s.over || !s.options.Force
	var refused *mysql.MySQLError
	switch {
	case errors.As(err, &refused):
		fmt.Fprintf(s.errOut, "ERROR %d (%s) %s: %s\n", refused.Number, refused.SQLState[:], s.at, refused.Message)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		s.over = true
		fmt.Fprintf(s.errOut, "ERROR 1317 (70100) %s: interrupted\n", s.at)
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, sql.ErrConnDone):
		s.over = true
		fmt.Fprintf(s.errOut, "ERROR 2013 (HY000) %s: the connection to the server is lost\n", s.at)
	default:
		fmt.Fprintf(s.errOut, "ERROR %s: %v\n", s.at, err)
	}
}

func (s *session) print(text string) { _, _ = s.out.WriteString(text) } // Flush reports

// statement sends SQL and prints what comes back.
func (s *session) statement(ctx context.Context, st statement) error {
	start := s.now()
	send := s.query
	if countsRows(st.text) {
		send = s.exec
	}
	what, err := send(ctx, st, start)
	if err != nil {
		return err
	}
	return s.footer(ctx, what, s.now().Sub(start))
}

// exec runs a statement that gives no rows and returns its footer.
func (s *session) exec(ctx context.Context, st statement, _ time.Time) (footer string, err error) {
	result, err := s.conn.ExecContext(ctx, st.text)
	if err != nil {
		return "", err
	}
	n, err := result.RowsAffected()
	if keyword(st.text) == "USE" {
		return "Database changed", err
	}
	return fmt.Sprintf("Query OK, %s affected", count(int(n), "row")), err
}

// query runs a statement that may give rows, prints them, and returns the last
// result's footer.
func (s *session) query(ctx context.Context, st statement, start time.Time) (footer string, err error) {
	rows, err := s.conn.QueryContext(ctx, st.text)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	return s.results(rows, st.vertical, start)
}

// results prints every result set, and every footer but the last, which it
// returns.
func (s *session) results(rows *sql.Rows, vertical bool, start time.Time) (last string, err error) {
	for first := true; first || rows.NextResultSet(); first = false {
		columns, err := columnsOf(rows)
		if err != nil {
			return "", err
		}
		if len(columns) == 0 {
			continue
		}
		if last != "" {
			s.printFooter(last, 0, s.now().Sub(start))
		}
		if last, err = s.result(rows, columns, vertical); err != nil {
			return "", err
		}
	}
	if last == "" {
		last = "Query OK"
	}
	return last, rows.Err()
}

// result prints one result set and returns its footer.
func (s *session) result(rows *sql.Rows, columns []column, vertical bool) (footer string, err error) {
	set := resultSet{columns: columns}
	types, err := rows.ColumnTypes()
	if err != nil {
		return "", err
	}
	if s.options.Batch && !vertical {
		s.print(batchLine(names(columns)))
	}
	n := 0
	for ; rows.Next(); n++ {
		row, err := scan(rows, types)
		if err != nil {
			return "", err
		}
		if s.options.Batch && !vertical {
			s.print(batchLine(row))
			continue
		}
		set.rows = append(set.rows, row)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	switch {
	case n == 0:
		return "Empty set", nil
	case vertical:
		s.print(set.vertical())
	case !s.options.Batch:
		s.print(set.table())
	}
	return count(n, "row") + " in set", nil
}

func columnsOf(rows *sql.Rows) ([]column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]column, len(types))
	for i, t := range types {
		columns[i] = column{name: t.Name(), numeric: isNumeric(t.DatabaseTypeName())}
	}
	return columns, nil
}

func names(columns []column) []cell {
	cells := make([]cell, len(columns))
	for i, c := range columns {
		cells[i] = cell{text: c.name}
	}
	return cells
}

func scan(rows *sql.Rows, types []*sql.ColumnType) ([]cell, error) {
	values, places := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		places[i] = &values[i]
	}
	if err := rows.Scan(places...); err != nil {
		return nil, err
	}
	row := make([]cell, len(types))
	for i, v := range values {
		row[i] = cellOf(v, types[i].DatabaseTypeName())
	}
	return row, nil
}

// footer prints what a statement did and how long it took, with its warnings.
func (s *session) footer(ctx context.Context, what string, took time.Duration) error {
	warnings, err := s.warnings(ctx)
	if err != nil {
		return err
	}
	s.printFooter(what, len(warnings), took)
	if s.options.ShowWarnings {
		for _, w := range warnings {
			s.print(w + "\n")
		}
		if len(warnings) > 0 && !s.options.Batch {
			s.print("\n")
		}
	}
	return s.out.Flush()
}

func (s *session) printFooter(what string, warnings int, took time.Duration) {
	if s.options.Batch {
		return
	}
	if warnings > 0 {
		what += ", " + count(warnings, "warning")
	}
	s.print(fmt.Sprintf("%s (%.2f sec)\n\n", what, took.Seconds()))
}

// warnings asks for the last statement's warnings; the driver does not keep
// their number. It does not ask where nothing would show them, nor where the
// next statement wants figures about the last one, which asking would change.
func (s *session) warnings(ctx context.Context) ([]string, error) {
	next := strings.ToLower(s.at.next)
	if s.options.Batch && !s.options.ShowWarnings ||
		strings.Contains(next, "row_count") || strings.Contains(next, "found_rows") {
		return nil, nil
	}
	rows, err := s.conn.QueryContext(ctx, "SHOW WARNINGS")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var warnings []string
	for rows.Next() {
		var level, code, message string
		if err := rows.Scan(&level, &code, &message); err != nil {
			return nil, err
		}
		text := strings.Join(lines(cell{text: message}), "\n")
		warnings = append(warnings, fmt.Sprintf("%s (Code %s): %s", level, code, text))
	}
	return warnings, rows.Err()
}

// countsRows reports whether a statement gives a number of rows and never rows.
// For all others rows are asked for, so that none is lost.
func countsRows(text string) bool {
	switch keyword(text) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "CREATE", "ALTER", "DROP", "TRUNCATE", "RENAME",
		"SET", "USE", "GRANT", "REVOKE", "BEGIN", "START", "COMMIT", "ROLLBACK", "PREPARE", "DEALLOCATE":
		return true
	}
	return false
}

// keyword is a statement's first word in upper case, comments skipped.
func keyword(text string) string {
	for n := commentLength(text); n > 0 && !isCode(text); n = commentLength(text) {
		text = strings.TrimSpace(text[n:])
	}
	end := strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
	if end >= 0 {
		text = text[:end]
	}
	return strings.ToUpper(text)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
