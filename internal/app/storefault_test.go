package app_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/testkit"
)

// faultKit has a function and rows to ask about.
func faultKit(t *testing.T) *testkit.Kit {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", "CREATE FUNCTION d.ask(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'acme.wonder'",
		"CREATE TABLE d.t (id INT PRIMARY KEY, b VARCHAR(100), answer TEXT)")
	var values []string
	for i := range 40 {
		values = append(values, fmt.Sprintf(`(%d,'{"row":%d}',NULL)`, i, i))
	}
	kit.Exec("INSERT INTO d.t VALUES " + strings.Join(values, ","))
	return kit
}

// answers is how many rows have an answer.
func answers(t *testing.T, conn session) (n int) {
	t.Helper()
	if err := conn.QueryRowContext(t.Context(), "SELECT COUNT(answer) FROM d.t").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// When the ledger's disk fails within a statement, the statement fails with a
// sentence that names the file and what to do, and nothing is changed. No answer is
// used that was not recorded. The session lives, and once the disk is well the
// statement goes through: it pays again for what was not recorded, and for that alone.
func TestADiskThatFails(t *testing.T) {
	const update = "UPDATE d.t SET answer = d.ask(b)"
	torn := func(kit *testkit.Kit) error { // half a page, in room that no transaction uses yet
		file, err := os.OpenFile(filepath.Join(kit.Dir, "ledger.db"), os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, err = file.Write(make([]byte, 2000))
			err = errors.Join(err, file.Close())
		}
		return errors.Join(err, syscall.EIO)
	}
	for name, fault := range map[string]func(kit *testkit.Kit) error{
		"full": func(*testkit.Kit) error { return syscall.ENOSPC },
		"torn": torn,
	} {
		for _, healthy := range []int{0, 3, 25} { // transactions before the disk fails
			t.Run(fmt.Sprintf("%s after %d", name, healthy), func(t *testing.T) {
				kit := faultKit(t)
				conn := openSession(t, kit)
				commits := 0
				kit.Disk.Fail(func(commit func() error) error {
					if commits++; commits > healthy {
						return fault(kit)
					}
					return commit()
				})
				run(t, conn.Conn, "SET airglow_max_concurrency = 2")
				err := exhaust(kit.Context(), conn.Conn, update)
				var failure *mysql.MySQLError
				if !errors.As(err, &failure) {
					t.Fatal(err)
				}
				for _, part := range []string{"the ledger", filepath.Join(kit.Dir, "ledger.db"), "see to the disk of the data directory"} {
					if !strings.Contains(failure.Message, part) {
						t.Errorf("%q lacks %q", failure.Message, part)
					}
				}
				sent := kit.Provider.Calls()
				if n := answers(t, conn); n != 0 || sent == 40 {
					t.Errorf("%d rows are changed, %d requests were sent", n, sent)
				}
				kit.Disk.Fail(nil)
				run(t, conn.Conn, update)
				if n, lost := answers(t, conn), kit.Provider.Calls()-40; n != 40 || lost > 2 {
					t.Errorf("%d rows have answers, %d were paid for twice", n, lost)
				}
				if err := kit.Stop(); err != nil { // what is left of a torn write is no damage
					t.Fatal(err)
				}
				kit = testkit.Start(t, testkit.InDir(kit.Dir))
				conn = openSession(t, kit)
				var done int
				if err := conn.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM airglow.invocations WHERE state = 'done'").Scan(&done); err != nil || done != 40 {
					t.Errorf("%d calls are recorded: %v", done, err)
				}
				var states string
				if err := conn.QueryRowContext(t.Context(), "SELECT GROUP_CONCAT(state ORDER BY id) FROM airglow.statements").Scan(&states); err != nil || states != "failed,done" {
					t.Errorf("the statements are %s: %v", states, err)
				}
			})
		}
	}
}

// A disk that takes what is small but no answers has no further call sent, whoever
// makes it, until it takes them again: with airglow_on_error = null, too.
func TestADiskThatFailsHasNothingSent(t *testing.T) {
	kit := faultKit(t)
	conn, other := openSession(t, kit), openSession(t, kit)
	run(t, conn.Conn, "SET airglow_max_concurrency = 2")
	run(t, conn.Conn, "SET airglow_on_error = 'null'")
	commits := 0
	kit.Disk.Fail(func(commit func() error) error {
		if commits++; commits > 5 {
			return syscall.ENOSPC
		}
		return commit()
	})
	run(t, conn.Conn, "UPDATE d.t SET answer = d.ask(b)")
	sent := kit.Provider.Calls()
	if sent > 7 {
		t.Errorf("%d calls were sent", sent)
	}
	if err := exhaust(kit.Context(), other.Conn, `SELECT d.ask('{"other":1}')`); err == nil || !strings.Contains(err.Error(), "nothing was sent") {
		t.Error(err)
	}
	if n := kit.Provider.Calls(); n != sent {
		t.Errorf("%d more calls were sent", n-sent)
	}
	kit.Disk.Fail(nil)
	run(t, other.Conn, `SELECT d.ask('{"other":1}')`)
	var begun int
	if err := conn.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM airglow.invocations WHERE state = 'begun'").Scan(&begun); err != nil || begun != 0 {
		t.Errorf("%d calls are under way for ever: %v", begun, err)
	}
}

