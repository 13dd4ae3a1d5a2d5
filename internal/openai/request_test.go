package openai

import (
	"encoding/json"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

func chat(model string) translate.Chat {
	return translate.Chat{Model: model, Chat: neutral.Chat{
		System: "Be short.", Turns: []neutral.Turn{{Role: neutral.User, Parts: []neutral.Part{{Text: "hello"}}}},
		MaxTokens: 9, Temperature: new(0.5), TopP: new(0.9), TopK: 40, Seed: new(int64(7)), Stop: []string{"a", "b", "c", "d", "e"},
	}}
}

func object(t *testing.T, body []byte, err error) map[string]any {
	t.Helper()
	var members map[string]any
	if err != nil || json.Unmarshal(body, &members) != nil {
		t.Fatalf("%s, %v", body, err)
	}
	return members
}

// The servers that copy OpenAI's API are sent more than OpenAI itself takes.
func TestVendors(t *testing.T) {
	messages := []any{map[string]any{"role": "system", "content": "Be short."}, map[string]any{"role": "user", "content": "hello"}}
	all := []any{"a", "b", "c", "d", "e"}
	for _, tc := range []struct {
		url, model string
		want       map[string]any
	}{
		{"http://127.0.0.1:8000/v1", "us.small", map[string]any{"max_tokens": 9.0, "temperature": 0.5, "top_p": 0.9, "top_k": 40.0, "seed": 7.0, "stop": all}},
		{"https://api.openai.com/v1", "gpt-4o", map[string]any{"max_completion_tokens": 9.0, "temperature": 0.5, "top_p": 0.9, "seed": 7.0, "stop": all[:4]}},
		{"https://api.openai.com/v1", "o4-mini", map[string]any{"max_completion_tokens": 9.0, "seed": 7.0}},
		{"https://x.openai.azure.com/openai/v1", "gpt-5-chat", map[string]any{"max_completion_tokens": 9.0, "temperature": 0.5, "top_p": 0.9, "seed": 7.0, "stop": all[:4]}},
		{"https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1", "openai.gpt-oss-20b-1:0", map[string]any{"max_completion_tokens": 9.0, "temperature": 0.5, "top_p": 0.9, "seed": 7.0, "stop": all}},
		{"https://api.mistral.ai/v1", "mistral-small-latest", map[string]any{"max_tokens": 9.0, "temperature": 0.5, "top_p": 0.9, "random_seed": 7.0, "stop": all}},
	} {
		tc.want["model"], tc.want["messages"] = tc.model, messages
		body, err := New("local", modelserver.Connect(t, tc.url, time.Minute)).ChatBody(chat(tc.model))
		if got := object(t, body, err); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s:\n%v\nwant\n%v", tc.url, got, tc.want)
		}
	}
}

// Only a top_k that the body asks for is sent: many servers refuse the member, and two
// families have one where the body says nothing.
func TestDefaultTopK(t *testing.T) {
	const claude, mistral = "anthropic.claude-v2:1", "mistral.mistral-7b-instruct-v0:2"
	for _, tc := range []struct {
		model, body string
		want        any
	}{
		{claude, `{"prompt":"\n\nHuman: hi\n\nAssistant:","max_tokens_to_sample":50}`, nil},
		{claude, `{"prompt":"\n\nHuman: hi\n\nAssistant:","max_tokens_to_sample":50,"top_k":250}`, 250.0},
		{mistral, `{"prompt":"<s>[INST] hi [/INST]"}`, nil},
		{mistral, `{"prompt":"<s>[INST] hi [/INST]","top_k":7}`, 7.0},
	} {
		server := modelserver.Start(t)
		p := translate.New(New("local", modelserver.Connect(t, server.URL()+"/v1", time.Minute)))
		if _, err := p.Invoke(t.Context(), model.Request{Service: model.Bedrock, Model: tc.model, Target: "small", Body: []byte(tc.body)}); err != nil {
			t.Fatal(err)
		}
		if sent := object(t, server.Questions()[0].Body, nil); sent["top_k"] != tc.want {
			t.Errorf("%s: %v", tc.body, sent)
		}
	}
}

// A route's parameters go under what the request says.
func TestParameters(t *testing.T) {
	c := chat("m")
	c.Parameters = map[string]json.RawMessage{"min_p": json.RawMessage("0.1"), "temperature": json.RawMessage("2"), "model": json.RawMessage(`"x"`)}
	c.Emit = func(neutral.Piece) error { return nil }
	body, err := New("local", modelserver.Connect(t, "http://127.0.0.1:1", time.Minute)).ChatBody(c)
	got := object(t, body, err)
	if got["min_p"] != 0.1 || got["temperature"] != 0.5 || got["model"] != "m" || got["stream"] != true {
		t.Errorf("%v", got)
	}
}

