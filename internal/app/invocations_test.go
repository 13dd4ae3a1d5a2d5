package app_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/bolt"
	"airglow/internal/testkit"
)

// manyCalls is a ledger of so many calls, of which the 77th cannot be read.
func manyCalls(t *testing.T, many int) *testkit.Kit {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger.db")
	store, err := bolt.Open(bolt.Options{Path: path, Bodies: true})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for worker := range 64 {
		all.Go(func() {
			for i := worker; i < many; i += 64 {
				if err := recordBatch(t.Context(), store, i, 1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("attempts")).Put([]byte{0, 0, 0, 0, 0, 0, 0, 77}, []byte(`{"requests":[{"key":"00"}]}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return testkit.Start(t, testkit.InDir(dir))
}

// airglow.invocations is read by its ids: where these say which rows are wanted, the
// others are not read. A record that is damaged costs its row, and a warning.
func TestInvocationsAreReadByID(t *testing.T) {
	const many = 10_000 // more than are read at a time
	kit := manyCalls(t, many)
	conn := openSession(t, kit)
	ask := func(query string) string {
		t.Helper()
		rows, err := conn.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		defer rows.Close()
		var got []string
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			got = append(got, text)
		}
		if err := rows.Err(); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return strings.Join(got, " ")
	}
	if n := ask("SELECT COUNT(*) FROM airglow.invocations"); n != fmt.Sprint(many-1) {
		t.Errorf("%s rows", n)
	}
	var level, text string
	var code int
	if err := conn.QueryRowContext(t.Context(), "SHOW WARNINGS").Scan(&level, &code, &text); err != nil || !strings.Contains(text, "invocation 77 of the ledger cannot be read") {
		t.Errorf("%q, %v", text, err)
	}
	// Whoever reads the damaged record is warned of it, and so the warning tells
	// what was read.
	for _, c := range []struct{ query, want string }{
		{"SELECT id FROM airglow.invocations WHERE id = 500", "500"},
		{"SELECT i.provider FROM airglow.invocations i WHERE i.id = 500", "p"},
		{"SELECT id FROM airglow.invocations ORDER BY id DESC LIMIT 5", "10000 9999 9998 9997 9996"},
		{"SELECT id FROM airglow.invocations ORDER BY id LIMIT 3", "1 2 3"},
		{"SELECT id FROM airglow.invocations WHERE id BETWEEN 75 AND 79", "75 76 78 79"},
		{"SELECT id FROM airglow.invocations WHERE id > 9997 ORDER BY id DESC", "10000 9999 9998"},
		{"SELECT id FROM airglow.invocations WHERE id < 4 ORDER BY id DESC LIMIT 2", "3 2"},
		{"SELECT id FROM airglow.invocations WHERE id IN (5, 9000, 20000)", "5 9000"},
		{"SELECT id FROM airglow.invocations WHERE id IN (5, 9000) ORDER BY id DESC", "9000 5"},
		{"SELECT id FROM airglow.invocations WHERE id = 2.5 OR id < -1 OR id IS NULL", ""},
	} {
		if got := ask(c.query); got != c.want {
			t.Errorf("%s: %s, want %s", c.query, got, c.want)
		}
		wantWarned := "0"
		if strings.Contains(c.query, "BETWEEN 75 AND 79") {
			wantWarned = "1"
		}
		if warned := ask("SHOW COUNT(*) WARNINGS"); warned != wantWarned {
			t.Errorf("%s: %s warnings, want %s: it read more than it was asked for, or less", c.query, warned, wantWarned)
		}
	}
}
