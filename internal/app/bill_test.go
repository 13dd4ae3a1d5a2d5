package app_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"airglow/internal/model"
	"airglow/internal/testkit"
)

// billRows are the rows of billKit's table, more than EXPLAIN looks at.
const billRows = 1500

// billKit has texts whose lengths and repetitions are skewed, as those of people
// are, and a model whose answers are, too.
func billKit(t *testing.T) *testkit.Kit {
	kit := testkit.Start(t)
	kit.Provider.Answer(func(r model.Request) (model.Response, error) {
		h := fnv.New64a()
		h.Write(r.Body)
		luck := rand.New(rand.NewPCG(h.Sum64(), 1))
		out := min(300, int64(20*math.Exp(luck.NormFloat64())))
		in := int64(float64(len(r.Body)) / (3.5 + luck.Float64()))
		word := []string{"yes", "no", "no", "perhaps"}[luck.IntN(4)]
		return model.Response{
			Body: []byte(word + strings.Repeat(" so", int(out))), Usage: model.Usage{Known: true, InputTokens: in, OutputTokens: out},
		}, nil
	})
	declare := func(name, id string) string {
		return "CREATE FUNCTION d." + name + "(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID '" + id + "'"
	}
	kit.Exec("CREATE DATABASE d", declare("f", "anthropic.claude-3-haiku-20240307-v1:0"), declare("g", "anthropic.claude-3-5-haiku-20241022-v1:0"),
		"CREATE TABLE d.r (id INT PRIMARY KEY, product INT, txt TEXT, answer TEXT, KEY (product))",
		"CREATE TABLE d.p (product INT PRIMARY KEY, name VARCHAR(100))", "CREATE TABLE d.other (id INT, v TEXT)",
		"CALL airglow.set_price('anthropic.claude-3-haiku*', 0.25, 1.25)", "CALL airglow.set_price('anthropic.claude-3-5-haiku*', 0.80, 4)")
	luck := rand.New(rand.NewPCG(3, 4))
	products := rand.NewZipf(luck, 1.3, 1, 199)
	var reviews, names strings.Builder
	for i := range billRows {
		words := int(min(400, 8*math.Exp(1.2*luck.NormFloat64())))
		fmt.Fprintf(&reviews, ",(%d, %d, '%d%s', NULL)", i, products.Uint64(), luck.IntN(billRows), strings.Repeat(" word", words))
	}
	for i := range 200 {
		fmt.Fprintf(&names, ",(%d, 'product %d %s')", i, i, strings.Repeat("x", luck.IntN(60)))
	}
	kit.Exec("INSERT INTO d.r VALUES "+reviews.String()[1:], "INSERT INTO d.p VALUES "+names.String()[1:])
	return kit
}

// asking is the body that asks about an expression.
func asking(about string) string {
	return `CONCAT('{"anthropic_version":"bedrock-2023-05-31","max_tokens":300,"messages":[{"role":"user","content":', JSON_QUOTE(CONCAT('About ', ` +
		about + `)), '}]}')`
}

// estimated is the cost that EXPLAIN says.
type estimated struct {
	Low, Likely, High float64
}

