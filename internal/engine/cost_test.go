package engine

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	gms "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"

	"airglow/internal/engine/rules"
	"airglow/internal/infer"
	"airglow/internal/mlsql"
)

// withoutModels are statements that call no model. back takes back what one has
// done, if that must be. more is how many allocations each may cost beside the plain
// engine, with what takes it back; with fewer than 0 it must cost less.
var withoutModels = []struct {
	name, text, back string
	more             float64
}{
	{"point", "SELECT v FROM t WHERE id = 3", "", -55},
	{"sort", "SELECT id, UPPER(v) FROM t WHERE id > 2 ORDER BY v LIMIT 3", "", -120},
	{"join", "SELECT t.v, COUNT(*) FROM t JOIN t AS u ON t.id = u.id GROUP BY t.v", "", -85},
	{"update", "UPDATE t SET v = UPPER(v) WHERE id = 4", "", -3},
	{"insert", "INSERT INTO t VALUES (9, 'i')", "DELETE FROM t WHERE id = 9", 0},
	{"delete", "DELETE FROM t WHERE id = 8", "INSERT INTO t VALUES (8, 'h')", 0},
}

// noStore has no functions and keeps none.
type noStore struct{}

func (noStore) Load(context.Context) ([]mlsql.Function, error)        { return nil, nil }
func (noStore) Put(context.Context, mlsql.Function) error             { return nil }
func (noStore) Delete(context.Context, string, string) error          { return nil }
func (noStore) DeleteDatabase(ctx context.Context, name string) error { return nil }

// compared is go-mysql-server by itself and with our part, over the same tables
// in memory. Both know the account that the statements run under, as servers do,
// and so check its privileges.
type compared struct {
	tables      *memory.DbProvider
	plain, with *gms.Engine
	ours        *Engine
	// sessions are the connection's, one of each engine: they keep what the
	// engine has found of their privileges.
	sessions map[*gms.Engine]sql.Session
}

// stockModes is the engine's own sql_mode, which installing ours replaces.
var stockModes, _, _ = sql.SystemVariables.GetGlobal("sql_mode")

func newCompared(b testing.TB) *compared {
	b.Helper()
	c := &compared{tables: memory.NewDBProvider(memory.NewDatabase("d"))}
	c.plain = gms.NewDefault(c.tables)
	sql.SystemVariables.AddSystemVariables([]sql.SystemVariable{stockModes})
	plain := c.session()
	c.ours = New(Options{Runner: infer.New(infer.Options{})})
	defer c.install(b)()
	c.with = gms.New(analyzer.NewBuilder(c.tables).AddOverrides(c.ours.Overrides()).Build(), nil)
	c.sessions = map[*gms.Engine]sql.Session{c.plain: plain, c.with: c.session()}
	for server := range c.sessions {
		accounts := server.Analyzer.Catalog.MySQLDb
		accounts.SetPersister(&mysql_db.NoopPersister{})
		editor := accounts.Editor()
		accounts.AddSuperUser(editor, "root", "localhost", "")
		editor.Close()
		accounts.SetEnabled(true)
	}
	if err := c.ours.Attach(b.Context(), c.with, noStore{}); err != nil {
		b.Fatal(err)
	}
	c.run(b, c.with, nil, "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), KEY by_v (v))")
	c.run(b, c.with, nil, "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f'), (7, 'g'), (8, 'h')")
	return c
}

// install sets the hooks, which are the process's; they must not be there while
// the plain engine runs.
func (c *compared) install(b testing.TB) (uninstall func()) {
	b.Helper()
	uninstall, err := c.ours.Install()
	if err != nil {
		b.Fatal(err)
	}
	return uninstall
}

// conn is the only connection.
const conn = 1

func (c *compared) session() sql.Session {
	client := sql.Client{User: "root", Address: "localhost"}
	session := memory.NewSession(sql.NewBaseSessionWithClientServer("", client, conn), c.tables)
	session.SetCurrentDatabase("d")
	return session
}

