package translate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"airglow/internal/anthropic"
	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/ollama"
	"airglow/internal/openai"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// What a translation may cost: processor time for a request of 4 KB and its answer,
// and memory allocated for it, in sizes of the request.
const (
	idealTime   = 50 * time.Microsecond
	idealMemory = 3.0
	requestSize = 4096
)

// wire is a Backend without its network.
type wire interface {
	translate.Backend
	ChatBody(translate.Chat) ([]byte, error)
	ChatAnswer([]byte) (neutral.Result, error)
}

// offline writes what would be sent, and reads an answer that is there already.
type offline struct {
	wire
	answer []byte
}

func (o offline) Chat(_ context.Context, chat translate.Chat) (neutral.Result, error) {
	if _, err := o.ChatBody(chat); err != nil {
		return neutral.Result{}, fmt.Errorf("offline: %w", err)
	}
	return o.ChatAnswer(o.answer)
}

// offlineClaude is offline for a server that speaks a family itself.
type offlineClaude struct {
	*anthropic.Backend
	offline
}

func (o offlineClaude) Name() string { return o.Backend.Name() }
func (o offlineClaude) Embed(ctx context.Context, e translate.Embed) (neutral.Vectors, error) {
	return o.Backend.Embed(ctx, e)
}
func (o offlineClaude) ChatBody(c translate.Chat) ([]byte, error) { return o.Backend.ChatBody(c) }
func (o offlineClaude) ChatAnswer(b []byte) (neutral.Result, error) {
	return o.Backend.ChatAnswer(b)
}
func (o offlineClaude) Chat(ctx context.Context, c translate.Chat) (neutral.Result, error) {
	return o.offline.Chat(ctx, c)
}

func (o offlineClaude) Pass(_ context.Context, body translate.Body) (json.RawMessage, error) {
	if _, err := o.Request(body); err != nil {
		return nil, fmt.Errorf("offline: %w", err)
	}
	return o.answer, nil
}

// said is an answer of 80 words.
var said = strings.Repeat("It is a complaint about the \"delivery\".\n", 12)

// backends gives a backend of each kind, whose server has answered.
func backends(tb testing.TB) map[string]translate.Backend {
	tb.Helper()
	client, err := outbound.New(outbound.Options{Provider: "local", URL: "http://127.0.0.1:1", Timeout: time.Minute})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	text, err := json.Marshal(said)
	if err != nil {
		tb.Fatal(err)
	}
	claude := anthropic.New("local", client)
	return map[string]translate.Backend{
		"OpenAI-like": offline{openai.New("local", client), fmt.Appendf(nil,
			`{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],"usage":{"prompt_tokens":900,"completion_tokens":80,"total_tokens":980}}`, text)},
		"Ollama": offline{ollama.New(ollama.Options{Name: "local", Client: client}), fmt.Appendf(nil,
			`{"model":"m","created_at":"2026-11-27T00:00:00Z","message":{"role":"assistant","content":%s},"done":true,"done_reason":"stop","total_duration":1,"prompt_eval_count":900,"eval_count":80}`, text)},
		"Anthropic": offlineClaude{claude, offline{claude, fmt.Appendf(nil,
			`{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":%s}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":900,"output_tokens":80}}`, text)}},
	}
}

// bodies are requests of 4 KB: a system prompt and a conversation of five turns whose
// texts have line breaks and quotes in them.
func bodies(tb testing.TB) map[string]model.Request {
	tb.Helper()
	requests := map[string]model.Request{}
	for name, id := range map[string]string{
		"Claude": "anthropic.claude-3-haiku-20240307-v1:0", "Nova": "amazon.nova-lite-v1:0",
		"Titan": "amazon.titan-text-express-v1", "Llama": "meta.llama3-8b-instruct-v1:0",
	} {
		family, _ := dialect.ForModel(id)
		requests[name] = model.Request{Service: model.Bedrock, Model: id, Target: "m", Body: conversation(tb, family)}
	}
	return requests
}

func conversation(tb testing.TB, family dialect.Family) []byte {
	tb.Helper()
	chat := neutral.Chat{System: "You are a helpful assistant of a shop.", MaxTokens: 500, Temperature: new(0.5)}
	for i := range 5 {
		role := neutral.User
		if i%2 == 1 {
			role = neutral.Assistant
		}
		chat.Turns = append(chat.Turns, neutral.Turn{Role: role, Parts: []neutral.Part{{}}})
	}
	for n := 0; ; n++ {
		body, err := family.EncodeChat(chat)
		if err != nil {
			tb.Fatal(err)
		}
		missing := requestSize - len(body)
		if missing <= 0 {
			return body
		}
		text := &chat.Turns[n%5].Parts[0].Text
		*text += "The customer wrote: \"it arrived late, and the box was torn.\"\n"
		if missing < 200 {
			*text += strings.Repeat("x", missing)
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

// BenchmarkWholeWay is what a translation adds to a call: a request in a family's body
// is read and written for a server, the server's answer read and written as the family
// would have. cpu-ns/op is processor time, which other programs on the machine do not
// lengthen; x-body is what was allocated, in sizes of the request.
func BenchmarkWholeWay(b *testing.B) {
	for server, backend := range backends(b) {
		provider := translate.New(backend)
		for family, req := range bodies(b) {
			b.Run(family+"/"+server, func(b *testing.B) {
				b.ReportAllocs()
				begin := processorTime(b)
				for b.Loop() {
					if _, err := provider.Invoke(b.Context(), req); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(processorTime(b)-begin)/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(idealTime), "ideal-cpu-ns/op")
				b.ReportMetric(float64(allocated(b.Context(), provider, req))/float64(len(req.Body)), "x-body")
				b.ReportMetric(idealMemory, "ideal-x-body")
			})
		}
	}
}

// allocated is how many bytes a call allocates, once all pools are filled.
func allocated(ctx context.Context, provider *translate.Provider, req model.Request) uint64 {
	const calls = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		_, _ = provider.Invoke(ctx, req)
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / calls
}

// The bound of the benchmark that does not depend on the machine, held to on every run
// of the tests.
func TestAllocationsAreFew(t *testing.T) {
	if raced {
		t.Skip("pools are not kept under the race detector")
	}
	for server, backend := range backends(t) {
		provider := translate.New(backend)
		for family, req := range bodies(t) {
			if _, err := provider.Invoke(t.Context(), req); err != nil {
				t.Fatalf("%s by %s: %v", family, server, err)
			}
			bytes := allocated(t.Context(), provider, req)
			if times := float64(bytes) / float64(len(req.Body)); times > idealMemory {
				t.Errorf("%s by %s: %d bytes allocated, %.1f times the body", family, server, bytes, times)
			}
		}
	}
}
