package sample_test

import (
	"context"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/rowexec"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/estimate"
	"airglow/internal/sample"
)

// table is one of the numbers below 4,000, and a session that can read it.
func table(t *testing.T) (*sql.Context, sql.Node) {
	t.Helper()
	db := memory.NewDatabase("d")
	ctx := sql.NewContext(context.Background(), sql.WithSession(memory.NewSession(sql.NewBaseSession(), memory.NewDBProvider(db))))
	made := memory.NewTable(db, "t", sql.NewPrimaryKeySchema(sql.Schema{{Name: "n", Type: types.Int64, Source: "t"}}), nil)
	rows := made.Inserter(ctx)
	for i := range 4000 {
		if err := rows.Insert(ctx, sql.Row{int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx, plan.NewResolvedTable(made, db, nil)
}

// Of conditions that are checked before a call, all rows that pass are counted, and
// where the time is over before all are read, those to come are reckoned.
func TestRowsThatPass(t *testing.T) {
	ctx, all := table(t)
	yes := expression.NewEquals(ask("f", n), text("yes"))
	below := func(most int64) sql.Expression {
		return expression.NewLessThan(n, expression.NewLiteral(most, types.Int64))
	}
	for _, c := range []struct {
		name    string
		passing int64
		time    time.Duration
		rows    estimate.Range
		sampled int
	}{
		{"all read", 2, time.Hour, estimate.Exactly(2), 2},
		{"all read, more than are looked at", 3000, time.Hour, estimate.Exactly(3000), 1000},
		{"all read, none", 0, time.Hour, estimate.Exactly(0), 0},
		{"a part, none", 0, 0, estimate.Reckoned(0, 767.0/4000), 0},
		{"a part, two", 2, 0, estimate.Reckoned(2, 767.0/4000), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := time.Unix(0, 0)
			o := sample.Options{Builder: rowexec.NewBuilder(nil, sql.EngineOverrides{}), Time: c.time, Now: func() time.Time { return now }}
			if c.time == 0 {
				o.Time, o.Now = time.Millisecond, steps()
			}
			found := sample.Run(ctx, plan.NewFilter(expression.JoinAnd(below(c.passing), yes), all), o)
			if len(found) != 1 || !found[0].Rows.Known || found[0].Rows.Range != c.rows || found[0].Sampled != c.sampled {
				t.Errorf("%+v, want %v rows, %d seen", found, c.rows, c.sampled)
			}
		})
	}
}

// Calls above a GROUP BY of them ask for nothing new; of others nothing is known.
func TestGroups(t *testing.T) {
	read := 0
	group := func(by sql.Expression) sql.Node {
		return plan.NewGroupBy([]sql.Expression{n}, []sql.Expression{by}, &numbers{10, &read})
	}
	for _, c := range []struct {
		name string
		plan sql.Node
		want estimate.Figure
	}{
		{"the same", plan.NewProject([]sql.Expression{ask("f", n)}, group(expression.NewAlias("s", ask("f", n)))), estimate.About(estimate.Range{Low: 1, Likely: 5, High: 10})},
		{"another", plan.NewProject([]sql.Expression{ask("g", n)}, group(ask("f", n))), estimate.Figure{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := look(t, c.plan, sample.Options{})
			if len(found) != 2 || found[0].Rows != c.want || found[0].Again != c.want.Known || found[1].Again || len(found[1].Inputs) != 10 {
				t.Errorf("%+v", found)
			}
		})
	}
}
