package bedrock_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/bedrock"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

const claude = "anthropic.claude-haiku-4-5-20251001-v1:0"

// newProvider returns a provider that reaches the server alone.
func newProvider(t *testing.T, server *awstest.Server) *bedrock.Provider {
	t.Helper()
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	t.Setenv("AWS_BEARER_TOKEN_BEDROCK", "")
	session, err := awsclient.Load(t.Context(), awsclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return bedrock.New(session)
}

func request(id, body string) model.Request {
	return model.Request{Service: model.Bedrock, Model: id, Body: []byte(body)}
}

func TestContract(t *testing.T) {
	modeltest.Run(t, func(t *testing.T) modeltest.Subject {
		server := awstest.Start(t)
		started, never := make(chan struct{}, 1), make(chan struct{})
		server.Handle(awstest.InvokeModel, func(call awstest.Call) awstest.Answer {
			switch call.Target {
			case "slow":
				started <- struct{}{}
				return awstest.Answer{Wait: never}
			case "bad":
				return awstest.Failure(400, "ValidationException", "Malformed input request")
			}
			return awstest.JSON(`{"echo":` + string(call.Body) + `}`)
		})
		return modeltest.Subject{
			Provider: newProvider(t, server), Started: started,
			Good: request(claude, `{"prompt":"a question"}`),
			Bad:  request("bad", `{"prompt":"a question that is refused"}`),
			Slow: request("slow", `{}`),
		}
	})
}

// What goes out and what comes back, for every way to name a model.
func TestInvoke(t *testing.T) {
	for name, id := range map[string]string{
		"base id":  claude,
		"profile":  "eu.amazon.nova-lite-v1:0",
		"ARN":      "arn:aws:bedrock:eu-north-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
		"endpoint": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-endpoint",
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			answer := awstest.JSON(`{"x":1}`).With("X-Amzn-Bedrock-Input-Token-Count", "12").With("X-Amzn-Bedrock-Output-Token-Count", "34")
			server.Queue(awstest.InvokeModel, answer)
			got, err := newProvider(t, server).Invoke(t.Context(), request(id, `{"q":1}`))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Body) != `{"x":1}` || got.Provider != "bedrock" || got.Model != id || got.RequestID == "" {
				t.Errorf("got %+v", got)
			}
			if got.Usage != (model.Usage{InputTokens: 12, OutputTokens: 34, Known: true}) {
				t.Errorf("usage %+v", got.Usage)
			}
			call := server.Calls(awstest.InvokeModel)[0]
			if call.Target != id || string(call.Body) != `{"q":1}` ||
				call.Header.Get("Content-Type") != "application/json" || call.Header.Get("Accept") != "application/json" {
				t.Errorf("sent %+v", call)
			}
		})
	}
}

func TestMediaTypesArePassedOn(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.Answer{Header: map[string][]string{"Content-Type": {"image/png"}}, Body: []byte("\x89PNG")})
	req := request("m", "{}")
	req.ContentType, req.Accept = "application/json; charset=utf-8", "image/png"
	got, err := newProvider(t, server).Invoke(t.Context(), req)
	if err != nil || string(got.Body) != "\x89PNG" {
		t.Errorf("got %q, %v", got.Body, err)
	}
	if sent := server.Calls(awstest.InvokeModel)[0].Header; sent.Get("Content-Type") != req.ContentType || sent.Get("Accept") != req.Accept {
		t.Errorf("sent %v", sent)
	}
}

// What is no JSON is no answer where JSON was asked for, whatever it says it is.
func TestBadAnswers(t *testing.T) {
	answer := func(kind, body string) awstest.Answer {
		return awstest.Answer{Header: map[string][]string{"Content-Type": {kind}}, Body: []byte(body)}
	}
	for name, bad := range map[string]awstest.Answer{
		"empty": answer("application/json", ""), "truncated": answer("application/json", `{"content":[{"type":"te`),
		"a page": answer("text/html", "<html>"), "a page as JSON": answer("application/json", "<html>"), "nothing": {},
	} {
		server := awstest.Start(t)
		server.Queue(awstest.InvokeModel, bad)
		got, err := newProvider(t, server).Invoke(t.Context(), request(claude, "{}"))
		if model.KindOf(err) != model.BadAnswer || !strings.Contains(err.Error(), "is to be JSON") || got.Body != nil {
			t.Errorf("%s: %q, %v", name, got.Body, err)
		}
	}
}

func TestRefusedBeforeSending(t *testing.T) {
	server := awstest.Start(t)
	provider := newProvider(t, server)
	wrong := request("m", "{}")
	wrong.Service = model.SageMaker
	for name, tc := range map[string]struct {
		req  model.Request
		kind model.Kind
		text string
	}{
		"too large": {model.Request{Service: model.Bedrock, Model: "m", Body: bytes.Repeat([]byte{' '}, 25_000_001)}, model.TooLarge, "25000001"},
		"no model":  {request("", "{}"), model.Invalid, "1 to 2048"},
		"long id":   {request(strings.Repeat("m", 2049), "{}"), model.Invalid, "2049"},
		"service":   {wrong, model.Unsupported, "model map"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := provider.Invoke(t.Context(), tc.req)
			if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("got kind %v: %v", model.KindOf(err), err)
			}
		})
	}
	if n := server.Requests(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestBadAnswer(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.JSON(`{"half":`))
	_, err := newProvider(t, server).Invoke(t.Context(), request(claude, "{}"))
	var failure *model.Error
	if !errors.As(err, &failure) || failure.Kind != model.BadAnswer || failure.RequestID == "" {
		t.Errorf("got %v", err)
	}
}

func TestWithoutRegion(t *testing.T) {
	server := awstest.Start(t)
	for name := range server.Environment() {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	session, err := awsclient.Load(t.Context(), awsclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bedrock.New(session).Invoke(t.Context(), request("m", "{}")); model.KindOf(err) != model.NotConfigured {
		t.Errorf("got %v", err)
	}
}

// An API key in the environment signs calls, but never instead of a role.
func TestRoleWinsOverAPIKey(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/models"
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.JSON("{}"))
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	t.Setenv("AWS_BEARER_TOKEN_BEDROCK", "key")
	session, err := awsclient.Load(t.Context(), awsclient.Options{Bedrock: awsclient.ServiceOptions{RoleARN: role}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bedrock.New(session).Invoke(t.Context(), request("m", "{}")); err != nil {
		t.Fatal(err)
	}
	if call := server.Calls(awstest.InvokeModel)[0]; call.RoleARN != role {
		t.Errorf("signed in role %q", call.RoleARN)
	}
}
