package anthropic_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
)

// A body of Claude goes on as it is but for three members, with what no neutral form
// carries; the answer comes back untouched.
func TestPass(t *testing.T) {
	const answer = `{"id":"msg_7","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"a","citations":[{"type":"page"}]}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"cache_read_input_tokens":2,"output_tokens":4}}`
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply { return modelserver.Reply{Raw: answer} })
	req := modelserver.Claude("")
	req.Parameters = `{"service_tier":"auto","max_tokens":7}`
	req.Body = []byte(`{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["b1","b2"],"max_tokens":5,"temperature":0,"top_p":0,
		"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"x"}}]}],"tools":[{"name":"t","input_schema":{}}]}`)
	got, err := provider(t, server, time.Minute).Invoke(t.Context(), req)
	want := model.Usage{InputTokens: 3, CacheReadTokens: 2, OutputTokens: 4, Known: true}
	if err != nil || string(got.Body) != answer || got.Usage != want {
		t.Errorf("%s, %+v, %v", got.Body, got.Usage, err)
	}
	q := server.Questions()[0]
	var sent, expected map[string]any
	_ = json.Unmarshal(q.Body, &sent)
	_ = json.Unmarshal([]byte(`{"model":"small","service_tier":"auto","max_tokens":5,"temperature":0,
		"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"x"}}]}],"tools":[{"name":"t","input_schema":{}}]}`), &expected)
	if !reflect.DeepEqual(sent, expected) {
		t.Errorf("sent %s", q.Body)
	}
	if h := q.Header; h.Get("Anthropic-Version") != "2023-06-01" || strings.Join(h["Anthropic-Beta"], ",") != "b1,b2" || q.Path != "/v1/messages" {
		t.Errorf("with %v to %s", h, q.Path)
	}
}

// A newer Claude takes one of temperature and top_p. A body that names the model
// itself goes as it was written.
func TestSamplingOfANewerClaude(t *testing.T) {
	const answer = `{"id":"msg_7","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":4}}`
	for _, tc := range []struct{ named, target, want string }{
		{"anthropic.claude-3-haiku-20240307-v1:0", "claude-opus-4-5", `"temperature":0.2`},
		{"anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307", `"temperature":0.2,"top_p":0.9`},
		{"claude-opus-4-5", "", `"temperature":0.2,"top_p":0.9`},
	} {
		server := modelserver.Start(t)
		server.Answer(func(modelserver.Question) modelserver.Reply { return modelserver.Reply{Raw: answer} })
		req := modelserver.Claude("hello")
		req.Model, req.Target = tc.named, tc.target
		req.Body = []byte(`{"anthropic_version":"bedrock-2023-05-31","temperature":0.2,"top_p":0.9,"max_tokens":5,"messages":[{"role":"user","content":"x"}]}`)
		if _, err := provider(t, server, time.Minute).Invoke(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		var sent, expected map[string]any
		_ = json.Unmarshal(server.Questions()[0].Body, &sent)
		_ = json.Unmarshal([]byte(`{"model":"`+req.TargetModel()+`","max_tokens":5,"messages":[{"role":"user","content":"x"}],`+tc.want+`}`), &expected)
		if !reflect.DeepEqual(sent, expected) {
			t.Errorf("%s to %s: sent %v", tc.named, tc.target, sent)
		}
	}
}

// The events of a stream are those that came, without the pings.
func TestStreamIsPassedOn(t *testing.T) {
	server := modelserver.Start(t)
	var kinds []string
	_, err := provider(t, server, time.Minute).InvokeStream(t.Context(), modelserver.Claude("hello there"), func(piece []byte) error {
		var event struct{ Type string }
		if err := json.Unmarshal(piece, &event); err != nil {
			return err
		}
		kinds = append(kinds, event.Type)
		return nil
	})
	const want = "message_start content_block_start content_block_delta content_block_delta content_block_stop message_delta message_stop"
	if err != nil || strings.Join(kinds, " ") != want {
		t.Errorf("%v, %v", kinds, err)
	}
}

// The input of the cache is counted wherever a stream tells it.
func TestStreamCountsTheCache(t *testing.T) {
	for _, end := range []string{`"output_tokens":10`, `"input_tokens":20,"output_tokens":10`, `"input_tokens":20,"cache_creation_input_tokens":3000,"cache_read_input_tokens":400,"output_tokens":10`} {
		server := modelserver.Start(t)
		server.Answer(func(modelserver.Question) modelserver.Reply {
			return modelserver.Reply{Raw: `data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":20,"cache_creation_input_tokens":3000,"cache_read_input_tokens":400,"output_tokens":1}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"hello"}}

data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{` + end + `}}

data: {"type":"message_stop"}

`}
		})
		got, err := provider(t, server, time.Minute).InvokeStream(t.Context(), modelserver.Claude("x"), func([]byte) error { return nil })
		want := model.Usage{InputTokens: 20, OutputTokens: 10, CacheReadTokens: 400, CacheWriteTokens: 3000, Known: true}
		if err != nil || got.Usage != want {
			t.Errorf("%s: %+v, %v", end, got.Usage, err)
		}
	}
}

func TestRefusedBodies(t *testing.T) {
	server := modelserver.Start(t)
	p := provider(t, server, time.Minute)
	for name, body := range map[string]string{"no JSON": `{"a":`, "no object": `[1]`, "null": "null", "betas": `{"anthropic_beta":"x"}`} {
		req := modelserver.Claude("")
		req.Body = []byte(body)
		if _, err := p.Invoke(t.Context(), req); model.KindOf(err) != model.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(server.Questions()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A server without the counting of tokens leaves an estimate.
func TestCountingWithoutTheServer(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Status: http.StatusNotFound, Raw: "{}"}
	})
	for _, req := range []model.Request{modelserver.Claude("hello"), modelserver.Titan("hello")} {
		n, exact, err := provider(t, server, time.Minute).CountTokens(t.Context(), req)
		if err != nil || exact || n == 0 {
			t.Errorf("%d, exact %v, %v", n, exact, err)
		}
	}
	if q := server.Questions()[0]; q.Path != "/v1/messages/count_tokens" || strings.Contains(string(q.Body), "max_tokens") {
		t.Errorf("asked %s with %s", q.Path, q.Body)
	}
}
