package messages

import (
	"encoding/json"
	"reflect"
	"testing"
)

// A body goes to another Claude with one of its two settings, and is else the same.
func TestSamplingFor(t *testing.T) {
	const newer = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
	for _, tc := range []struct{ model, body, want string }{
		{newer, `{"max_tokens": 5, "temperature":0,"top_p":0,"top_k":1 }`, `{"max_tokens": 5, "temperature":0,"top_k":1 }`},
		{newer, `{"temperature" : 0.2, "a":{"top_p":1}, "top_p":0.9}`, `{"temperature" : 0.2, "a":{"top_p":1}}`},
		{"claude-opus-4-5", `{"top_p":0.9,"temperature":0.2}`, `{"temperature":0.2}`},
		{"claude-opus-4-1-20250805", `{"top_p":0.9,"temperature":1}`, `{"top_p":0.9}`},
		{newer, `{"top_p":0.999,"temperature":1.0}`, `{"temperature":1.0}`},
		{newer, `{"temperature": 0.7 ,"top_p":0}`, `{"temperature": 0}`},
		{newer, `{"temperature":1,"top_p":0,"temperature":0.5,"top_p":0.2}`, `{"temperature":1,"temperature":0.5}`},
		{newer, `{"temperature":0.5,"\u0074op_p":0.2}`, `{"temperature":0.5}`},
		{newer, `{"temperature":0.2}`, `{"temperature":0.2}`},
		{newer, `{"top_p":0.2,"temperature":null}`, `{"top_p":0.2,"temperature":null}`},
		{newer, `{"top_p":0.2,"temperature":"x"}`, `{"top_p":0.2,"temperature":"x"}`},
		{newer, `{"top_p":0.2,"temperature":1`, `{"top_p":0.2,"temperature":1`},
		{newer, `[1]`, `[1]`},
		{"us.anthropic.claude-sonnet-4-20250514-v1:0", `{"top_p":0.9,"temperature":0.2}`, `{"top_p":0.9,"temperature":0.2}`},
		{"claude-3-5-haiku-latest", `{"top_p":0.9,"temperature":0.2}`, `{"top_p":0.9,"temperature":0.2}`},
		{"qwen3", `{"top_p":0.9,"temperature":0.2}`, `{"top_p":0.9,"temperature":0.2}`},
	} {
		body := []byte(tc.body)
		if got := SamplingFor(tc.model, body); string(got) != tc.want || string(body) != tc.body {
			t.Errorf("%s: %s became %s, want %s", tc.model, tc.body, got, tc.want)
		}
	}
}

// Whatever a body is, what comes out has not both, and its other members are the same.
func FuzzSamplingFor(f *testing.F) {
	f.Add([]byte(`{"a":[1, {"top_p":2}],"temperature":0.5, "top_p" : 0 ,"temperature":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var before, after map[string]any
		if json.Unmarshal(body, &before) != nil || before == nil {
			return
		}
		if err := json.Unmarshal(SamplingFor("claude-opus-4-5", body), &after); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		_, warm := after["temperature"].(float64)
		_, narrow := after["top_p"].(float64)
		for _, members := range []map[string]any{before, after} {
			delete(members, "temperature")
			delete(members, "top_p")
		}
		if warm && narrow || !reflect.DeepEqual(before, after) {
			t.Errorf("%s: %v, %v", body, before, after)
		}
	})
}
