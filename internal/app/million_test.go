package app_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"airglow/internal/awstest"
	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// BenchmarkMillionRows is of the shape of Aurora's published run: a SageMaker
// function over many rows with few distinct inputs. The memory is what the heap
// grows by at most.
func BenchmarkMillionRows(b *testing.B) {
	const rows, distinct = 1_000_000, 10_000
	kit := testkit.Start(b, withoutLedger)
	kit.Provider.Answer(func(model.Request) (model.Response, error) { return model.Response{Body: []byte("1")}, nil })
	million(b, kit, rows, distinct)
	b.ReportMetric(float64(kit.Provider.Calls())/float64(b.N), "calls")
}

// BenchmarkMillionRowsInBatches does so with an endpoint over HTTP, which takes them
// in batches of 100 ms.
func BenchmarkMillionRowsInBatches(b *testing.B) {
	const rows = 1_000_000
	for name, distinct := range map[string]int{"10,000 distinct": 10_000, "all distinct": rows} {
		b.Run(name, func(b *testing.B) {
			aws := awstest.Start(b)
			for name, value := range aws.Environment() {
				b.Setenv(name, value)
			}
			aws.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer {
				time.Sleep(answerTime)
				return awstest.CSV(strings.Repeat("1\n", 1+strings.Count(string(call.Body), "\n")))
			})
			million(b, testkit.Start(b, withoutLedger, func(c *config.Config) { c.Models, c.AWS.Region = nil, awstest.Region }), rows, distinct)
			b.ReportMetric(float64(aws.Count(awstest.InvokeEndpoint))/float64(b.N), "requests")
		})
	}
}

// million measures a function over so many rows, of which some are distinct.
func million(b *testing.B, kit *testkit.Kit, rows, distinct int) {
	kit.Exec("CREATE DATABASE d", "CREATE FUNCTION d.score(n INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'm'",
		"CREATE TABLE d.digits (n INT)", "INSERT INTO d.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
		"CREATE TABLE d.wide (id INT PRIMARY KEY, n INT)")
	for hundredThousand := range rows / 100_000 {
		kit.Exec(fmt.Sprintf(`INSERT INTO d.wide SELECT id, id %% %d FROM (SELECT %d * 100000 + a.n * 10000 + b.n * 1000 + c.n * 100 + e.n * 10 + f.n AS id
			FROM d.digits a, d.digits b, d.digits c, d.digits e, d.digits f) x`, distinct, hundredThousand))
	}
	conn, err := kit.DB("root", "").Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for b.Loop() {
		grown := growth(func() { run(b, conn, "SELECT SUM(d.score(n)) FROM d.wide") })
		b.ReportMetric(float64(grown)/(1<<20), "MB-grown")
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// growth returns by how many bytes the heap grows at most while work runs.
func growth(work func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			case <-done:
				return
			}
		}
	}()
	work()
	close(done)
	<-ended
	return most - before
}
