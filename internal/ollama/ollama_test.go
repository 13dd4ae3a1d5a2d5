package ollama_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
	"airglow/internal/ollama"
	"airglow/internal/translate"
)

func provider(t *testing.T, server *modelserver.Server, timeout time.Duration) modelserver.Provider {
	t.Helper()
	return translate.New(ollama.New(ollama.Options{Name: "local", Client: modelserver.Connect(t, server.URL(), timeout)}))
}

func TestSuite(t *testing.T) {
	modelserver.Suite{
		New:     provider,
		Broken:  "{broken\n",
		Failing: "{\"error\":\"the model has crashed\"}\n",
	}.Run(t)
}

// sent returns the body of the only request, as JSON.
func sent(t *testing.T, server *modelserver.Server) map[string]any {
	t.Helper()
	questions := server.Questions()
	if len(questions) != 1 {
		t.Fatalf("%d requests were sent", len(questions))
	}
	var body map[string]any
	if err := json.Unmarshal(questions[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body
}

// What Ollama would decide by itself is told: the size of the context, that nothing
// is cut, and what the model's family has for defaults.
func TestRequest(t *testing.T) {
	server := modelserver.Start(t)
	backend := ollama.New(ollama.Options{Name: "local", Client: modelserver.Connect(t, server.URL(), time.Minute), ContextSize: 4096, KeepAlive: 5 * time.Minute})
	req := modelserver.Claude("hello")
	req.Parameters = `{"think":false,"options":{"repeat_penalty":1.2,"temperature":0.9,"num_gpu":1}}`
	if _, err := translate.New(backend).Invoke(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	body := sent(t, server)
	want := map[string]any{"model": "small", "stream": false, "truncate": false, "shift": false, "keep_alive": "5m0s", "think": false,
		"messages": []any{map[string]any{"role": "user", "content": "hello"}},
		"options":  map[string]any{"num_ctx": 4096.0, "num_predict": 100.0, "temperature": 0.0, "seed": 1.0, "top_k": 0.0, "repeat_penalty": 1.2, "num_gpu": 1.0}}
	if !reflect.DeepEqual(body, want) {
		t.Errorf("sent\n%v\nwant\n%v", body, want)
	}
}

const toolBody = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,"system":"Be short.","stop_sequences":["END"],"temperature":0.5,"top_k":20,
	"tools":[{"name":"weather","description":"tells it","input_schema":{"type":"object"}}],%s
	"messages":[{"role":"user","content":[{"type":"text","text":"Look:"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGVsbG8="}}]},
	{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"weather","input":{"at":"sea"}}]},
	{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"rain"}]}]}`

// Tools and images have their places, and a tool that has to run is refused.
func TestToolsAndImages(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Raw: `{"message":{"content":"","tool_calls":[{"function":{"name":"weather","arguments":{"at":"shore"}}}]},"done":true,"done_reason":"stop"}`}
	})
	p := provider(t, server, time.Minute)
	req := modelserver.Claude("")
	req.Body = fmt.Appendf(nil, toolBody, "")
	got, err := p.Invoke(t.Context(), req)
	if err != nil || !strings.Contains(string(got.Body), `"name":"weather","input":{"at":"shore"}`) || !strings.Contains(string(got.Body), `"stop_reason":"tool_use"`) {
		t.Errorf("%s, %v", got.Body, err)
	}
	written, err := json.Marshal(sent(t, server)["messages"])
	const want = `[{"content":"Be short.","role":"system"},{"content":"Look:","images":["aGVsbG8="],"role":"user"},` +
		`{"content":"","role":"assistant","tool_calls":[{"function":{"arguments":{"at":"sea"},"name":"weather"},"id":"t1"}]},` +
		`{"content":"rain","role":"tool","tool_name":"weather"}]`
	if err != nil || string(written) != want {
		t.Errorf("sent\n%s\nwant\n%s", written, want)
	}
	req.Body = fmt.Appendf(nil, toolBody, `"tool_choice":{"type":"any"},`)
	if err := p.Check(req); model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), "tool choice") {
		t.Errorf("a tool that has to run: %v", err)
	}
}

// What a model thinks aloud is no part of its answer.
func TestThoughts(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Text: "<think>first this</think>\n\nthen that", Thought: "before all"}
	})
	p := provider(t, server, time.Minute)
	whole, err := p.Invoke(t.Context(), modelserver.Claude("q"))
	if err != nil || !strings.Contains(string(whole.Body), `"text":"then that"`) || strings.Contains(string(whole.Body), "first") {
		t.Errorf("%s, %v", whole.Body, err)
	}
	streamed, err := p.InvokeStream(t.Context(), modelserver.Claude("q"), func([]byte) error { return nil })
	if err != nil || string(streamed.Body) != string(whole.Body) {
		t.Errorf("%s, %v", streamed.Body, err)
	}
}

// A server that only loads the model, or whose answer goes on after its end, gives
// no answer.
func TestOddAnswers(t *testing.T) {
	for raw, kind := range map[string]model.Kind{
		`{"message":{"content":""},"done":true,"done_reason":"load"}`:     model.NotReady,
		`{"message":{"content":"x"},"done":true,"done_reason":"magic"}`:   model.BadAnswer,
		`{"message":{"content":"x"},"done":false}`:                        model.BadAnswer,
		`{"message":{"tool_calls":[{"function":{}}]},"done":true}`:        model.BadAnswer,
		`{"error":"model requires more system memory than is available"}`: model.ModelFailed,
	} {
		server := modelserver.Start(t)
		server.Answer(func(modelserver.Question) modelserver.Reply { return modelserver.Reply{Raw: raw} })
		if _, err := provider(t, server, time.Minute).Invoke(t.Context(), modelserver.Claude("q")); model.KindOf(err) != kind || err == nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Raw: "{\"message\":{\"content\":\"x\"},\"done\":true}\n{\"message\":{\"content\":\"y\"},\"done\":true}\n"}
	})
	if _, err := provider(t, server, time.Minute).InvokeStream(t.Context(), modelserver.Claude("q"), func([]byte) error { return nil }); model.KindOf(err) != model.BadAnswer {
		t.Errorf("two ends: %v", err)
	}
}

func TestEmbeddingsSuite(t *testing.T) { modelserver.Suite{New: provider}.RunEmbeddings(t) }
