package dialect_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

// bodySize is that of the requests that BenchmarkTranslate reads, in bytes.
const bodySize = 4096

// benchBody returns a request of a family: a system prompt, and a conversation of
// five turns whose texts have line breaks and quotes in them.
func benchBody(b *testing.B, f dialect.Family) []byte {
	b.Helper()
	c := dialect.Chat{System: "You are a helpful assistant of a shop.", MaxTokens: 500, Temperature: new(0.5), Stop: []string{"END"}}
	for i := range 5 {
		role := dialect.User
		if i%2 == 1 {
			role = dialect.Assistant
		}
		c.Turns = append(c.Turns, dialect.Turn{Role: role, Parts: []dialect.Part{{}}})
	}
	line := "The customer wrote: \"it arrived late, and the box was torn.\"\n"
	for n := 0; ; n++ {
		body, err := f.EncodeChat(c)
		if err != nil {
			b.Fatal(err)
		}
		missing := bodySize - len(body)
		if missing <= 0 {
			return body
		}
		part := &c.Turns[n%5].Parts[0]
		part.Text += line
		if missing < 400 {
			part.Text += strings.Repeat("x", missing)
		}
	}
}

// processorTime is what this process has used of the processor, its collector's
// part too.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkTranslate is what a stand-in adds to a call: the request is read, and an
// answer of 80 words written. cpu-ns/op is to be under 50,000, also where other
// programs make ns/op longer, and B/op at most three times the body.
func BenchmarkTranslate(b *testing.B) {
	result := dialect.Result{
		ID: "abc", Model: "m", Text: strings.Repeat("It is a complaint about the delivery. ", 12),
		Usage: model.Usage{InputTokens: 900, OutputTokens: 80, Known: true},
	}
	for _, s := range speeches() {
		f := s.family(b)
		b.Run(f.Name(), func(b *testing.B) {
			body := benchBody(b, f)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			begin := processorTime(b)
			for b.Loop() {
				if _, err := f.DecodeChat(body); err != nil {
					b.Fatal(err)
				}
				if _, err := f.EncodeResult(result); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime(b)-begin)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(len(body)), "body-B")
		})
	}
}
