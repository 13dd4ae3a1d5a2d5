package compat

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
)

// benchmarkRows is the number of turns of the loop in one CALL.
const benchmarkRows = 500

// loop is the body that is measured: a turn is a FETCH, three SETs and an UPDATE
// by key.
const loop = `CREATE PROCEDURE work()
BEGIN
  DECLARE k, v, a, b, done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id, n FROM w ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  l: LOOP
    FETCH c INTO k, v;
    IF done THEN LEAVE l; END IF;
    SET a = v + 1;
    SET b = a * 2;
    SET v = b - a;
    UPDATE w SET n = v WHERE id = k;
  END LOOP;
  CLOSE c;
END`

// BenchmarkCursorLoop measures one turn of a cursor loop, on this server and,
// with -mariadb, on MariaDB.
func BenchmarkCursorLoop(b *testing.B) {
	b.Run("airglow", func(b *testing.B) { benchmarkServer(b, airglow) })
	if *withMariaDB {
		b.Run("mariadb", func(b *testing.B) { benchmarkServer(b, mariadb) })
	}
}

func benchmarkServer(b *testing.B, addr func() (string, error)) {
	at, err := addr()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := Run(at, Scenario{Statements: []string{"SELECT 1"}}); err != nil {
		b.Fatal(err)
	}
	pool, err := sql.Open("mysql", "root@tcp("+at+")/"+Database)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	must(b, pool, "CREATE TABLE w (id INT PRIMARY KEY, n INT)")
	for i := range benchmarkRows {
		must(b, pool, fmt.Sprintf("INSERT INTO w VALUES (%d, %d)", i, i))
	}
	must(b, pool, loop)
	b.Run("autocommit", func(b *testing.B) { turns(b, pool, "CALL work()") })
	b.Run("transaction", func(b *testing.B) { turns(b, pool, "START TRANSACTION", "CALL work()", "COMMIT") })
}

// turns runs whole CALLs and reports the time of a turn.
func turns(b *testing.B, pool *sql.DB, statements ...string) {
	ctx := context.Background()
	conn, err := pool.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for b.Loop() {
		for _, text := range statements {
			if _, err := conn.ExecContext(ctx, text); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchmarkRows, "µs/turn")
}
