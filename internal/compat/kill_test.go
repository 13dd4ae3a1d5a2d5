package compat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// limit is how long an interrupted procedure may go on.
const limit = 100 * time.Millisecond

// endless are bodies that only a KILL ends.
var endless = map[string]string{
	"handler": `BEGIN DECLARE i INT DEFAULT 0; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET i = i + 1;
		LOOP SET i = i + 1; END LOOP; END`,
	"handlers of all kinds": `BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; DECLARE CONTINUE HANDLER FOR 1317 BEGIN END;
		DECLARE CONTINUE HANDLER FOR SQLSTATE '70100' BEGIN END; LOOP INSERT INTO t VALUES (1, 1, 'dup'); END LOOP; END`,
	"statements": `BEGIN LOOP UPDATE t SET n = n + 1 WHERE id = 1; END LOOP; END`,
	"empty":      `l: LOOP ITERATE l; END LOOP`,
	"while":      `WHILE TRUE DO BEGIN END; END WHILE`,
	"sleep":      `BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; LOOP DO SLEEP(100); END LOOP; END`,
	"nested":     `BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; LOOP CALL turn(); END LOOP; END`,
}

func TestKillEndsALoop(t *testing.T) {
	addr, err := airglow()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(addr, Scenario{Statements: []string{"SELECT 1"}}); err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("mysql", "root@tcp("+addr+")/"+Database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	must(t, pool, "CREATE PROCEDURE turn() BEGIN DECLARE i INT DEFAULT 0; WHILE i < 10 DO SET i = i + 1; END WHILE; END")
	for name, body := range endless {
		t.Run(name, func(t *testing.T) {
			must(t, pool, "DROP PROCEDURE IF EXISTS endless")
			must(t, pool, "CREATE PROCEDURE endless() "+body)
			kill(t, pool)
		})
	}
}

// kill runs the procedure until it is at work, kills it, and checks how it ends.
func kill(t *testing.T, pool *sql.DB) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pool.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var id int
	if err := conn.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := conn.ExecContext(ctx, "CALL endless()")
		ended <- err
	}()
	for running := 0; running == 0; {
		row := pool.QueryRowContext(ctx, "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ? AND info LIKE 'CALL%'", id)
		if err := row.Scan(&running); err != nil {
			t.Fatal(err)
		}
	}
	killed := time.Now()
	must(t, pool, fmt.Sprintf("KILL QUERY %d", id))
	err = <-ended
	took := time.Since(killed)
	var refused *mysql.MySQLError
	if !errors.As(err, &refused) || refused.Number != 1317 {
		t.Errorf("ended with %v, want 1317", err)
	}
	if took > limit {
		t.Errorf("went on for %s", took)
	}
}

func must(t testing.TB, pool *sql.DB, text string) {
	t.Helper()
	if _, err := pool.Exec(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
