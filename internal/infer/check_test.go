package infer

import (
	"strings"
	"testing"

	"airglow/internal/model"
)

func TestCheckBody(t *testing.T) {
	for _, c := range []struct{ contentType, body, want string }{
		{"", `{"inputText":"x"}`, ""},
		{"application/json; charset=utf-8", ` [] `, ""},
		{"text/plain", `not json`, ""},
		{"", ``, "it is empty"},
		{"", `{"a":"private`, "unexpected end of JSON input at byte 13 of 13"},
		{"application/json", `{"a":"it"s private"}`, "invalid character 's' after object key:value pair at byte 10 of 20"},
		{"application/vnd.x+json", `{} private`, "invalid character 'p' after top-level value at byte 4 of 10"},
	} {
		err := checkBody(model.Request{Service: model.Bedrock, Model: "m", ContentType: c.contentType, Body: []byte(c.body)})
		switch {
		case c.want == "" && err != nil, c.want != "" && model.KindOf(err) != model.Invalid:
			t.Errorf("%s: %v", c.body, err)
		case c.want != "" && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "private")):
			t.Errorf("%s: %v, want %s", c.body, err, c.want)
		}
	}
	if err := checkBody(model.Request{Service: model.SageMaker, Body: []byte("1,2")}); err != nil {
		t.Error(err)
	}
}

func TestNothingIsSentThatCannotBeTaken(t *testing.T) {
	p := echo("bedrock")
	r := runnerOver(t, p, Options{})
	call := ask("")
	call.Request.ContentType = "text/plain"
	call.Request.Body = make([]byte, maxBedrockBody+1)
	if _, err := r.Call(t.Context(), call); model.KindOf(err) != model.TooLarge {
		t.Errorf("error %v", err)
	}
	if _, err := r.Call(t.Context(), ask(`{`)); model.KindOf(err) != model.Invalid {
		t.Errorf("error %v", err)
	}
	if p.calls() != 0 {
		t.Errorf("%d requests were sent", p.calls())
	}
	call.Request.Body = call.Request.Body[:maxBedrockBody]
	if _, err := r.Call(t.Context(), call); err != nil {
		t.Errorf("the largest body: %v", err)
	}
}

func FuzzJSONFault(f *testing.F) {
	for _, s := range []string{"", "{", `{"a":1`, `{"a" 1}`, "\xff", `"\u12`, strings.Repeat("[", 20000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := checkBody(model.Request{Service: model.Bedrock, Body: body})
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("the error repeats the body: %s", err)
		}
	})
}
