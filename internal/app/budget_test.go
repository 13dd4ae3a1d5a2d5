package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/app"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// budgetKit is a server with the function d.ask, which calls a model at $10 for a
// million tokens of input and $10 of output, and a table of rows.
func budgetKit(t *testing.T, rows int, options ...testkit.Option) *testkit.Kit {
	kit := testkit.Start(t, options...)
	kit.Exec("CREATE DATABASE d", "USE d",
		"CREATE FUNCTION ask(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'acme.wonder'",
		"CREATE TABLE t (id INT PRIMARY KEY, b VARCHAR(100), answer TEXT)",
		"CALL airglow.set_price('acme.wonder', 10, 10)")
	var values []string
	for i := range rows {
		values = append(values, fmt.Sprintf(`(%d,'{"row":%d,"max_tokens":100}',NULL)`, i, i))
	}
	kit.Exec("INSERT INTO d.t VALUES " + strings.Join(values, ","))
	return kit
}

// meter is a service that bills what it is asked, at its highest.
type meter struct{ calls, tokens atomic.Int64 }

func (m *meter) answer(ctx context.Context, req model.Request) (model.Response, error) {
	m.calls.Add(1)
	u := model.Usage{Known: true, InputTokens: int64(len(req.Body)), OutputTokens: 100}
	m.tokens.Add(u.InputTokens + u.OutputTokens)
	select {
	case <-time.After(time.Millisecond):
	case <-ctx.Done():
		return model.Response{}, ctx.Err()
	}
	return model.Response{Body: req.Body, Usage: u}, nil
}

// isOverBudget reports whether a statement failed with a budget.
func isOverBudget(err error) bool {
	var failure *mysql.MySQLError
	return errors.As(err, &failure) && failure.Number == 63986 && strings.Contains(failure.Message, "leaves no room")
}

