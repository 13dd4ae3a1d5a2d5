// Package metrics shows figures of the server to a Prometheus, and to whoever asks
// whether it is up.
//
// [Metrics] (this file) counts the attempts that infer tells it of and, when it is
// asked, reads how busy the models and the server are. http.go serves that at
// /metrics, with /healthz and /readyz. Labels are the provider and the model that
// was asked, never a user nor anything of a request; beyond a number of models the
// rest is counted together.
package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"airglow/internal/infer"
)

// mostModels is how many models have labels of their own: SQL can name any.
const mostModels = 200

// others is the label of the models beyond.
const others = "other"

// seconds are the bounds of the histogram of latencies.
var seconds = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80}

// Metrics counts. It implements infer.Observer and is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	calls, failures, retries, throttles *prometheus.CounterVec
	tokens, cost, unpriced, reused      *prometheus.CounterVec
	latency                             *prometheus.HistogramVec

	mu     sync.Mutex
	models map[[2]string]bool
}

var _ infer.Observer = (*Metrics)(nil)

// New returns Metrics that have counted nothing.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), models: map[[2]string]bool{}}
	counter := func(name, help string, more ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "airglow_model_" + name, Help: help}, append([]string{"provider", "model"}, more...))
		m.registry.MustRegister(c)
		return c
	}
	m.calls = counter("calls_total", "Calls that a model answered.")
	m.failures = counter("failures_total", "Calls of attempts that failed, by the kind of failure.", "kind")
	m.retries = counter("retries_total", "Attempts after the first at a call.")
	m.throttles = counter("throttles_total", "Calls that the service refused because there were too many.")
	m.tokens = counter("tokens_total", "Tokens that services reported: input, output, cache_read, cache_write.", "direction")
	m.cost = counter("cost_dollars_total", "Cost of the answers whose price is known, in US dollars.")
	m.unpriced = counter("unpriced_calls_total", "Answers whose cost is not known.")
	m.reused = counter("reused_answers_total", "Recorded answers that were used again; those of recordings have the provider recording.")
	m.latency = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "airglow_model_attempt_seconds", Help: "How long attempts at a model took, those that failed included.", Buckets: seconds,
	}, []string{"provider", "model"})
	m.registry.MustRegister(m.latency, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// label is the model as a label. The providers are few.
func (m *Metrics) label(provider, model string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := [2]string{provider, model}
	if !m.models[key] && len(m.models) >= mostModels {
		return others
	}
	m.models[key] = true
	return model
}

// Attempted implements infer.Observer.
func (m *Metrics) Attempted(o infer.Observation) {
	model := m.label(o.Provider, o.Model)
	m.latency.WithLabelValues(o.Provider, model).Observe(o.Took.Seconds())
	if o.Number > 1 {
		m.retries.WithLabelValues(o.Provider, model).Inc()
	}
	for _, kind := range o.Failures {
		m.failures.WithLabelValues(o.Provider, model, kind).Inc()
		if kind == "throttled" {
			m.throttles.WithLabelValues(o.Provider, model).Inc()
		}
	}
	if o.Answers == 0 {
		return
	}
	m.calls.WithLabelValues(o.Provider, model).Add(float64(o.Answers))
	if o.Cost != nil {
		m.cost.WithLabelValues(o.Provider, model).Add(o.Cost.Dollars())
	} else {
		m.unpriced.WithLabelValues(o.Provider, model).Add(float64(o.Answers))
	}
	for direction, n := range map[string]int64{
		"input": o.Usage.InputTokens, "output": o.Usage.OutputTokens,
		"cache_read": o.Usage.CacheReadTokens, "cache_write": o.Usage.CacheWriteTokens,
	} {
		if n > 0 {
			m.tokens.WithLabelValues(o.Provider, model, direction).Add(float64(n))
		}
	}
}

// Reused implements infer.Observer.
func (m *Metrics) Reused(provider, model string) {
	m.reused.WithLabelValues(provider, m.label(provider, model)).Inc()
}

// Server is how busy the server is.
type Server struct {
	// Sessions are the open connections, Running the statements under way, and
	// Statements those that have begun since the start.
	Sessions, Running int
	Statements        uint64
}

// Sources are what is read when somebody asks for the figures.
type Sources struct {
	Loads  func() []infer.Load
	Server func() Server
}

// Read has the figures of sources shown besides. Call it once.
func (m *Metrics) Read(s Sources) {
	m.registry.MustRegister(&reading{Sources: s, label: m.label})
}

// reading reads the sources.
type reading struct {
	Sources
	label func(provider, model string) string
}

var (
	inFlight   = prometheus.NewDesc("airglow_model_in_flight", "Attempts under way.", []string{"provider", "model"}, nil)
	waiting    = prometheus.NewDesc("airglow_model_queue_length", "Attempts that wait for their turn at the model.", []string{"provider", "model"}, nil)
	sessions   = prometheus.NewDesc("airglow_sessions", "Open connections.", nil, nil)
	running    = prometheus.NewDesc("airglow_statements_running", "Statements under way.", nil, nil)
	statements = prometheus.NewDesc("airglow_statements_total", "Statements since the start, preparations included.", nil, nil)
)

// Describe implements prometheus.Collector.
func (r *reading) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{inFlight, waiting, sessions, running, statements} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (r *reading) Collect(out chan<- prometheus.Metric) {
	sums := map[[2]string]infer.Load{}
	for _, l := range r.Loads() {
		key := [2]string{l.Provider, r.label(l.Provider, l.Model)}
		sum := sums[key]
		sum.InFlight, sum.Waiting = sum.InFlight+l.InFlight, sum.Waiting+l.Waiting
		sums[key] = sum
	}
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	for key, sum := range sums {
		gauge(inFlight, sum.InFlight, key[0], key[1])
		gauge(waiting, sum.Waiting, key[0], key[1])
	}
	server := r.Server()
	gauge(sessions, server.Sessions)
	gauge(running, server.Running)
	out <- prometheus.MustNewConstMetric(statements, prometheus.CounterValue, float64(server.Statements))
}
