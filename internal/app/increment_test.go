package app_test

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"airglow/internal/testkit"
)

// TestEveryIncrementCounts: sessions that count in the same rows at once, each
// in its own way of committing, lose nothing and are told of no conflict.
func TestEveryIncrementCounts(t *testing.T) {
	const sessions, times = 24, 10
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.bare (n INT)", "INSERT INTO d.bare VALUES (0)",
		"CREATE TABLE d.t (id INT PRIMARY KEY, n INT, seen INT)", "INSERT INTO d.t VALUES (1, 0, 0)",
		"CREATE PROCEDURE d.p() UPDATE d.t SET n = n + 1, seen = n")
	ways := []func(db *sql.DB) error{
		func(db *sql.DB) error { _, err := db.Exec("UPDATE d.bare SET n = n + 1"); return err },
		func(db *sql.DB) error { _, err := db.Exec("CALL d.p()"); return err },
		func(db *sql.DB) error {
			_, err := db.Exec("UPDATE d.t SET n = n + ?, seen = n WHERE id = ?", 1, 1)
			return err
		},
		func(db *sql.DB) error {
			_, err := db.Exec("INSERT INTO d.t VALUES (1, 0, 0) ON DUPLICATE KEY UPDATE n = n + 1, seen = n")
			return err
		},
	}
	db := kit.DB("root", "")
	var all sync.WaitGroup
	for i := range sessions {
		all.Go(func() {
			for range times {
				if err := ways[i%len(ways)](db); err != nil {
					t.Errorf("way %d: %v", i%len(ways), err)
				}
			}
		})
	}
	all.Wait()
	var bare, n, seen int
	if err := db.QueryRow("SELECT b.n, t.n, t.seen FROM d.bare b, d.t t").Scan(&bare, &n, &seen); err != nil {
		t.Fatal(err)
	}
	each := sessions * times / len(ways)
	if got, want := fmt.Sprint(bare, n, seen), fmt.Sprint(each, 3*each, 3*each); got != want {
		t.Errorf("counted %s, want %s", got, want)
	}
}
