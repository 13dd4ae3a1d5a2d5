package outbound

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
)

// A mistake in an option names it, not another.
func TestSettingsAreNamed(t *testing.T) {
	const url = "https://h"
	for name, tc := range map[string]struct {
		options Options
		setting string
	}{
		"no URL":       {Options{URL: "not a url"}, "url"},
		"plain http":   {Options{URL: "http://h"}, "url"},
		"key header":   {Options{URL: url, KeyHeader: "bad header", Key: secret("k"), KeySetting: `key-file = "f"`}, "key-header"},
		"without keys": {Options{URL: url, KeyHeader: "bad header"}, "key-header"},
		"key":          {Options{URL: url, Key: secret("k\n"), KeySetting: `key-file = "f"`}, "key-file"},
		"headers":      {Options{URL: url, Headers: map[string]string{"a b": "c"}}, "headers"},
	} {
		_, err := New(tc.options)
		var setting *SettingError
		if !errors.As(err, &setting) || setting.Setting != tc.setting || !strings.HasPrefix(err.Error(), tc.setting) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func post(t *testing.T, o Options, handler http.HandlerFunc) ([]byte, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o.URL = server.URL
	return newClient(t, o).Post(t.Context(), Request{Path: "/v1/x", Body: []byte(`{"a":1}`)})
}

// What a server says becomes the error that Bedrock has for it.
func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		kind   model.Kind
		code   string
		text   string
	}{
		"wrong key":          {401, `{"error":{"message":"Incorrect API key provided: sk-secret-key.","type":"invalid_request_error","code":"invalid_api_key"}}`, model.NoCredentials, "UnrecognizedClientException", `key-env = "KEY"`},
		"denied":             {403, `{"error":{"message":"no access to model","type":"permission_error"}}`, model.Denied, "AccessDeniedException", "no access to model"},
		"unknown model":      {404, `{"error":"model 'x' not found"}`, model.NotFound, "ResourceNotFoundException", "check target in the model map"},
		"a page":             {404, `<html>not here</html>`, model.NotFound, "ResourceNotFoundException", "not here"},
		"throttled":          {429, `{"error":{"message":"slow down","type":"rate_limit_error"}}`, model.Throttled, "ThrottlingException", "slow down"},
		"quota":              {429, `{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"}}`, model.Quota, "ServiceQuotaExceededException", "exceeded"},
		"loading":            {503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, model.NotReady, "ModelNotReadyException", "Loading model"},
		"down":               {503, `upstream down`, model.Unavailable, "ServiceUnavailableException", "HTTP 503"},
		"overloaded":         {529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, model.Unavailable, "ServiceUnavailableException", "Overloaded"},
		"broken":             {500, `{"error":"llama runner process has terminated"}`, model.Unavailable, "ServiceUnavailableException", "runner"},
		"timeout":            {504, ``, model.ModelTimeout, "ModelTimeoutException", "HTTP 504"},
		"too large":          {413, ``, model.TooLarge, "ValidationException", "HTTP 413"},
		"bad request":        {400, `{"error":{"message":"temperature must be\nbelow\u0000 2"}}`, model.Invalid, "ValidationException", "temperature must be below 2"},
		"FastAPI":            {422, `{"detail":[{"loc":["body","messages",0],"msg":"field required","type":"missing","input":"the caller's rows"}]}`, model.Invalid, "ValidationException", "body.messages.0: field required"},
		"OpenAI's context":   {400, `{"error":{"message":"This model's maximum context length is 8192 tokens.","code":"context_length_exceeded"}}`, model.Invalid, "ValidationException", "Input is too long for requested model."},
		"llama.cpp's":        {400, `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}`, model.Invalid, "ValidationException", "Input is too long for requested model."},
		"Ollama's":           {400, `{"error":"the input length exceeds the context length"}`, model.Invalid, "ValidationException", "Input is too long for requested model."},
		"a newer Ollama's":   {400, `{"error":"{\"error\":{\"code\":400,\"message\":\"request (4476 tokens) exceeds the available context size\",\"type\":\"exceed_context_size_error\"}}"}`, model.Invalid, "ValidationException", "request (4476 tokens)"},
		"Anthropic's":        {400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}`, model.Invalid, "ValidationException", "Input is too long for requested model."},
		"unknown, with 400":  {400, `{"error":"Invalid model name"}`, model.NotFound, "ResourceNotFoundException", "target"},
		"odd types":          {400, `{"error":{"message":"why","type":7,"code":[]}}`, model.Invalid, "ValidationException", "why"},
		"neither nor":        {304, ``, model.BadAnswer, "ModelErrorException", "HTTP 304"},
		"something of a box": {502, `{"message":"Bad gateway"}`, model.Unavailable, "ServiceUnavailableException", "Bad gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := post(t, Options{Key: secret("sk-secret-key"), KeySetting: `key-env = "KEY"`}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "req-1")
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			var failure *model.Error
			if !errors.As(err, &failure) || failure.Kind != tc.kind || failure.Code != tc.code || !strings.Contains(failure.Message, tc.text) {
				t.Fatalf("got %#v, want %s, %s, %q", err, tc.kind, tc.code, tc.text)
			}
			if strings.ContainsAny(failure.Message, "\n\x00") || strings.Contains(failure.Message, "secret-key") || strings.Contains(failure.Message, "rows") || failure.RequestID != "req-1" {
				t.Errorf("message %q, id %q", failure.Message, failure.RequestID)
			}
		})
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	now := time.Date(2026, 10, 15, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{"3": 3 * time.Second, "Thu, 15 Oct 2026 12:00:10 GMT": 10 * time.Second, "x": 0} {
		_, err := post(t, Options{Now: func() time.Time { return now }}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		if got := model.RetryAfter(err); got != want || !model.Retryable(err) {
			t.Errorf("%q: %s, %v", value, got, err)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "5", "-1", "1e3", "99999999999999999999", "Thu, 15 Oct 2026 12:00:10 GMT", "Thu, 01 Jan 0001 00:00:00 GMT"} {
		f.Add(seed)
	}
	now := time.Date(2026, 10, 15, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if wait := RetryAfter(text, now); wait < 0 || wait > MaxRetryAfter {
			t.Errorf("%q: %s", text, wait)
		}
	})
}

// The words of a server are bounded, and none of them is a control character.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{`{"error":"x"}`, `{"error":{"message":"x","code":"y","type":3}}`, `{"detail":[{"loc":[1],"msg":"x"}]}`, `[]`, `{"message":"m"}`} {
		f.Add([]byte(seed), 400)
	}
	c, err := New(Options{Provider: "p", URL: "https://x", Key: secret("sk-key"), KeySetting: "key-env"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		w := wordsOf(body)
		w.status = status
		failure := c.explain(w)
		if len(failure.Message) > 2*maxMessage || strings.ContainsAny(failure.Message, "\r\n\x00\x1b") || strings.Contains(failure.Message, "sk-key") {
			t.Errorf("%q", failure.Message)
		}
	})
}

func TestTransportFailures(t *testing.T) {
	hijack := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, text)
				conn.Close()
			}
		}
	}
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		kind    model.Kind
		text    string
		unseen  bool
	}{
		"reset":     {hijack(""), model.Unavailable, "broke off", true},
		"no HTTP":   {hijack("220 smtp ready\r\n"), model.Unavailable, "cannot be reached", false},
		"half":      {hijack("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"), model.Unavailable, "middle of its answer", true},
		"too large": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, MaxAnswer+1)) }, model.TooLarge, "25000000", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := post(t, Options{}, tc.handler)
			if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) || model.Unseen(err) != tc.unseen {
				t.Errorf("got %v, unseen %t: %v", model.KindOf(err), model.Unseen(err), err)
			}
		})
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	_, err := newClient(t, Options{URL: gone.URL}).Post(t.Context(), Request{})
	if model.KindOf(err) != model.Unavailable || !strings.Contains(err.Error(), "connection refused") || model.Unseen(err) {
		t.Errorf("nobody there: %v", err)
	}
	_, err = newClient(t, Options{URL: "https://nosuch.test", Resolver: names(t, func(string) string { return "0.0.0.0" })}).Post(t.Context(), Request{})
	if model.KindOf(err) != model.NotConfigured {
		t.Errorf("a name that leads to 0.0.0.0: %v", err)
	}
}

// Whose time limit it was tells the two errors apart.
func TestTimeouts(t *testing.T) {
	stuck := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	_, err := post(t, Options{Timeout: 50 * time.Millisecond}, stuck)
	if model.KindOf(err) != model.ModelTimeout || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "timeout of 50ms") {
		t.Errorf("the provider's timeout: %v", err)
	}
	server := httptest.NewServer(http.HandlerFunc(stuck))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := newClient(t, Options{URL: server.URL}).Post(ctx, Request{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the caller's: %v", err)
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	got, err := newClient(t, Options{URL: server.URL, RootCAs: pool}).Post(t.Context(), Request{})
	if err != nil || string(got) != "HTTP/2.0" {
		t.Errorf("%q, %v", got, err)
	}
	_, err = newClient(t, Options{URL: server.URL, RootCAs: x509.NewCertPool()}).Post(t.Context(), Request{})
	if model.KindOf(err) != model.Unavailable || !strings.Contains(err.Error(), "SSL_CERT_FILE") {
		t.Errorf("an unknown authority: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	_, err = newClient(t, Options{URL: strings.Replace(plain.URL, "http:", "https:", 1)}).Post(t.Context(), Request{})
	if model.KindOf(err) != model.Unavailable || !strings.Contains(err.Error(), "does not speak TLS") {
		t.Errorf("plain http behind https: %v", err)
	}
}

func TestHeaders(t *testing.T) {
	got, err := post(t, Options{Key: secret("k"), KeyHeader: "X-Api-Key", Headers: map[string]string{"X-Org": "o"}}, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.Path, r.Header.Get("X-Api-Key"), r.Header.Get("X-Org"), r.Header.Get("Authorization"), r.Header.Get("Content-Type"))
	})
	if err != nil || string(got) != "/v1/xkoapplication/json" {
		t.Errorf("%q, %v", got, err)
	}
}

// A proxy of the environment is not asked.
func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	c := newClient(t, Options{URL: "http://127.0.0.1:9"})
	if c.transport.plain.Proxy != nil || c.transport.secure.Proxy != nil {
		t.Error("the environment's proxy would be used")
	}
}
