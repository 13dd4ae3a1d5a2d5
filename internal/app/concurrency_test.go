package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// parties counts what is under way of each of several parties, which requests
// name by a word of theirs.
type parties struct {
	names []string

	mu             sync.Mutex
	now, most, all map[string]int
}

// share has a kit's requests counted by the parties in them. Each takes a while.
func share(kit *testkit.Kit, latency time.Duration, names ...string) *parties {
	p := &parties{names: names, now: map[string]int{}, most: map[string]int{}, all: map[string]int{}}
	kit.Provider.Reset()
	kit.Provider.AnswerContext(func(ctx context.Context, r model.Request) (model.Response, error) {
		name := p.of(r)
		p.add(name, 1)
		defer p.add(name, -1)
		return after(latency)(ctx, r)
	})
	return p
}

func (p *parties) of(r model.Request) string {
	for _, name := range p.names {
		if strings.Contains(string(r.Body), name) {
			return name
		}
	}
	return ""
}

func (p *parties) add(name string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now[name] += n
	p.most[name] = max(p.most[name], p.now[name])
	p.all[name] += max(n, 0)
}

func (p *parties) calls(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[name]
}

// TestMaxConcurrencyIsTheStatements: however many places a statement has calls
// in, and of however many models, no more are under way than it may have.
func TestMaxConcurrencyIsTheStatements(t *testing.T) {
	const most = 5
	kit := aheadRows(t, 60)
	kit.Exec("CREATE FUNCTION d.g(body TEXT) RETURNS LONGTEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'other.model'")
	for name, text := range map[string]string{
		"two models":      "SELECT d.f(v), d.g(v) FROM d.t",
		"stacked":         "SELECT d.f(JSON_ARRAY(a, 1)) FROM (SELECT d.g(v) AS a FROM d.t WHERE d.f(v) <> '') x WHERE d.f(a) <> '' ORDER BY d.g(JSON_ARRAY(a, 2))",
		"one by one, too": "SELECT d.f(JSON_ARRAY(v, RAND())) FROM d.t WHERE d.g(v) <> ''",
		"both sides":      "SELECT d.f(v) FROM d.t UNION ALL SELECT d.g(v) FROM d.t",
		"a join":          "SELECT COUNT(*) FROM d.t JOIN d.t AS u ON d.f(t.v) = d.g(u.v) WHERE d.g(JSON_ARRAY(u.v)) <> ''",
	} {
		t.Run(name, func(t *testing.T) {
			kit.Provider.Reset()
			kit.Provider.AnswerContext(after(time.Millisecond))
			conn := openSession(t, kit)
			run(t, conn.Conn, fmt.Sprintf("SET airglow_max_concurrency = %d", most))
			run(t, conn.Conn, text)
			if n := kit.Provider.MostAtOnce(); n > most || n < most-1 {
				t.Errorf("%d calls were under way at once, of %d allowed", n, most)
			}
		})
	}
}

// TestSessionsKeepToTheirConcurrency: sessions with different bounds at one model
// have each as many calls under way as it may, and no more.
func TestSessionsKeepToTheirConcurrency(t *testing.T) {
	bounds := map[string]int{"first": 3, "second": 9}
	kit := aheadRows(t, 100)
	seen := share(kit, 5*time.Millisecond, "first", "second")
	var ended []<-chan error
	for name, bound := range bounds {
		conn := openSession(t, kit)
		run(t, conn.Conn, fmt.Sprintf("SET airglow_max_concurrency = %d", bound))
		ended = append(ended, conn.begin(kit.Context(), fmt.Sprintf("SELECT d.f(JSON_ARRAY(v, '%s')) FROM d.t", name)))
	}
	for _, done := range ended {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for name, bound := range bounds {
		if seen.most[name] != bound || seen.all[name] != 100 {
			t.Errorf("the %s session made %d calls, %d at once, and may have %d", name, seen.all[name], seen.most[name], bound)
		}
	}
}

// TestSessionsShareALane: a session that comes to a model that another keeps busy
// gets its turn for each of the other's, whatever their bounds.
func TestSessionsShareALane(t *testing.T) {
	const rows, few = 1000, 40
	kit := aheadRows(t, rows, func(c *config.Config) { c.ML.MaxConcurrency = 8 })
	seen := share(kit, 2*time.Millisecond, "many", "few")
	busy, late := openSession(t, kit), openSession(t, kit)
	run(t, busy.Conn, "SET airglow_max_concurrency = 512")
	run(t, late.Conn, "SET airglow_max_concurrency = 16")
	ctx, cancel := context.WithCancel(kit.Context())
	defer cancel()
	done := busy.begin(ctx, "SELECT d.f(JSON_ARRAY(v, 'many')) FROM d.t")
	for seen.calls("many") < 20 {
		if ctx.Err() != nil {
			t.Fatal("the busy session calls nothing")
		}
	}
	before := seen.calls("many")
	run(t, late.Conn, fmt.Sprintf("SELECT d.f(JSON_ARRAY(v, 'few')) FROM d.t WHERE id < %d", few))
	if meanwhile := seen.calls("many") - before; meanwhile > 3*few {
		t.Errorf("for %d calls of one session the other made %d", few, meanwhile)
	}
	cancel()
	<-done
}
