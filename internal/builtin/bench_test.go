package builtin_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"airglow/internal/model"
)

// processorTime is what this process has used of the processor. Other programs on
// the machine make it grow less than the time on the clock.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkInvoke measures whole calls, request body to response body, one
// after the other.
func BenchmarkInvoke(b *testing.B) {
	p := provider(b)
	claude := func(prompt string) model.Request {
		return model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(b, prompt, nil)}
	}
	feedback := "The room was clean and the staff were friendly, but breakfast was cold and we waited an hour for a table."
	for _, c := range []struct {
		name string
		req  model.Request
	}{
		{"sentiment of 21 words", model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte(feedback)}},
		{"summary of 46 words", claude("Please summarize the following description in 200 characters or less. " + queueNews + " ?")},
		{"product name in 46 words", claude("Please pick up product name only from the following description. " + queueNews + " ?")},
		{"key phrases of 61 words", claude("Extract five key phrases from this text: " + bridge)},
		{"question on 105 words", claude("Answer from this text: " + letter + " Question: How much did the building cost?")},
		{"categories of 12 announcements", claude("Please categorize and tell me what kind of services improvement being talked about based on the following content.  " + news() + " ?")},
	} {
		b.Run(c.name, func(b *testing.B) {
			begin := processorTime(b)
			for b.Loop() {
				if _, err := p.Invoke(context.Background(), c.req); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
			b.ReportMetric(float64((processorTime(b)-begin).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkInvokeParallel is the same with as many calls at once as there are
// cores.
func BenchmarkInvokeParallel(b *testing.B) {
	p := provider(b)
	req := model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte("The parcel came a day early and everything works.")}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Invoke(context.Background(), req); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