// However many sessions call at once, the service never sees a call that would
// pass a budget. A budget that is raised lets the statement go on where it stopped,
// and a restart forgets nothing of what was spent.
func TestManySessionsNeverPassABudget(t *testing.T) {
	const sessions, rows, calls = 8, 60, 100
	kit := budgetKit(t, rows)
	m := &meter{}
	kit.Provider.AnswerContext(m.answer)
	kit.Exec(fmt.Sprintf("CALL airglow.set_budget('everywhere', '', 'month', 'calls', %d)", calls),
		"CALL airglow.set_budget('user', 'root@localhost', 'month', 'tokens', 1000000)",
		"CALL airglow.set_budget('database', 'd', 'month', 'dollars', 10)")
	var group sync.WaitGroup
	var over atomic.Int64
	for s := range sessions {
		conn := openSession(t, kit)
		group.Go(func() {
			run(t, conn.Conn, "USE d")
			// Each asks for rows of its own.
			err := exhaust(kit.Context(), conn.Conn, fmt.Sprintf(`SELECT ask(CONCAT('{"session":%d,"max_tokens":100,"of":', b, '}')) FROM t`, s))
			if isOverBudget(err) {
				over.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if m.calls.Load() != calls || over.Load() == 0 {
		t.Errorf("the service saw %d calls, and %d sessions were refused", m.calls.Load(), over.Load())
	}
	conn := openSession(t, kit)
	spent := func(unit string) (n float64) {
		t.Helper()
		if err := conn.QueryRowContext(kit.Context(), "SELECT spent FROM airglow.budgets WHERE unit = ? AND reserved = 0", unit).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	check := func() {
		t.Helper()
		tokens, dollars := float64(m.tokens.Load()), spent("dollars")
		if spent("calls") != float64(m.calls.Load()) || spent("tokens") != tokens || dollars < tokens*1e-5-1e-9 || dollars > tokens*1e-5+1e-9 {
			t.Errorf("%v calls, %v tokens, $%v are spent; the service saw %d, %v", spent("calls"), spent("tokens"), dollars, m.calls.Load(), tokens)
		}
	}
	check()

	// A rerun makes the calls that are left.
	run(t, conn.Conn, "USE d")
	update := "UPDATE d.t SET answer = d.ask(b)"
	kit.Exec(fmt.Sprintf("CALL airglow.set_budget('everywhere', '', 'month', 'calls', %d)", calls+rows-20))
	if err := exhaust(kit.Context(), conn.Conn, update); !isOverBudget(err) || m.calls.Load() != calls+rows-20 {
		t.Errorf("%v, after %d calls", err, m.calls.Load())
	}
	kit.Exec(fmt.Sprintf("CALL airglow.set_budget('everywhere', '', 'month', 'calls', %d)", calls+rows))
	if err := exhaust(kit.Context(), conn.Conn, update); err != nil || m.calls.Load() != calls+rows {
		t.Errorf("%v, after %d calls", err, m.calls.Load())
	}
	check()

	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}
	kit = testkit.Start(t, testkit.InDir(kit.Dir))
	kit.Provider.AnswerContext(m.answer)
	conn = openSession(t, kit)
	check()
	if err := exhaust(kit.Context(), conn.Conn, `SELECT d.ask('{"new":1,"max_tokens":1}')`); !isOverBudget(err) {
		t.Errorf("after the restart: %v", err)
	}
}

// The dollars of a statement are not passed, whatever it asks at once.
func TestAStatementNeverPassesItsDollars(t *testing.T) {
	const rows = 400
	kit := budgetKit(t, rows)
	m := &meter{}
	kit.Provider.AnswerContext(m.answer)
	conn := openSession(t, kit)
	run(t, conn.Conn, "SET airglow_budget_dollars = 0.2")
	err := exhaust(kit.Context(), conn.Conn, "UPDATE d.t SET answer = d.ask(b)")
	if !isOverBudget(err) {
		t.Fatal(err)
	}
	// A call costs about $0.0013 and may cost $0.0167, most of it for what a model
	// may add that nobody here knows. Those cut off with the statement may cost that.
	dollars, once := float64(m.tokens.Load())*1e-5, m.calls.Load()
	if dollars > 0.2 || dollars < 0.15 {
		t.Errorf("$%v is spent: %v", dollars, err)
	}
	run(t, conn.Conn, "SET airglow_budget_dollars = 0")
	run(t, conn.Conn, "UPDATE d.t SET answer = d.ask(b)")
	if m.calls.Load() != rows {
		t.Errorf("%d calls, and %d in all", once, m.calls.Load())
	}
}

// Without a ledger a statement has its budget all the same, in dollars too: prices
// are known, those that were set while there was one included. What needs the ledger
// says so, and a server whose budgets would bind nothing does not start.
func TestBudgetsWithoutALedger(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", "CREATE FUNCTION d.ask(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'acme.wonder'",
		"CREATE FUNCTION d.claude(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0'",
		"CALL airglow.set_price('acme.wonder', 10, 10)", "CALL airglow.set_budget('everywhere', '', 'month', 'dollars', 5)")
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}
	config := testkit.Config(t, testkit.InDir(kit.Dir), withoutLedger)
	_, err := app.New(t.Context(), app.Options{Config: config})
	for _, part := range []string{"ledger.enabled = false", "1 of the budgets", "dollars per month for everywhere", "airglow.drop_budget"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
	kit = testkit.Start(t, testkit.InDir(kit.Dir))
	kit.Exec("CALL airglow.drop_budget('everywhere', '', 'month', 'dollars')")
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}

	kit = testkit.Start(t, testkit.InDir(kit.Dir), withoutLedger)
	conn := openSession(t, kit)
	run(t, conn.Conn, "SET airglow_budget_calls = 2")
	err = exhaust(kit.Context(), conn.Conn, `SELECT d.ask('{"n":1}'), d.ask('{"n":2}'), d.ask('{"n":3}')`)
	if !isOverBudget(err) || kit.Provider.Calls() != 2 {
		t.Errorf("%v, after %d calls", err, kit.Provider.Calls())
	}
	kit.Provider.AnswerContext((&meter{}).answer)
	kit.Provider.Reset()
	run(t, conn.Conn, "SET airglow_budget_calls = 0, airglow_budget_dollars = 0.02")
	err = exhaust(kit.Context(), conn.Conn, `SELECT d.ask('{"n":1,"max_tokens":100}'), d.ask('{"n":2,"max_tokens":100}'), d.ask('{"n":3,"max_tokens":100}'), d.ask('{"n":4,"max_tokens":100}')`)
	if n := kit.Provider.Calls(); !isOverBudget(err) || n == 0 || n == 4 {
		t.Errorf("%v, after %d calls", err, n)
	}
	var text string
	if err := conn.QueryRowContext(t.Context(), `EXPLAIN FORMAT=TREE SELECT d.claude('{"anthropic_version":"bedrock-2023-05-31","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}')`).
		Scan(&text); err != nil || !strings.Contains(text, "cost $0.0000") {
		t.Errorf("%v: %s", err, text)
	}
	var price float64
	if err := conn.QueryRowContext(t.Context(), "SELECT input FROM airglow.prices WHERE model = 'acme.wonder'").Scan(&price); err != nil || price != 10 {
		t.Errorf("$%v: %v", price, err)
	}
	for _, statement := range []string{"CALL airglow.set_budget('everywhere', '', 'month', 'dollars', 5)", "SELECT * FROM airglow.budgets", "SELECT * FROM airglow.invocations"} {
		if err := exhaust(kit.Context(), conn.Conn, statement); err == nil || !strings.Contains(err.Error(), "set ledger.enabled = true") || !strings.Contains(err.Error(), "1290") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
