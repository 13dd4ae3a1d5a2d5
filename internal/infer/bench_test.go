package infer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/bedrock"
	"airglow/internal/model"
)

// instant is a provider that answers at once.
type instant struct{ name string }

func (p instant) Name() string { return p.name }

func (p instant) Invoke(_ context.Context, req model.Request) (model.Response, error) {
	return model.Response{Body: req.Body, Provider: p.name, Model: req.Model}, nil
}

func benchRunner(b *testing.B, p model.Provider, o Options, limits Limits) *Runner {
	b.Helper()
	routes, err := NewMap([]Rule{{Pattern: "*", Provider: p.Name(), Limits: limits}}, map[string]model.Provider{p.Name(): p}, nil)
	if err != nil {
		b.Fatal(err)
	}
	o.Map, o.Counters = routes, &Counters{}
	return New(o)
}

// lookahead asks for n inputs, some hundred ahead of their evaluation, as the
// engine does.
func lookahead(b *testing.B, s *Statement, n, ahead int, call func(int) Call) {
	for i := range n + ahead {
		if i < n {
			s.Ask(b.Context(), call(i), nil)
		}
		if i < ahead {
			continue
		}
		if i >= n || (i-ahead)%ahead == 0 {
			s.Flush()
		}
		if _, err := s.Call(b.Context(), call(i-ahead)); err != nil {
			b.Fatal(err)
		}
	}
}

func bedrockCall(i int) Call { return ask(fmt.Sprintf(`{"inputText":"row %d"}`, i)) }

// BenchmarkAsk is 10,000 distinct inputs, the provider no time at all.
func BenchmarkAsk(b *testing.B) {
	r := benchRunner(b, instant{"bedrock"}, Options{}, Limits{})
	for b.Loop() {
		s := r.Statement(&Counters{})
		lookahead(b, s, 10_000, 500, bedrockCall)
		s.Close()
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkBatchRows is 1,000,000 rows with 10,000 distinct inputs of a service
// that takes batches.
func BenchmarkBatchRows(b *testing.B) {
	r := benchRunner(b, newInstantLines(), Options{}, Limits{})
	const rows = 1_000_000
	for b.Loop() {
		s := r.Statement(&Counters{})
		lookahead(b, s, rows, 1000, func(i int) Call { return row(fmt.Sprint(i % 10_000)) })
		s.Close()
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(r.counters.Snapshot().ActualRequest)/float64(b.N), "requests")
}

// instantLines takes batches and keeps nothing.
type instantLines struct{ instant }

func newInstantLines() instantLines { return instantLines{instant{"sagemaker"}} }

func (p instantLines) BatchLimits(model.Request) model.BatchLimits {
	return model.BatchLimits{Requests: 10_000}
}

func (p instantLines) InvokeBatch(ctx context.Context, reqs []model.Request) ([]model.Result, error) {
	results := make([]model.Result, len(reqs))
	for i, req := range reqs {
		results[i].Response, results[i].Err = p.Invoke(ctx, req)
	}
	return results, nil
}

// BenchmarkMemo is 1,000,000 distinct inputs with answers of 200 bytes, most of
// which go to disk.
func BenchmarkMemo(b *testing.B) {
	r := benchRunner(b, instant{"bedrock"}, Options{SpillDir: b.TempDir()}, Limits{})
	const inputs = 1_000_000
	padding := fmt.Sprintf("%0170d", 0)
	var most uint64
	before := heap()
	for b.Loop() {
		s := r.Statement(&Counters{})
		for part := range 10 {
			lookahead(b, s, inputs/10, 500, func(i int) Call {
				return ask(fmt.Sprintf(`{"inputText":"row %d %s"}`, part*inputs/10+i, padding))
			})
			most = max(most, heap())
		}
		if _, err := s.Call(b.Context(), ask(fmt.Sprintf(`{"inputText":"row %d %s"}`, 0, padding))); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	if n := r.counters.Snapshot().ActualRequest; n != int64(inputs*b.N) {
		b.Errorf("%d calls for %d inputs", n, inputs)
	}
	b.ReportMetric(float64(most-before)/1e6, "MB")
	b.ReportMetric(inputs*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// heap is the memory taken from the system for the heap, garbage included.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// BenchmarkQuota is 1,000 inputs under a quota of 50 calls a second: one of ours,
// and one that the service alone knows and enforces with Retry-After.
func BenchmarkQuota(b *testing.B) {
	for name, limits := range map[string]Limits{"ours": {CallsPerMinute: 3000}, "service's": {}} {
		b.Run(name, func(b *testing.B) {
			r := benchRunner(b, service50(true), Options{}, limits)
			for b.Loop() {
				s := r.Statement(&Counters{})
				lookahead(b, s, 1000, 500, bedrockCall)
				s.Close()
			}
			b.ReportMetric(100*20*float64(b.N)/b.Elapsed().Seconds(), "%_of_quota")
			b.ReportMetric(float64(r.counters.Snapshot().ActualRequest)/float64(b.N), "requests")
		})
	}
}

// BenchmarkLatency is 1,000 inputs of 100 ms each, 64 at once: ideally 1.6 s.
func BenchmarkLatency(b *testing.B) {
	p := echo("bedrock")
	p.answer = func(ctx context.Context, _ int, req model.Request) (model.Response, error) {
		select {
		case <-time.After(100 * time.Millisecond):
			return model.Response{Body: req.Body}, nil
		case <-ctx.Done():
			return model.Response{}, ctx.Err()
		}
	}
	var ratio float64
	for b.Loop() {
		r := benchRunner(b, p, Options{}, Limits{}) // a new lane: the window starts small
		s := r.Statement(&Counters{})
		start := time.Now()
		lookahead(b, s, 1000, 500, bedrockCall)
		ratio += time.Since(start).Seconds() / 1.6
		s.Close()
	}
	b.ReportMetric(ratio/float64(b.N), "x_ideal")
}

// BenchmarkHTTP is 10,000 distinct inputs over HTTP, from the SDK to a service on
// loopback that answers at once.
func BenchmarkHTTP(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"results":[{"outputText":"ok"}]}`)
	}))
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY": awstest.SecretAccessKey, "AWS_REGION": awstest.Region,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		b.Setenv(name, value)
	}
	session, err := awsclient.Load(b.Context(), awsclient.Options{Bedrock: awsclient.ServiceOptions{Endpoint: server.URL}})
	if err != nil {
		b.Fatal(err)
	}
	defer session.Close()
	r := benchRunner(b, bedrock.New(session), Options{}, Limits{})
	for b.Loop() {
		s := r.Statement(&Counters{})
		lookahead(b, s, 10_000, 500, bedrockCall)
		s.Close()
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
