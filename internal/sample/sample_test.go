package sample_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/rowexec"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/lookahead"
	"airglow/internal/model"
	"airglow/internal/sample"
)

// numbers is a node that gives the numbers below n.
type numbers struct {
	n    int
	read *int
}

func (s *numbers) BuildRowIter(*sql.Context, sql.NodeExecBuilder, sql.Row) (sql.RowIter, error) {
	return &numberRows{of: s}, nil
}
func (s *numbers) Resolved() bool   { return true }
func (s *numbers) IsReadOnly() bool { return true }
func (s *numbers) String() string   { return "numbers" }
func (s *numbers) Schema() sql.Schema {
	return sql.Schema{{Name: "n", Type: types.Int64}}
}
func (s *numbers) Children() []sql.Node                       { return nil }
func (s *numbers) WithChildren(...sql.Node) (sql.Node, error) { return s, nil }

type numberRows struct {
	of   *numbers
	next int
}

func (r *numberRows) Next(*sql.Context) (sql.Row, error) {
	if r.next == r.of.n {
		return nil, io.EOF
	}
	r.next++
	*r.of.read++
	return sql.Row{int64(r.next - 1)}, nil
}
func (r *numberRows) Close(*sql.Context) error { return nil }

// call asks model m about the values of its argument.
type call struct {
	expression.UnaryExpressionStub
	name string
}

var errCalled = errors.New("a model was called")

func ask(name string, arg sql.Expression) *call {
	return &call{expression.UnaryExpressionStub{Child: arg}, name}
}

func (c *call) Arguments() []sql.Expression { return []sql.Expression{c.Child} }
func (c *call) Subject() sample.Subject {
	return sample.Subject{Function: c.name, Service: model.Bedrock, Model: "m"}
}
func (c *call) Foresee(ctx *sql.Context, row sql.Row) (infer.Call, bool, error) {
	value, err := c.Child.Eval(ctx, row)
	return infer.Call{
		Request: model.Request{Service: model.Bedrock, Model: "m", Body: fmt.Append(nil, value)}, Origin: ledger.Origin{Function: c.name},
	}, value == nil, err
}
func (c *call) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	made, null, err := c.Foresee(ctx, row)
	if err != nil || null {
		return nil, err
	}
	answer, asking, err := lookahead.Ask(ctx, made)
	if !asking {
		return nil, errCalled
	}
	return string(answer.Response.Body), err
}
func (c *call) Type() sql.Type { return types.LongText }
func (c *call) String() string { return c.name + "(" + c.Child.String() + ")" }
func (c *call) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	return ask(c.name, children[0]), nil
}

var n = expression.NewGetField(0, types.Int64, "n", false)

func text(s string) sql.Expression { return expression.NewLiteral(s, types.LongText) }

// steps is a time that goes on by a millisecond whenever it is asked for.
func steps() func() time.Time {
	now := time.Unix(0, 0)
	return func() time.Time { now = now.Add(time.Millisecond); return now }
}

func look(t *testing.T, p sql.Node, o sample.Options) []sample.Found {
	t.Helper()
	o.Builder = rowexec.NewBuilder(nil, sql.EngineOverrides{})
	return sample.Run(sql.NewContext(context.Background(), sql.WithSession(sql.NewBaseSession())), p, o)
}

// describe is what was found, in short.
func describe(found []sample.Found) string {
	var parts []string
	for _, f := range found {
		sure := 0
		for _, i := range f.Inputs {
			if i.Sure {
				sure++
			}
		}
		rows := "?"
		if f.Rows.Known {
			rows = fmt.Sprint(f.Rows.Likely)
		}
		parts = append(parts, fmt.Sprintf("%s: %s rows, %d seen, %d sure of %d, %d blind, %d maybe", f.Function, rows, f.Sampled, sure, len(f.Inputs), f.Blind, f.Maybe))
	}
	return strings.Join(parts, "; ")
}

