package openai

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
)

// What servers list, and what they do without a list.
func TestProbe(t *testing.T) {
	for name, tc := range map[string]struct {
		list  modelserver.Reply
		other modelserver.Reply
		found string
		kind  model.Kind
		text  string
	}{
		"llama.cpp":      {list: modelserver.Reply{Raw: `{"data":[{"id":"/models/x.gguf","owned_by":"llamacpp"}]}`}, found: "takes every name"},
		"with a tag":     {list: modelserver.Reply{Raw: `{"data":[{"id":"other:latest"}]}`}, found: "has the model"},
		"no list":        {list: modelserver.Reply{Status: http.StatusNotFound}, other: modelserver.Reply{Status: http.StatusBadRequest, Raw: `{}`}, found: "lists no models"},
		"no such path":   {list: modelserver.Reply{Status: http.StatusNotFound}, other: modelserver.Reply{Status: http.StatusNotFound}, kind: model.NotFound, text: "url"},
		"a page":         {list: modelserver.Reply{Raw: "<html>"}, kind: model.BadAnswer, text: "see whether url is right"},
		"no JSON":        {list: modelserver.Reply{Raw: "It works!"}, kind: model.BadAnswer, text: "see whether url is where the API begins"},
		"others":         {list: modelserver.Reply{Raw: `{"data":[{"id":"b"},{"id":"a"},{"id":"c"},{"id":"d"},{"id":"e"},{"id":"f"},{"id":"g"},{"id":"h"},{"id":"i"}]}`}, kind: model.NotFound, text: `has no model "other"; set target in the model map to one that it has: a, b, c, d, e, f, g, h and 1 more`},
		"none":           {list: modelserver.Reply{Raw: `{"data":[]}`}, kind: model.NotFound, text: "one that it has: none"},
		"a failure, 200": {list: modelserver.Reply{Raw: `{"error":{"message":"out of order"}}`}, kind: model.ModelFailed, text: "out of order"},
	} {
		server := modelserver.Start(t)
		server.Answer(func(q modelserver.Question) modelserver.Reply {
			if q.Path == "/v1/models" {
				return tc.list
			}
			return tc.other
		})
		found, err := New("local", modelserver.Connect(t, server.URL()+"/v1", time.Minute)).Probe(t.Context(), "other")
		switch {
		case tc.found != "":
			if err != nil || !strings.Contains(found, tc.found) {
				t.Errorf("%s: %q, %v", name, found, err)
			}
		case err == nil || model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text):
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
}

// Whatever a server lists, the sentence about it is bounded and in one line.
func FuzzModels(f *testing.F) {
	f.Add([]byte(`{"data":[{"id":"a","owned_by":"llamacpp"},{"id":"b\n"}]}`))
	b := New("p", modelserver.Connect(f, "http://127.0.0.1:1", time.Minute))
	f.Fuzz(func(t *testing.T, body []byte) {
		var list models
		if json.Unmarshal(body, &list) != nil {
			return
		}
		if text := b.lacks("target", list).Error(); len(text) > 8000 || strings.ContainsAny(text, "\r\n\x00\x1b") {
			t.Errorf("%q", text)
		}
	})
}
