package clients

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	crashRounds  = 3
	crashWriters = 4
	batchRows    = 3
)

// TestKillDuringWrites kills the server while several connections write, at a
// random number of acknowledged transactions, and starts it again: every
// acknowledged row is there, and no transaction is there in part.
func TestKillDuringWrites(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	s := start(t, setup{})
	must(t, s.root(t), "CREATE DATABASE d",
		"CREATE TABLE d.single (id BIGINT PRIMARY KEY, v VARCHAR(40))",
		"CREATE TABLE d.batch (batch BIGINT, n INT, PRIMARY KEY (batch, n))")
	acknowledged := &ledger{single: map[int64]bool{}, batch: map[int64]bool{}}
	for round := range crashRounds {
		crashAfter := 20 + random.IntN(200)
		w := &writing{ledger: acknowledged, next: int64(round+1) * 1_000_000, enough: make(chan struct{}), left: crashAfter}
		w.run(t, s)
		t.Logf("round %d: killed after %d acknowledgements", round+1, crashAfter)
		s = s.restart(t, setup{})
		acknowledged.check(t, s.root(t))
	}
	// What is written after the last crash must not be in the way of a clean end.
	must(t, s.root(t), "INSERT INTO d.single VALUES (1, 'after')")
	s.stop(t)
	acknowledged.check(t, s.restart(t, setup{}).root(t))
}

// ledger is what the server has acknowledged.
type ledger struct {
	mu            sync.Mutex
	single, batch map[int64]bool
}

func (l *ledger) check(t testing.TB, db *sql.DB) {
	t.Helper()
	have := map[string]bool{}
	for _, id := range strings.Fields(rows(t, db, "SELECT id FROM d.single")) {
		have[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(l.single)) {
		if !have[fmt.Sprint(id)] {
			t.Errorf("row %d was acknowledged and is gone", id)
		}
	}
	whole := map[string]bool{}
	for _, found := range strings.Fields(rows(t, db, "SELECT batch, COUNT(*) FROM d.batch GROUP BY batch")) {
		batch, count, _ := strings.Cut(found, "|")
		whole[batch] = true
		if count != fmt.Sprint(batchRows) {
			t.Errorf("transaction %s left %s of its %d rows", batch, count, batchRows)
		}
	}
	for _, batch := range slices.Sorted(maps.Keys(l.batch)) {
		if !whole[fmt.Sprint(batch)] {
			t.Errorf("transaction %d was acknowledged and is gone", batch)
		}
	}
}

// writing is one round of writes, until enough of them were acknowledged.
type writing struct {
	*ledger
	next   int64
	left   int
	enough chan struct{}
}

// run writes from several connections and kills the server in their midst.
func (w *writing) run(t testing.TB, s *server) {
	t.Helper()
	var writers sync.WaitGroup
	db := s.root(t)
	for i := range crashWriters {
		conn := session(t, db)
		write := w.single1
		if i%2 == 1 {
			write = w.batch1
		}
		writers.Add(1)
		go func() {
			defer writers.Done()
			for write(conn) {
			}
		}()
	}
	receive(t, "the acknowledgements", w.enough)
	s.kill(t)
	writers.Wait()
}

// take returns a number that no other write has.
func (w *writing) take() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	return w.next
}

func (w *writing) acknowledge(in map[int64]bool, id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in[id] = true
	if w.left--; w.left == 0 {
		close(w.enough)
	}
}

// single1 writes one row. It is false when the connection is gone.
func (w *writing) single1(conn *sql.Conn) bool {
	id := w.take()
	if _, err := conn.ExecContext(context.Background(), "INSERT INTO d.single VALUES (?, 'text')", id); err != nil {
		return false
	}
	w.acknowledge(w.single, id)
	return true
}

// batch1 writes one transaction of several statements.
func (w *writing) batch1(conn *sql.Conn) bool {
	id := w.take()
	tx, err := conn.BeginTx(context.Background(), nil)
	if err != nil {
		return false
	}
	defer tx.Rollback() // ends it where it was not committed; nothing otherwise
	for n := range batchRows {
		if _, err := tx.Exec("INSERT INTO d.batch VALUES (?, ?)", id, n); err != nil {
			return false
		}
	}
	if err := tx.Commit(); err != nil {
		return false
	}
	w.acknowledge(w.batch, id)
	return true
}

// TestKillAfterDefinitions: definitions and accounts are as durable as rows.
func TestKillAfterDefinitions(t *testing.T) {
	s := start(t, setup{})
	must(t, session(t, s.root(t)), "CREATE DATABASE d", "USE d", askFunction,
		"CREATE USER ada@localhost IDENTIFIED BY 'pw'", "GRANT EXECUTE ON FUNCTION d.ask TO ada@localhost",
		"CREATE VIEW d.v AS SELECT 1 AS one", "CREATE PROCEDURE d.p() SELECT 2")
	s.kill(t)
	again := s.restart(t, setup{})
	db := again.root(t)
	contains(t, "the function", rows(t, db, "SHOW CREATE FUNCTION d.ask"), "anthropic.claude-3-haiku-20240307-v1:0")
	contains(t, "the grant", rows(t, db, "SHOW GRANTS FOR ada@localhost"), "GRANT EXECUTE ON FUNCTION `d`.`ask` TO `ada`@`localhost`")
	same(t, "the view", rows(t, open(t, again.driverConfig(account{database: "d"})), "SELECT * FROM v"), "1")
	same(t, "the procedure", rows(t, db, "CALL d.p()"), "2")
	same(t, "the account", rows(t, open(t, again.driverConfig(account{name: "ada", password: "pw"})), "SELECT 3"), "3")
}
