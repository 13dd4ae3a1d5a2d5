package compat

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// manyTypes is a procedure whose first result set has a column of each type.
const manyTypes = `CREATE PROCEDURE many(a INT, b VARCHAR(20))
BEGIN
  DECLARE i INT DEFAULT 0;
  CREATE TEMPORARY TABLE types (t TINYINT, s SMALLINT, m MEDIUMINT, i INT, b BIGINT UNSIGNED, f FLOAT, d DOUBLE, c DECIMAL(10,3),
    y YEAR, dt DATE, ts DATETIME, tf DATETIME(6), ti TIME, v VARCHAR(10), vb VARBINARY(10), e ENUM('x','y'), tx TEXT);
  INSERT INTO types VALUES (-1, -300, 70000, -70000, 18446744073709551615, 1.5, -2.25, 3.125, 2024, '2024-02-29', '2024-02-29 10:11:12',
    '2024-02-29 10:11:12.345678', '-100:11:12', 'text', 'bin', 'y', REPEAT('long', 100));
  INSERT INTO types (t) VALUES (NULL);
  SELECT * FROM types;
  DROP TEMPORARY TABLE types;
  WHILE i < a DO SELECT i AS turn, b AS b; SET i = i + 1; END WHILE;
  SELECT id FROM t WHERE id > 100;
  INSERT INTO t VALUES (a, a, b);
END`

// TestProtocols checks that the result sets of a CALL are the same in the text
// and in the binary protocol, alone and among other statements.
func TestProtocols(t *testing.T) {
	addrs := map[string]func() (string, error){"airglow": airglow}
	if *withMariaDB {
		addrs["mariadb"] = mariadb
	}
	var seen []string
	for name, addr := range addrs {
		t.Run(name, func(t *testing.T) { seen = append(seen, protocols(t, addr)) })
	}
	if len(seen) == 2 && seen[0] != seen[1] {
		t.Errorf("the servers differ:\n%s\n%s", seen[0], seen[1])
	}
}

func protocols(t *testing.T, addr func() (string, error)) string {
	at, err := addr()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(at, Scenario{Statements: []string{"SELECT 1"}}); err != nil {
		t.Fatal(err)
	}
	pool := open(t, "root@tcp("+at+")/"+Database+"?multiStatements=true&charset=utf8mb4")
	must(t, pool, manyTypes)
	must(t, pool, "CREATE PROCEDURE failing(a INT) BEGIN SELECT a; SELECT * FROM nowhere; END")
	text := all(t, pool, "CALL many(10, 'x')")
	binary := all(t, pool, "CALL many(?, ?)", 11, "x")
	if lines := strings.Count(text, "\n"); lines != 12 {
		t.Errorf("%d lines of results:\n%s", lines, text)
	}
	if want := strings.Replace(binary, "10 x\n", "", 1); text != want {
		t.Errorf("text protocol:\n%s\nbinary protocol:\n%s", text, want)
	}
	several := all(t, pool, "SELECT 'before'; CALL many(12, 'x'); SELECT 'between'; CALL many(13, 'x'); SELECT 'after'")
	if !strings.HasPrefix(several, "before\n") || !strings.HasSuffix(several, "after\n") || !strings.Contains(several, "\nbetween\n") {
		t.Errorf("several statements:\n%s", several)
	}
	for _, call := range []string{"CALL failing(1)", "SELECT 1; CALL failing(1)"} {
		if got := outcomeOf(pool, call); got != 1146 {
			t.Errorf("%s ends with %d", call, got)
		}
	}
	if got := all(t, pool, "SELECT ?", 5); got != "5\n" {
		t.Errorf("the connection says %q after errors", got)
	}
	return text
}

// TestProtocolsOverTLS checks the numbering of packets where TLS lies between.
func TestProtocolsOverTLS(t *testing.T) {
	at, err := airglow()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(at, Scenario{Statements: []string{"SELECT 1"}}); err != nil {
		t.Fatal(err)
	}
	pool := open(t, "root@tcp("+at+")/"+Database+"?tls=skip-verify")
	must(t, pool, "CREATE PROCEDURE twice(a INT) BEGIN SELECT a; SELECT a + 1; END")
	for range 3 {
		if got := all(t, pool, "CALL twice(1)"); got != "1\n2\n" {
			t.Errorf("text protocol: %q", got)
		}
		if got := all(t, pool, "CALL twice(?)", 1); got != "1\n2\n" {
			t.Errorf("binary protocol: %q", got)
		}
	}
}

// all returns the rows of all result sets.
func all(t *testing.T, pool *sql.DB, text string, args ...any) string {
	t.Helper()
	rows, err := pool.QueryContext(context.Background(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	var out strings.Builder
	for more := true; more; more = rows.NextResultSet() {
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			cells, into := make([]sql.NullString, len(names)), make([]any, len(names))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for i, cell := range cells {
				fmt.Fprint(&out, map[bool]string{true: " "}[i > 0], cell.String)
			}
			fmt.Fprintln(&out)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out.String()
}