// run runs a statement to its end and returns how long it took. ours is nil for
// the plain engine.
func (c *compared) run(b testing.TB, server *gms.Engine, ours *Engine, text string) time.Duration {
	b.Helper()
	session := c.sessions[server]
	began := time.Now()
	ctx := b.Context()
	if ours != nil {
		ctx = ours.BeginStatement(ctx, conn)
	}
	within := sql.NewContext(ctx, sql.WithSession(session))
	_, rows, _, err := server.Query(within, text)
	for err == nil {
		_, err = rows.Next(within)
	}
	if !errors.Is(err, io.EOF) {
		b.Fatalf("%s: %v", text, err)
	}
	if err := rows.Close(within); err != nil {
		b.Fatal(err)
	}
	if ours != nil {
		ours.EndStatement(ctx, conn, nil)
	}
	return time.Since(began)
}

// turn runs a statement many times and returns how long each took. The first few
// are left out: they find the processor's caches as the other engine, and the
// setting of the hooks, have left them. A server sets its hooks once, and runs one
// engine. Without this even the plain engine took some µs longer where the hooks
// had been set just before.
func (c *compared) turn(b *testing.B, server *gms.Engine, ours *Engine, text, back string) []time.Duration {
	const cold, counted = 10, 40
	took := make([]time.Duration, 0, counted)
	for i := range cold + counted {
		if one := c.run(b, server, ours, text); i >= cold {
			took = append(took, one)
		}
		if back != "" {
			c.run(b, server, ours, back)
		}
	}
	return took
}

// BenchmarkWithoutModels shows what a statement without model calls costs beside
// the plain engine, both run by turns: medians, in microseconds, and what a tenth of
// the runs are faster than, which is near to the median of a machine that does nothing
// else.
func BenchmarkWithoutModels(b *testing.B) {
	c := newCompared(b)
	for _, s := range withoutModels {
		b.Run(s.name, func(b *testing.B) {
			var plain, with []time.Duration
			for b.Loop() {
				plain = append(plain, c.turn(b, c.plain, nil, s.text, s.back)...)
				uninstall := c.install(b)
				with = append(with, c.turn(b, c.with, c.ours, s.text, s.back)...)
				uninstall()
			}
			before, after := median(plain), median(with)
			b.ReportMetric(before, "plain-µs")
			b.ReportMetric(after, "airglow-µs")
			b.ReportMetric(after-before, "more-µs")
			b.ReportMetric(plain[len(plain)/10].Seconds()*1e6, "fast-plain-µs") // median has sorted them
			b.ReportMetric((with[len(with)/10]-plain[len(plain)/10]).Seconds()*1e6, "fast-more-µs")
		})
	}
}

// TestWithoutModels holds what BenchmarkWithoutModels shows to what can be counted
// on any machine.
func TestWithoutModels(t *testing.T) {
	const runs = 200
	c := newCompared(t)
	for _, s := range withoutModels {
		allocations := func(server *gms.Engine, ours *Engine) float64 {
			return testing.AllocsPerRun(runs, func() {
				c.run(t, server, ours, s.text)
				if s.back != "" {
					c.run(t, server, ours, s.back)
				}
			})
		}
		plain := allocations(c.plain, nil)
		uninstall := c.install(t)
		with := allocations(c.with, c.ours)
		t.Logf("%s: %v allocations, %v in the plain engine", s.name, with, plain)
		uninstall()
		if with > plain+s.more {
			t.Errorf("%s: %v allocations, %v in the plain engine; want %v more at most", s.text, with, plain, s.more)
		}
	}
}

// BenchmarkSurvey shows what of that is the walk over the plan that finds nothing
// of ours in it, so that the plan stays as it is.
func BenchmarkSurvey(b *testing.B) {
	c := newCompared(b)
	for _, s := range withoutModels {
		b.Run(s.name, func(b *testing.B) {
			ctx := sql.NewContext(c.ours.BeginStatement(b.Context(), conn), sql.WithSession(c.session()))
			n, err := c.plain.AnalyzeQuery(ctx, s.text)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if found := rules.SurveyOf(n, true); found.Calls {
					b.Fatal("the plan has model calls")
				}
			}
		})
	}
}

// median is the median in microseconds.
func median(took []time.Duration) float64 {
	slices.Sort(took)
	return float64(took[len(took)/2]) / float64(time.Microsecond)
}