func TestHostname(t *testing.T) {
	for host, want := range map[string]string{"a.b:80": "a.b", "a.b": "a.b", "[::1]:8000": "[::1]", "[::1]": "[::1]"} {
		if got := hostname(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

// Counting goes by what the server has: llama.cpp's path, vLLM's, or none.
func TestCounting(t *testing.T) {
	for name, tc := range map[string]struct {
		missing string
		exact   bool
	}{"llama.cpp": {"-", true}, "vLLM": {"/v1/chat/completions/input_tokens", true}, "neither": {"t", false}} {
		server := modelserver.Start(t)
		server.Answer(func(q modelserver.Question) modelserver.Reply {
			if strings.Contains(q.Path, tc.missing) {
				return modelserver.Reply{Status: http.StatusNotFound, Raw: "{}"}
			}
			return modelserver.Reply{}
		})
		p := translate.New(New("local", modelserver.Connect(t, server.URL()+"/v1", time.Minute)))
		n, exact, err := p.CountTokens(t.Context(), modelserver.Claude("hello"))
		if err != nil || exact != tc.exact || exact && n != 5 || n == 0 {
			t.Errorf("%s: %d, exact %v, %v", name, n, exact, err)
		}
	}
	down, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + down.Addr().String()
	down.Close()
	_, _, err = translate.New(New("local", modelserver.Connect(t, url, time.Minute))).CountTokens(t.Context(), modelserver.Claude("hello"))
	if model.KindOf(err) != model.Unavailable {
		t.Errorf("a server that is down: %v", err)
	}
}

// Embeddings come in any order, one for each text.
func TestEmbeddings(t *testing.T) {
	server := modelserver.Start(t)
	b := New("local", modelserver.Connect(t, server.URL()+"/v1", time.Minute))
	texts := translate.Embed{Model: "small", Embed: neutral.Embed{Texts: []string{"one", "three"}}}
	v, err := b.Embed(t.Context(), texts)
	if err != nil || len(v.Floats) != 2 || v.Floats[0][0] != float32('o')/256 || v.Floats[1][0] != float32('t')/256 || v.Usage.InputTokens != 8 {
		t.Errorf("%+v, %v", v, err)
	}
	for name, raw := range map[string]string{
		"one too few": `{"data":[{"index":0,"embedding":[1]}]}`, "twice the same": `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"beyond": `{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`, "no numbers": `{"data":[{"embedding":[1]},{"embedding":[1]}]}`,
		"texts": `{"data":[{"index":0,"embedding":["x"]},{"index":1,"embedding":[1]}]}`, "a failure": `{"error":{"message":"no"}}`,
	} {
		server.Answer(func(modelserver.Question) modelserver.Reply { return modelserver.Reply{Raw: raw} })
		if _, err := b.Embed(t.Context(), texts); err == nil || model.KindOf(err) == model.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A model that is known to be made for it is asked for vectors of the length that the
// body wants, each request of a batch for its own. Others are not asked.
func TestDimensions(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(q modelserver.Question) modelserver.Reply {
		var body struct{ Dimensions int }
		_ = json.Unmarshal(q.Body, &body)
		if body.Dimensions == 0 {
			body.Dimensions = 1536
		}
		return modelserver.Reply{Dimensions: body.Dimensions}
	})
	p := translate.New(New("local", modelserver.Connect(t, server.URL()+"/v1", time.Minute)))
	titan := func(target, more string) model.Request {
		return model.Request{Service: model.Bedrock, Model: "amazon.titan-embed-text-v2:0", Target: target, Body: []byte(`{"inputText":"x"` + more + `}`)}
	}
	for _, tc := range []struct {
		req  model.Request
		want any
		text string
	}{
		{titan("text-embedding-3-small", ""), 1024.0, ""},
		{titan("openai/text-embedding-3-large", `,"dimensions":256`), 256.0, ""},
		{titan("text-embedding-ada-002", ""), nil, "matryoshka = true"},
		{titan("bge-m3", `,"dimensions":256`), nil, "matryoshka = true"},
	} {
		before := len(server.Questions())
		_, err := p.Invoke(t.Context(), tc.req)
		if (err == nil) != (tc.text == "") || err != nil && !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v", tc.req.Target, err)
		}
		if sent := object(t, server.Questions()[before].Body, nil); sent["dimensions"] != tc.want {
			t.Errorf("%s: sent %v", tc.req.Target, sent)
		}
	}
	before := len(server.Questions())
	results, err := p.InvokeBatch(t.Context(), []model.Request{
		titan("text-embedding-3-small", `,"dimensions":256`), titan("text-embedding-3-small", ""), titan("text-embedding-3-small", `,"dimensions":256`)})
	if err != nil || len(server.Questions()) != before+2 {
		t.Fatalf("%d requests, %v", len(server.Questions())-before, err)
	}
	for i, r := range results {
		var answer struct{ Embedding []float32 }
		if r.Err != nil || json.Unmarshal(r.Response.Body, &answer) != nil || len(answer.Embedding) != []int{256, 1024, 256}[i] {
			t.Errorf("%d: %d numbers, %v", i, len(answer.Embedding), r.Err)
		}
	}
}

// However an answer with embeddings is made, there is a vector at each place or an
// error.
func FuzzEmbeddings(f *testing.F) {
	f.Add([]byte(`{"data":[{"index":1,"embedding":[0.5]},{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":3}}`))
	f.Add([]byte(`{"data":[{"index":-1}]}`))
	b := New("p", modelserver.Connect(f, "http://127.0.0.1:1", time.Minute))
	f.Fuzz(func(t *testing.T, body []byte) {
		var answer embeddings
		if json.Unmarshal(body, &answer) != nil {
			return
		}
		v, err := b.inOrder(answer)
		if err == nil && (len(v.Floats) != len(answer.Data) || v.Usage.InputTokens < 0) {
			t.Errorf("%+v", v)
		}
	})
}
