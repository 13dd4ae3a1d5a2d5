package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// What the built-in models count is known before: EXPLAIN has the number, and a
// budget of tokens lets exactly that much through.
func TestTokensOfTheBuiltInModelsAreKnownBefore(t *testing.T) {
	kit := testkit.Start(t, func(c *config.Config) { c.Models = []config.ModelRule{{Match: "*", Provider: "builtin"}} })
	kit.Exec("CREATE DATABASE d",
		"CREATE FUNCTION d.embed(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'airglow.use-lite-en-v1'",
		"CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(100))",
		"INSERT INTO d.t VALUES (1, 'The room was lovely.'), (2, 'The food was cold, and the waiter laughed at us.'), (3, 'It is a hotel.')")
	conn := openSession(t, kit)
	for _, statement := range []string{
		"SELECT aws_comprehend_detect_sentiment(v, 'en') FROM d.t",
		`SELECT d.embed(JSON_OBJECT('inputText', v)) FROM d.t`,
	} {
		tokens := explainTokens(t, conn, statement)
		run(t, conn.Conn, fmt.Sprintf("SET airglow_budget_tokens = %d", tokens-1))
		if err := exhaust(kit.Context(), conn.Conn, statement); err == nil || !strings.Contains(err.Error(), "airglow_budget_tokens, leaves no room") {
			t.Errorf("with one token too few %s: %v", statement, err)
		}
		run(t, conn.Conn, fmt.Sprintf("SET airglow_budget_tokens = %d, airglow_reuse = 'statement'", tokens))
		run(t, conn.Conn, statement)
		var counted int64
		if err := conn.QueryRowContext(t.Context(), "SELECT @@airglow_last_input_tokens").Scan(&counted); err != nil || counted != tokens || tokens < 15 {
			t.Errorf("%s has %d tokens, of which EXPLAIN saw %d: %v", statement, counted, tokens, err)
		}
	}
}

// explainTokens are the tokens of input that EXPLAIN says, which has no doubt.
func explainTokens(t *testing.T, conn session, statement string) int64 {
	t.Helper()
	var text string
	if err := conn.QueryRowContext(t.Context(), "EXPLAIN FORMAT=JSON "+statement).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Bill struct {
			Total struct {
				Input *struct{ Low, High int64 } `json:"tokens_in"`
			} `json:"total"`
		} `json:"model_calls"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	in := document.Bill.Total.Input
	if in == nil || in.Low != in.High {
		t.Fatalf("%s: %s", statement, text)
	}
	return in.Low
}

// costs is a service of two models: small, which is down, and large, which costs a
// hundred times as much. It bills what it is asked in micro-dollars.
type costs struct{ billed, large, refused atomic.Int64 }

func (c *costs) answer(_ context.Context, req model.Request) (model.Response, error) {
	if req.TargetModel() != "large" {
		c.refused.Add(1)
		return model.Response{}, &model.Error{Kind: model.Denied, Service: req.Service, Code: "AccessDeniedException", Message: "No access."}
	}
	u := model.Usage{Known: true, InputTokens: int64(len(req.Body)), OutputTokens: 100}
	c.large.Add(1)
	c.billed.Add((u.InputTokens + u.OutputTokens) * 100)
	return model.Response{Body: []byte("large"), Usage: u}, nil
}

// A fallback that costs more than the model which is asked first is reserved at its
// own price before it is asked, so that a budget of dollars holds for it, too.
func TestAFallbackNeverPassesABudget(t *testing.T) {
	const sessions, rows = 6, 40
	kit := budgetKit(t, rows, func(c *config.Config) {
		c.Models = []config.ModelRule{{Match: "*", Provider: "scripted", Target: "small", Fallbacks: []config.Fallback{{Provider: "scripted", Target: "large"}}}}
	})
	c := &costs{}
	kit.Provider.AnswerContext(c.answer)
	kit.Exec("CALL airglow.set_price('small', 1, 1)", "CALL airglow.set_price('large', 100, 100)",
		"CALL airglow.set_budget('everywhere', '', 'month', 'dollars', 1)")
	var group sync.WaitGroup
	var over atomic.Int64
	for s := range sessions {
		conn := openSession(t, kit)
		group.Go(func() {
			err := exhaust(kit.Context(), conn.Conn, fmt.Sprintf(`SELECT d.ask(CONCAT('{"session":%d,"max_tokens":100,"of":', b, '}')) FROM d.t`, s))
			if isOverBudget(err) && strings.Contains(err.Error(), `model "large"`) {
				over.Add(1)
			} else {
				t.Error(err)
			}
		})
	}
	group.Wait()
	// A call costs about $0.016, and may cost ten times that: the last may find no room.
	if billed := float64(c.billed.Load()) / 1e6; billed > 1 || billed < 0.7 || over.Load() != sessions || c.refused.Load() == 0 {
		t.Errorf("$%v are billed for %d calls, %d sessions were refused, %d calls fell back", billed, c.large.Load(), over.Load(), c.refused.Load())
	}
	var spent float64
	conn := openSession(t, kit)
	if err := conn.QueryRowContext(t.Context(), "SELECT spent FROM airglow.budgets").Scan(&spent); err != nil || spent > 1 || spent < float64(c.billed.Load())/1e6 {
		t.Errorf("$%v are spent of $1: %v", spent, err)
	}
}

// What a service answers with under another name is paid for at the price of the
// model that was asked, by which it was reserved.
func TestAnotherModelThanWasAskedNeverPassesABudget(t *testing.T) {
	kit := budgetKit(t, 60)
	m := &meter{}
	kit.Provider.AnswerContext(func(ctx context.Context, req model.Request) (model.Response, error) {
		response, err := m.answer(ctx, req)
		response.Provider, response.Model = "scripted", "acme.splendid"
		return response, err
	})
	kit.Exec("CALL airglow.set_price('acme.splendid', 1000, 1000)")
	conn := openSession(t, kit)
	run(t, conn.Conn, "SET airglow_budget_dollars = 0.05")
	if err := exhaust(kit.Context(), conn.Conn, "UPDATE d.t SET answer = d.ask(b)"); !isOverBudget(err) {
		t.Fatal(err)
	}
	var cost float64
	if err := conn.QueryRowContext(t.Context(), "SELECT @@airglow_last_cost").Scan(&cost); err != nil {
		t.Fatal(err)
	}
	if billed := float64(m.tokens.Load()) * 1e-5; billed > 0.05 || cost > 0.05 || m.calls.Load() < 10 {
		t.Errorf("$%v are billed and $%v recorded for %d calls", billed, cost, m.calls.Load())
	}
}
