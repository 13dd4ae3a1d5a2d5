package bedrock_test

import (
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/model"
)

// A route's parameters go under what the body sets.
func TestParameters(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.JSON(`{}`))
	req := request(claude, `{"max_tokens":5}`)
	req.Parameters = `{"max_tokens":9,"top_k":3}`
	p := newProvider(t, server)
	if _, err := p.Invoke(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if got := string(server.Calls(awstest.InvokeModel)[0].Body); got != `{"max_tokens":5,"top_k":3}` {
		t.Errorf("sent %s", got)
	}
	req.Body = []byte(`[]`)
	if _, err := p.Invoke(t.Context(), req); model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), "parameters") {
		t.Errorf("no object: %v", err)
	}
}

// Trying costs nothing: Bedrock is not asked.
func TestProbe(t *testing.T) {
	server := awstest.Start(t)
	p := newProvider(t, server)
	for _, req := range []model.Request{{Service: model.Bedrock}, request(claude, "")} {
		if found, err := p.Probe(t.Context(), req); err != nil || !strings.Contains(found, awstest.Region) {
			t.Errorf("%q, %v", found, err)
		}
	}
	wrong := to(request("amazon.titan-embed-text-v2:0", ""), liveClaude)
	if _, err := p.Probe(t.Context(), wrong); model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), "correct target") {
		t.Errorf("a wrong target: %v", err)
	}
	if n := server.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
}
