package app_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"airglow/internal/config"
	"airglow/internal/testkit"
)

// TestKillEndsComputing: the built-in models compute on every core, and end as
// soon as those that wait for an answer do.
func TestKillEndsComputing(t *testing.T) {
	kit := testkit.Start(t, func(c *config.Config) { c.Models = []config.ModelRule{{Match: "*", Provider: "builtin"}} })
	kit.Exec("CREATE DATABASE d", declareClaude, "CREATE TABLE d.t (id INT PRIMARY KEY, v TEXT)")
	for i := range 40 {
		kit.Exec(fmt.Sprintf("INSERT INTO d.t VALUES (%d, '%s')", i, announcements(i)))
	}
	killer := openSession(t, kit)
	for _, s := range []struct{ name, ask string }{
		{"summaries", "Please summarize the following description in 300 characters or less. "},
		{"groups", "Please categorize and tell me what kind of services improvement being talked about based on the following content. "},
	} {
		t.Run(s.name, func(t *testing.T) {
			conn := openSession(t, kit)
			for range 5 {
				done := conn.begin(kit.Context(), `SELECT d.claude(JSON_OBJECT('anthropic_version', 'bedrock-2023-05-31', 'max_tokens', 500,
					'messages', JSON_ARRAY(JSON_OBJECT('role', 'user', 'content', CONCAT('`+s.ask+`', v))))) FROM d.t`)
				waitComputing(t, kit, done)
				killed := processorTime(t)
				run(t, killer.Conn, fmt.Sprintf("KILL QUERY %d", conn.id))
				err := <-done
				took := (processorTime(t) - killed) / time.Duration(runtime.GOMAXPROCS(0))
				wantError(t, err, 1317, "70100", "Query execution was interrupted")
				if took > stopLimit {
					t.Errorf("every core computed for %s after the KILL", took)
				}
				waitNothingLeft(t, kit)
			}
		})
	}
}

// processorTime is how long the process has computed, on all cores together. Where
// other programs have the cores, too, the clock on the wall would measure those.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

const declareClaude = `CREATE FUNCTION d.claude(r LONGTEXT) RETURNS LONGTEXT ALIAS AWS_BEDROCK_INVOKE_MODEL
	MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0' CONTENT_TYPE 'application/json' ACCEPT 'application/json'`

// announcements is a text of a hundred sentences, some seconds of computing.
func announcements(n int) string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "The %s of service %d now %s in region %d for all of its customers. ",
			[]string{"storage", "queue", "console", "network", "database"}[i%5], n*100+i,
			[]string{"encrypts data", "answers faster", "costs less", "scales by itself"}[i%4], i)
	}
	return b.String()
}

// waitComputing waits until a built-in model computes on every core.
func waitComputing(t *testing.T, kit *testkit.Kit, done <-chan error) {
	t.Helper()
	ctx := kit.Context()
	stacks := make([]byte, 4<<20)
	for {
		all := string(stacks[:runtime.Stack(stacks, true)])
		if strings.Count(all, "encoder.(*network).run(") >= runtime.GOMAXPROCS(0) {
			return
		}
		select {
		case err := <-done:
			t.Fatalf("the statement ended: %v", err)
		case <-ctx.Done():
			t.Fatalf("nothing computes:\n%s", all)
		default:
		}
	}
}
