package compat

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// TestSecurity checks whose privileges count in a body.
func TestSecurity(t *testing.T) {
	t.Run("airglow", func(t *testing.T) { security(t, airglow) })
	if *withMariaDB {
		t.Run("mariadb", func(t *testing.T) { security(t, mariadb) })
	}
}

func security(t *testing.T, addr func() (string, error)) {
	at, err := addr()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(at, Scenario{Statements: []string{"SELECT 1"}}); err != nil {
		t.Fatal(err)
	}
	root := open(t, "root@tcp("+at+")/"+Database)
	for _, text := range []string{
		"DROP USER IF EXISTS caller@'%', gone@'%', weak@'%'",
		"CREATE USER caller@'%' IDENTIFIED BY 'secret'",
		"CREATE USER gone@'%' IDENTIFIED BY 'secret'",
		"CREATE USER weak@'%' IDENTIFIED BY 'secret'",
		"GRANT EXECUTE ON " + Database + ".* TO caller@'%'",
		"GRANT EXECUTE ON " + Database + ".* TO weak@'%'",
		"CREATE PROCEDURE definers() SELECT COUNT(*) FROM t",
		"CREATE PROCEDURE invokers() SQL SECURITY INVOKER SELECT COUNT(*) FROM t",
		"CREATE DEFINER = gone@'%' PROCEDURE orphan() SELECT 1",
		"CREATE DEFINER = weak@'%' PROCEDURE weak() SELECT COUNT(*) FROM t",
		"CREATE PROCEDURE through() CALL invokers()",
		"CREATE PROCEDURE dynamic() BEGIN PREPARE s FROM 'SELECT COUNT(*) FROM t'; EXECUTE s; DEALLOCATE PREPARE s; END",
		"CREATE PROCEDURE failing() BEGIN SELECT COUNT(*) FROM t; SELECT * FROM nowhere; END",
		"DROP USER gone@'%'",
	} {
		must(t, root, text)
	}
	caller := open(t, "caller:secret@tcp("+at+")/"+Database)
	for _, c := range []struct {
		name, call string
		as         *sql.DB
		want       uint16
	}{
		{"a definer's rights", "CALL definers()", caller, 0},
		{"a caller's rights", "CALL invokers()", caller, 1142},
		{"the definer's rights go with nested calls", "CALL through()", caller, 0},
		{"the definer's rights go with dynamic statements", "CALL dynamic()", caller, 0},
		{"the rights end with the call", "CALL invokers()", caller, 1142},
		{"the rights end with a call that fails", "CALL failing()", caller, 1146},
		{"after the call that failed", "SELECT COUNT(*) FROM t", caller, 1142},
		{"a definer that is gone", "CALL orphan()", caller, 1449},
		{"a definer with fewer rights", "CALL weak()", root, 1142},
		{"after the definer with fewer rights", "SELECT COUNT(*) FROM t", root, 0},
	} {
		if got := outcomeOf(c.as, c.call); got != c.want {
			t.Errorf("%s: %s gives %d, want %d", c.name, c.call, got, c.want)
		}
	}
}

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	pool.SetMaxOpenConns(1)
	t.Cleanup(func() { pool.Close() })
	return pool
}

// outcomeOf is the number of the error that a statement ends with, 0 for none.
func outcomeOf(pool *sql.DB, text string) uint16 {
	rows, err := pool.QueryContext(context.Background(), text)
	if err == nil {
		defer rows.Close()
		for more := true; more; more = rows.NextResultSet() {
			for rows.Next() {
			}
		}
		err = rows.Err()
	}
	var refused *mysql.MySQLError
	switch {
	case errors.As(err, &refused):
		return refused.Number
	case err != nil:
		return 1
	}
	return 0
}
