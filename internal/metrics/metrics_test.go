package metrics_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/metrics"
	"airglow/internal/model"
)

func listen(t *testing.T, m *metrics.Metrics) *metrics.Listener {
	t.Helper()
	l, err := m.Listen("127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func get(t *testing.T, l *metrics.Listener, path string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Get("http://" + l.Addr().String() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(text)
}

func dollars(d float64) *ledger.Money {
	m := ledger.Dollars(d)
	return &m
}

func TestWhatIsCounted(t *testing.T) {
	m := metrics.New()
	l := listen(t, m)
	defer l.Close()
	usage := model.Usage{Known: true, InputTokens: 10, OutputTokens: 5, CacheReadTokens: 2}
	for _, o := range []infer.Observation{
		{Number: 1, Took: 30 * time.Millisecond, Failures: []string{"throttled"}},
		{Number: 2, Took: 300 * time.Millisecond, Answers: 1, Usage: usage, Cost: dollars(0.25)},
		{Number: 1, Took: time.Second, Answers: 3, Failures: []string{"bad answer", "bad answer"}},
	} {
		o.Provider, o.Model = "bedrock", "m-1"
		m.Attempted(o)
	}
	m.Reused("bedrock", "m-1")
	m.Read(metrics.Sources{
		Loads: func() []infer.Load {
			return []infer.Load{{Provider: "bedrock", Model: "m-1", InFlight: 7, Waiting: 9}}
		},
		Server: func() metrics.Server { return metrics.Server{Sessions: 3, Running: 2, Statements: 12} },
	})
	_, text := get(t, l, "/metrics")
	const labels = `{model="m-1",provider="bedrock"}`
	for _, want := range []string{
		"airglow_model_calls_total" + labels + " 4",
		`airglow_model_failures_total{kind="throttled",model="m-1",provider="bedrock"} 1`,
		`airglow_model_failures_total{kind="bad answer",model="m-1",provider="bedrock"} 2`,
		"airglow_model_retries_total" + labels + " 1",
		"airglow_model_throttles_total" + labels + " 1",
		`airglow_model_tokens_total{direction="input",model="m-1",provider="bedrock"} 10`,
		`airglow_model_tokens_total{direction="cache_read",model="m-1",provider="bedrock"} 2`,
		"airglow_model_cost_dollars_total" + labels + " 0.25",
		"airglow_model_unpriced_calls_total" + labels + " 3",
		"airglow_model_reused_answers_total" + labels + " 1",
		`airglow_model_attempt_seconds_bucket{model="m-1",provider="bedrock",le="0.5"} 2`,
		"airglow_model_attempt_seconds_count" + labels + " 3",
		"airglow_model_in_flight" + labels + " 7",
		"airglow_model_queue_length" + labels + " 9",
		"airglow_sessions 3", "airglow_statements_running 2", "airglow_statements_total 12",
		"go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

// SQL can name any number of models; the labels are bounded all the same.
func TestTheLabelsAreBounded(t *testing.T) {
	m := metrics.New()
	l := listen(t, m)
	defer l.Close()
	var all sync.WaitGroup
	const models = 1000
	for i := range models {
		all.Go(func() {
			m.Attempted(infer.Observation{Provider: "p", Model: fmt.Sprint("m", i), Answers: 1})
			m.Reused("p", fmt.Sprint("m", i))
		})
	}
	all.Wait()
	m.Read(metrics.Sources{
		Loads: func() (loads []infer.Load) {
			for i := range models {
				loads = append(loads, infer.Load{Provider: "p", Model: fmt.Sprint("m", i), InFlight: 1})
			}
			return loads
		},
		Server: func() metrics.Server { return metrics.Server{} },
	})
	code, text := get(t, l, "/metrics")
	if code != http.StatusOK || strings.Count(text, "\nairglow_model_calls_total{") != 201 || strings.Count(text, "\nairglow_model_in_flight{") != 201 {
		t.Errorf("code %d, %d models", code, strings.Count(text, "\nairglow_model_calls_total{"))
	}
	for _, want := range []string{`airglow_model_calls_total{model="other",provider="p"} 800`, `airglow_model_in_flight{model="other",provider="p"} 800`} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestHealth(t *testing.T) {
	l := listen(t, metrics.New())
	for _, c := range []struct {
		ready bool
		path  string
		code  int
	}{
		{false, "/healthz", 200}, {false, "/readyz", 503}, {true, "/readyz", 200}, {true, "/healthz", 200}, {false, "/readyz", 503},
		{false, "/", 404}, {false, "/debug/pprof/", 404},
	} {
		l.Ready(c.ready)
		if code, text := get(t, l, c.path); code != c.code {
			t.Errorf("%s: %d %s, want %d", c.path, code, text, c.code)
		}
	}
	if _, err := metrics.New().Listen(l.Addr().String(), slog.New(slog.DiscardHandler)); !errors.Is(err, syscall.EADDRINUSE) {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