func TestPlaces(t *testing.T) {
	read := 0
	ten := func() sql.Node { return &numbers{10, &read} }
	yes := expression.NewEquals(ask("f", n), text("yes"))
	even := func(c infer.Call) (infer.Answer, bool) { // the ledger has the answers for even numbers
		body := string(c.Request.Body)
		return infer.Answer{Response: model.Response{Body: []byte("yes")}}, strings.ContainsAny(body[len(body)-1:], "02468")
	}
	unknown := expression.NewEquals(n, expression.NewLiteral(nil, types.Null))
	small := expression.NewLessThan(n, expression.NewLiteral(int64(4), types.Int64))
	for _, c := range []struct {
		name  string
		plan  sql.Node
		known lookahead.Tell
		want  string
	}{
		{"projection", plan.NewProject([]sql.Expression{ask("f", n)}, ten()), nil, "f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"condition", plan.NewProject([]sql.Expression{ask("f", n)}, plan.NewFilter(small, ten())), nil, "f: 4 rows, 4 seen, 4 sure of 4, 0 blind, 0 maybe"},
		{"limit", plan.NewLimit(expression.NewLiteral(int64(3), types.Int64), plan.NewProject([]sql.Expression{ask("f", n)}, ten())), nil,
			"f: 3 rows, 3 seen, 3 sure of 3, 0 blind, 0 maybe"},
		{"cheap condition first", plan.NewFilter(expression.JoinAnd(small, yes), ten()), nil, "f: 4 rows, 4 seen, 4 sure of 4, 0 blind, 0 maybe"},
		{"dear condition first", plan.NewFilter(expression.JoinAnd(yes, small), ten()), nil, "f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"unknown condition first", plan.NewFilter(expression.JoinAnd(unknown, yes), ten()), nil, "f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"behind an answer", plan.NewProject([]sql.Expression{ask("g", n)}, plan.NewFilter(yes, ten())), nil,
			"g: 10 rows, 10 seen, 0 sure of 10, 0 blind, 10 maybe; f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"behind recorded answers", plan.NewProject([]sql.Expression{ask("g", n)}, plan.NewFilter(yes, ten())), even,
			"g: 10 rows, 10 seen, 5 sure of 10, 0 blind, 5 maybe; f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"of an answer", plan.NewProject([]sql.Expression{ask("g", ask("f", n))}, ten()), nil,
			"g: 10 rows, 10 seen, 0 sure of 10, 0 blind, 0 maybe; f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"a column of answers", plan.NewProject([]sql.Expression{ask("g", expression.NewGetField(0, types.LongText, "a", true))},
			plan.NewProject([]sql.Expression{expression.NewAlias("a", ask("f", n))}, ten())), nil,
			"g: 10 rows, 10 seen, 0 sure of 0, 10 blind, 0 maybe; f: 10 rows, 10 seen, 10 sure of 10, 0 blind, 0 maybe"},
		{"rows", plan.NewValues([][]sql.Expression{{ask("f", text("a"))}, {ask("f", text("b"))}, {text("c")}}), nil,
			"f: 3 rows, 3 seen, 2 sure of 2, 0 blind, 0 maybe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := describe(look(t, c.plan, sample.Options{Known: c.known})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Reading ends after a while. Then the rows are not known, and a few were looked at.
func TestLookingIsBounded(t *testing.T) {
	read := 0
	p := plan.NewProject([]sql.Expression{ask("f", n)}, &numbers{1_000_000, &read})
	got := describe(look(t, p, sample.Options{Now: steps(), Time: 100 * time.Millisecond}))
	if want := "f: ? rows, 163 seen, 163 sure of 163, 0 blind, 0 maybe"; got != want || read > 200 {
		t.Errorf("%d were read: %s, want %s", read, got, want)
	}
}

// A few rows stand for all, and are the same each time.
func TestSample(t *testing.T) {
	read := 0
	p := plan.NewProject([]sql.Expression{ask("f", n)}, &numbers{100_000, &read})
	o := sample.Options{Rows: 500, Now: func() time.Time { return time.Unix(0, 0) }}
	first, second := look(t, p, o), look(t, p, o)
	if got, want := describe(first), "f: 100000 rows, 500 seen, 500 sure of 500, 0 blind, 0 maybe"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	sum := 0.0
	for i, c := range first[0].Calls {
		var v float64
		if _, err := fmt.Sscan(string(c.Request.Body), &v); err != nil {
			t.Fatal(err)
		}
		sum += v
		if string(second[0].Calls[i].Request.Body) != string(c.Request.Body) {
			t.Fatal("another look saw other rows")
		}
	}
	if mean := sum / 500; mean < 45_000 || mean > 55_000 {
		t.Errorf("the rows looked at are about number %.0f", mean)
	}
}