// While the disk syncs, nothing is sent and no answer is used; a statement that is
// killed meanwhile ends at once, and what comes after finds its answers.
func TestADiskThatSyncsSlowly(t *testing.T) {
	kit := faultKit(t)
	conn, other := openSession(t, kit), openSession(t, kit)
	held, release := make(chan struct{}, 1), make(chan struct{})
	kit.Disk.Fail(func(commit func() error) error {
		select {
		case held <- struct{}{}:
		default:
		}
		<-release
		return commit()
	})
	done := make(chan error, 1)
	go func() { done <- exhaust(kit.Context(), conn.Conn, "SELECT d.ask('{\"slow\":1}')") }()
	<-held
	select {
	case err := <-done:
		t.Fatalf("the statement ended before its call was durable: %v", err)
	case <-time.After(50 * time.Millisecond): // nothing happens, which no signal tells
	}
	if n := kit.Provider.Calls(); n > 0 {
		t.Fatalf("%d calls were sent before they were durable", n)
	}
	run(t, other.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
	if err := <-done; err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("killed: %v", err)
	}
	close(release)
	kit.Disk.Fail(nil)
	run(t, conn.Conn, "SELECT d.ask('{\"slow\":1}')")
	if n := kit.Provider.Calls(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// An answer is used again for as long as airglow_reuse_max_age says, and no longer.
func TestOldAnswersAreNotUsedAgain(t *testing.T) {
	kit := faultKit(t)
	conn := openSession(t, kit)
	run(t, conn.Conn, "SET airglow_reuse = 'always'")
	ask := func(age int, calls int) {
		t.Helper()
		kit.Provider.Reset()
		run(t, conn.Conn, fmt.Sprintf("SET airglow_reuse_max_age = %d", age))
		run(t, conn.Conn, `SELECT d.ask('{"age":1}')`)
		if n := kit.Provider.Calls(); n != calls {
			t.Errorf("%d calls with airglow_reuse_max_age = %d, want %d", n, age, calls)
		}
	}
	ask(3600, 1)
	ask(3600, 0)
	kit.Clock.Advance(50 * time.Minute)
	ask(3600, 0) // using it makes it no younger
	kit.Clock.Advance(11 * time.Minute)
	ask(0, 0) // any age
	ask(3600, 1)
	ask(60, 0)
	kit.Clock.Advance(8 * 24 * time.Hour)
	ask(604800, 1) // a week, the default
	// A hint has it for one statement, and EXPLAIN counts by it.
	kit.Clock.Advance(time.Hour)
	kit.Provider.Reset()
	run(t, conn.Conn, `SELECT /*+ SET_VAR(airglow_reuse_max_age = 7200) */ d.ask('{"age":1}')`)
	run(t, conn.Conn, "SET airglow_reuse_max_age = 60")
	var text string
	if err := conn.QueryRowContext(t.Context(), `EXPLAIN FORMAT=TREE SELECT d.ask('{"age":1}')`).Scan(&text); err != nil || !strings.Contains(text, "0 answers recorded, 1 call") {
		t.Errorf("%v: %s", err, text)
	}
	if n := kit.Provider.Calls(); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// A budget's period ends by the server's clock.
func TestABudgetResets(t *testing.T) {
	kit := faultKit(t)
	conn := openSession(t, kit)
	kit.Exec("CALL airglow.set_budget('everywhere', '', 'day', 'calls', 1)")
	run(t, conn.Conn, `SELECT d.ask('{"n":1}')`)
	if err := exhaust(kit.Context(), conn.Conn, `SELECT d.ask('{"n":2}')`); !isOverBudget(err) {
		t.Error(err)
	}
	kit.Clock.Advance(24 * time.Hour)
	run(t, conn.Conn, `SELECT d.ask('{"n":2}')`)
	if err := exhaust(kit.Context(), conn.Conn, `SELECT d.ask('{"n":3}')`); !isOverBudget(err) {
		t.Error(err)
	}
}
