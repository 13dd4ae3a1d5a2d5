package builtin_test

import (
	"context"
	"testing"

	"airglow/internal/model"
)

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
			for b.Loop() {
				if _, err := p.Invoke(context.Background(), c.req); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
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
