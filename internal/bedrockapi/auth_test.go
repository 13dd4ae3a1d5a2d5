package bedrockapi_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/auth/bearer"

	"airglow/internal/accesskey"
	"airglow/internal/bedrockapi"
	"airglow/internal/model"
)

// changing is a transport that changes what the SDK has signed.
type changing struct {
	over   http.RoundTripper
	change func(*http.Request)
}

func (c changing) RoundTrip(r *http.Request) (*http.Response, error) {
	c.change(r)
	return c.over.RoundTrip(r)
}

// TestWhoMayNot: every way not to be allowed has its code, and asks nobody.
func TestWhoMayNot(t *testing.T) {
	k := start(t, nil, nil)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		before func(k *kit)
		code   string
		status int
		says   string
	}{
		"a changed body": {change: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"b":1}`)), 7
		}, code: "InvalidSignatureException", status: 403, says: "does not match the signature you provided"},
		"a changed path":   {change: func(r *http.Request) { r.URL.RawPath = "/model/streams.model-v1/invoke"; r.URL.Path = r.URL.RawPath }, code: "InvalidSignatureException", status: 403},
		"a wrong secret":   {before: func(k *kit) { k.key.SecretKey += "x" }, code: "InvalidSignatureException", status: 403},
		"an unknown key":   {before: func(k *kit) { k.key.ID = "AKIAX" }, code: "UnrecognizedClientException", status: 403},
		"a dropped key":    {before: func(k *kit) { _ = k.keys.Drop(k.key.ID) }, code: "UnrecognizedClientException", status: 403},
		"no header":        {change: func(r *http.Request) { r.Header.Del("Authorization") }, code: "MissingAuthenticationTokenException", status: 403},
		"half a header":    {change: header("Authorization", "AWS4-HMAC-SHA256 Credential=x"), code: "IncompleteSignature", status: 403},
		"another scheme":   {change: header("Authorization", "Basic eDp5"), code: "IncompleteSignature", status: 403},
		"a wrong bearer":   {change: header("Authorization", "Bearer "+k.key.ID+".x"), code: "UnrecognizedClientException", status: 403},
		"no bearer":        {change: header("Authorization", "Bearer "), code: "UnrecognizedClientException", status: 403},
		"a foreign bearer": {change: header("Authorization", "Bearer bedrock-api-key-x"), code: "UnrecognizedClientException", status: 403},
		"a locked account": {before: func(k *kit) { k.access.locked = true }, code: "UnrecognizedClientException", status: 403},
		"no role": {before: func(k *kit) { k.access.lacks[model.Bedrock] = true }, code: "AccessDeniedException", status: 403,
			says: "run GRANT AWS_BEDROCK_ACCESS TO app"},
	} {
		t.Run(name, func(t *testing.T) {
			k := start(t, nil, nil)
			if c.before != nil {
				c.before(k)
			}
			if c.change != nil {
				k.client.Transport = changing{k.client.Transport, c.change}
			}
			_, err := invoke(k, haiku, `{"a":1}`)
			wantCode(t, err, c.code, c.status)
			if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), k.key.SecretKey) {
				t.Errorf("says %v", err)
			}
			if n := k.provider.calls(); n != 0 {
				t.Errorf("somebody was asked %d times", n)
			}
		})
	}
}

// TestAnotherTime: a request from another time is refused, by a clock that is
// given.
func TestAnotherTime(t *testing.T) {
	for after, code := range map[time.Duration]string{6 * time.Minute: "RequestExpired", -6 * time.Minute: "InvalidSignatureException"} {
		k := start(t, nil, func(o *bedrockapi.Options) { o.Now = func() time.Time { return time.Now().Add(after) } })
		// The SDK learns the server's time from the first refusal; the second try
		// would hold.
		_, err := k.bedrock().GetFoundationModel(t.Context(), &bedrock.GetFoundationModelInput{ModelIdentifier: aws.String(haiku)})
		wantCode(t, err, code, map[string]int{"RequestExpired": 400}[code]+map[string]int{"InvalidSignatureException": 403}[code])
	}
}

// TestAnotherService: a signature for one service is none for another.
func TestAnotherService(t *testing.T) {
	k := start(t, nil, nil)
	config := k.config()
	config.HTTPClient = &http.Client{Transport: changing{k.client.Transport, func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/bedrock/", "/sagemaker/", 1))
	}}}
	_, err := bedrock.NewFromConfig(config).ListFoundationModels(t.Context(), &bedrock.ListFoundationModelsInput{})
	wantCode(t, err, "InvalidSignatureException", 403)
	if !strings.Contains(err.Error(), "Credential should be scoped to correct service: 'bedrock'") {
		t.Errorf("says %v", err)
	}
}

// TestBearer: the SDK's clients send a key in place of a signature.
func TestBearer(t *testing.T) {
	k := startTLS(t, nil) // the SDK sends none without TLS
	config := k.config()
	config.Credentials = nil
	client := bedrockruntime.NewFromConfig(config, func(o *bedrockruntime.Options) {
		o.AuthSchemePreference = []string{"httpBearerAuth"}
		o.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: k.key.Bearer()}}
	})
	out, err := client.InvokeModel(t.Context(), &bedrockruntime.InvokeModelInput{ModelId: aws.String(haiku), Body: []byte(`{"a":2}`)})
	if err != nil || string(out.Body) != `{"a":2}` {
		t.Fatalf("answered %+v, %v", out, err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.url+"/model/arn:aws:bedrock:eu-north-1::foundation-model/"+haiku+"/invoke", strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "bearer "+k.key.Bearer())
	answer, err := k.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK || string(body) != `{"a":1}` || k.provider.last(t).Model != haiku {
		t.Errorf("answered %d %s to a path that is not escaped", answer.StatusCode, body)
	}
}

// counted is a body that counts how much of it was read.
type counted struct {
	left int64
	read atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), c.left)
	c.left -= n
	c.read.Add(n)
	return int(n), nil
}

// TestNobodyReadsForStrangers: a body is read once the key is known, and no
// further than its operation allows.
func TestNobodyReadsForStrangers(t *testing.T) {
	k := start(t, nil, nil)
	stranger := accesskey.Secret{Key: accesskey.Key{ID: "AGLWX"}, SecretKey: "x"}
	for name, c := range map[string]struct {
		bearer string
		path   string
		status int
		least  int64
	}{
		"a stranger":    {stranger.Bearer(), "/model/m/invoke", http.StatusForbidden, 0},
		"too much":      {k.key.Bearer(), "/endpoints/churn/invocations", http.StatusRequestEntityTooLarge, 6 << 20},
		"for a listing": {k.key.Bearer(), "/no/such/path", http.StatusNotFound, 0},
	} {
		t.Run(name, func(t *testing.T) {
			body := &counted{left: 200 << 20}
			r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, k.url+c.path, body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+c.bearer)
			client := http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			answer, err := client.Do(r)
			if err != nil {
				t.Logf("the connection was closed: %v", err) // while the client was sending
			} else if _ = answer.Body.Close(); answer.StatusCode != c.status {
				t.Errorf("status %d, want %d", answer.StatusCode, c.status)
			}
			if n := body.read.Load(); n < c.least || n > c.least+16<<20 {
				t.Errorf("%d bytes were taken", n)
			}
		})
	}
	if n := k.provider.calls(); n != 0 {
		t.Errorf("somebody was asked %d times", n)
	}
}