func explainCost(t *testing.T, conn session, statement string) estimated {
	t.Helper()
	var text string
	if err := conn.QueryRowContext(t.Context(), "EXPLAIN FORMAT=JSON "+statement).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Bill struct {
			Total struct {
				Cost *estimated `json:"cost_usd"`
			} `json:"total"`
		} `json:"model_calls"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	if document.Bill.Total.Cost == nil {
		t.Logf("%s has no cost: %s", statement, text)
		return estimated{Low: 1} // within which nothing is
	}
	return *document.Bill.Total.Cost
}

// TestTheBillIsEstimated: the actual cost lies between low and high for at least
// nine of ten statements over skewed data, and EXPLAIN calls nobody.
func TestTheBillIsEstimated(t *testing.T) {
	kit := billKit(t)
	conn := openSession(t, kit)
	f, g := func(e string) string { return "d.f(" + asking(e) + ")" }, func(e string) string { return "d.g(" + asking(e) + ")" }
	within := 0
	statements := []string{
		"SELECT id, " + f("txt") + " FROM d.r WHERE id < 200",
		"SELECT id, " + f("CONCAT(txt, 2)") + " FROM d.r",
		"SELECT id, " + f("product") + " FROM d.r",
		"SELECT id FROM d.r WHERE product = 1 AND " + f("CONCAT(txt, 4)") + " LIKE 'yes%'",
		"SELECT " + g("txt") + " FROM d.r WHERE " + f("CONCAT(txt, 5)") + " LIKE 'yes%' AND product < 20",
		"SELECT CASE WHEN product > 3 THEN " + f("CONCAT(txt, 6)") + " ELSE 'none' END FROM d.r",
		"SELECT " + g(f("CONCAT(txt, 7)")) + " FROM d.r WHERE product = 2",
		"UPDATE d.r SET answer = " + f("CONCAT(txt, 8)") + " ORDER BY id LIMIT 300",
		"INSERT INTO d.other SELECT r.id, " + f("CONCAT(name, 9)") + " FROM d.r JOIN d.p ON r.product = p.product",
		"SELECT " + f("CONCAT(name, 10)") + ", (SELECT COUNT(*) FROM d.r WHERE r.product = p.product AND " + f("CONCAT(txt, 10)") + " LIKE 'no%') FROM d.p WHERE product BETWEEN 5 AND 50",
	}
	for i, statement := range statements {
		kit.Provider.Reset()
		bill := explainCost(t, conn, statement)
		if calls := kit.Provider.Calls(); calls > 0 {
			t.Fatalf("EXPLAIN of statement %d made %d calls", i+1, calls)
		}
		run(t, conn.Conn, statement)
		var text string
		if err := conn.QueryRowContext(t.Context(), "SELECT @@airglow_last_cost").Scan(&text); err != nil {
			t.Fatal(err)
		}
		actual, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		is := "within"
		if actual < bill.Low || actual > bill.High {
			is = "NOT WITHIN"
		} else {
			within++
		}
		t.Logf("statement %d: %d calls cost $%.4f, %s $%.4f to $%.4f, likely $%.4f", i+1, kit.Provider.Calls(), actual, is, bill.Low, bill.High, bill.Likely)
	}
	if within*10 < len(statements)*billsWithin {
		t.Errorf("the cost of %d of %d statements was within its bounds", within, len(statements))
	}
}

// An answer in the input of another call is taken for as large as those that are
// recorded of its function.
func TestTheSizeOfAnswersIsKnownFromOthers(t *testing.T) {
	kit := testkit.Start(t)
	kit.Provider.Answer(func(r model.Request) (model.Response, error) {
		body := []byte("short")
		if r.Model == "inner" {
			body = []byte(strings.ReplaceAll(string(r.Body), "}", `,"about":"`+strings.Repeat("a long answer ", 200)+`"}`))
		}
		return model.Response{Body: body, Usage: model.Usage{Known: true, InputTokens: int64(len(r.Body)) / 4, OutputTokens: 10}}, nil
	})
	kit.Exec("CREATE DATABASE d",
		"CREATE FUNCTION d.f(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'inner'",
		"CREATE FUNCTION d.g(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'outer'",
		"CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(50))", `INSERT INTO d.t VALUES (1,'{"n":1}'),(2,'{"n":2}'),(3,'{"n":3}')`)
	conn := openSession(t, kit)
	run(t, conn.Conn, "SELECT d.f(v) FROM d.t")
	statement := "SELECT d.g(d.f(CONCAT(v, ' '))) FROM d.t"
	var text string
	if err := conn.QueryRowContext(t.Context(), "EXPLAIN FORMAT=JSON "+statement).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Bill struct {
			Functions []struct {
				Function string
				In       *estimated `json:"tokens_in"`
			} `json:"functions"`
		} `json:"model_calls"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	run(t, conn.Conn, statement)
	for _, f := range document.Bill.Functions {
		var actual float64
		if err := conn.QueryRowContext(t.Context(), "SELECT SUM(input_tokens) FROM airglow.invocations WHERE function_name = ? AND statement_id = (SELECT MAX(id) FROM airglow.statements)",
			f.Function).Scan(&actual); err != nil {
			t.Fatal(err)
		}
		if f.Function == "d.g" && (f.In == nil || actual < f.In.Low || actual > f.In.High || actual > 1.2*f.In.Likely || actual < 2000) {
			t.Errorf("%s had %v tokens of input, estimated %+v", f.Function, actual, f.In)
		}
	}
	if len(document.Bill.Functions) != 2 {
		t.Error(text)
	}
}
