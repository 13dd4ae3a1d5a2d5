package compat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Database is where scenarios run. It is made anew for each.
const Database = "compat"

// patience bounds a scenario.
const patience = 30 * time.Second

// setup makes the servers alike, and a table with three rows, t.
var setup = []string{
	"SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'",
	"DROP DATABASE IF EXISTS " + Database,
	"CREATE DATABASE " + Database + " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
	"USE " + Database,
	"CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(50))",
	"INSERT INTO t VALUES (1, 10, 'one'), (2, 20, 'two'), (3, 30, 'three')",
}

// Run runs a scenario on the server at addr, as root without a password, and
// returns what came back: the rows of every result set, and of errors and
// warnings the numbers. Their sentences are the products' own.
func Run(addr string, s Scenario) (string, error) {
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User = "tcp", addr, "root"
	config.AllowNativePasswords, config.Collation = true, "utf8mb4_general_ci"
	pool, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return "", err
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	for _, text := range setup {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return "", fmt.Errorf("%s: %w", text, err)
		}
	}
	var out strings.Builder
	for _, text := range s.Statements {
		fmt.Fprintf(&out, "> %s\n", firstLine(text))
		if err := report(ctx, &out, conn, text); err != nil {
			return "", fmt.Errorf("scenario %q, %s: %w", s.Name, firstLine(text), err)
		}
	}
	return out.String(), nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// report runs a statement and writes what came back.
func report(ctx context.Context, out *strings.Builder, conn *sql.Conn, text string) error {
	if strings.EqualFold(text, "SHOW WARNINGS") {
		return warnings(ctx, out, conn)
	}
	err := results(ctx, out, conn, text)
	var refused *mysql.MySQLError
	switch {
	case errors.As(err, &refused):
		fmt.Fprintln(out, failure(refused))
	case err != nil:
		return err
	}
	return nil
}

// results writes the rows of every result set.
func results(ctx context.Context, out *strings.Builder, conn *sql.Conn, text string) error {
	rows, err := conn.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		if err := result(out, rows); err != nil {
			return err
		}
		if !rows.NextResultSet() {
			return rows.Err()
		}
	}
}

func result(out *strings.Builder, rows *sql.Rows) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		fmt.Fprintln(out, "["+strings.Join(names, " | ")+"]")
	}
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = "NULL"
			if cell.Valid {
				texts[i] = cell.String
			}
		}
		fmt.Fprintln(out, strings.Join(texts, " | "))
	}
	return rows.Err()
}

// warnings writes the numbers of the warnings that the last statement left.
func warnings(ctx context.Context, out *strings.Builder, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SHOW WARNINGS")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var level, message string
		var number int
		if err := rows.Scan(&level, &number, &message); err != nil {
			return err
		}
		if number != mariadbPosition {
			fmt.Fprintf(out, "%s %d\n", strings.ToLower(level), number)
		}
	}
	return rows.Err()
}

// failure is the number and the state of an error, as MySQL has them.
func failure(e *mysql.MySQLError) string {
	if known, ok := mariadbOwn[e.Number]; ok {
		return known
	}
	return fmt.Sprintf("error %d (%s)", e.Number, e.SQLState)
}
