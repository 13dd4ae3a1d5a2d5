package awstest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"airglow/internal/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// message is a request as a test writes it.
type message struct {
	path, service, body string
	header              map[string]string
	keys                aws.Credentials
	at                  time.Time
}

func rootKeys() aws.Credentials {
	return aws.Credentials{AccessKeyID: awstest.AccessKeyID, SecretAccessKey: awstest.SecretAccessKey}
}

// build signs the message with the SDK's signer, which shares no code with the
// server's check.
func (m message) build(t *testing.T, server *awstest.Server) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL()+m.path, strings.NewReader(m.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range m.header {
		req.Header.Set(name, value)
	}
	if m.keys.AccessKeyID == "" {
		m.keys = rootKeys()
	}
	if m.at.IsZero() {
		m.at = time.Now()
	}
	sum := sha256.Sum256([]byte(m.body))
	if err := v4.NewSigner().SignHTTP(t.Context(), m.keys, req, hex.EncodeToString(sum[:]), m.service, "us-east-1", m.at); err != nil {
		t.Fatal(err)
	}
	return req
}

func send(t *testing.T, client *http.Client, req *http.Request) (status int, header http.Header, body string) {
	t.Helper()
	response, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(all)
}

func TestRouting(t *testing.T) {
	const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.x-v1:0"
	for name, tc := range map[string]struct {
		message message
		op      awstest.Operation
		target  string
	}{
		"model id":    {message{path: "/model/x.y-v1%3A0/invoke", service: "bedrock", body: "{}"}, awstest.InvokeModel, "x.y-v1:0"},
		"bare colon":  {message{path: "/model/x.y-v1:0/invoke", service: "bedrock"}, awstest.InvokeModel, "x.y-v1:0"},
		"escaped ARN": {message{path: "/model/" + url.PathEscape(arn) + "/invoke", service: "bedrock"}, awstest.InvokeModel, arn},
		"bare ARN":    {message{path: "/model/" + arn + "/invoke", service: "bedrock"}, awstest.InvokeModel, arn},
		"query":       {message{path: "/model/m/invoke?b=2&a-b=3&a=1%20x", service: "bedrock"}, awstest.InvokeModel, "m"},
		"endpoint":    {message{path: "/endpoints/e-1/invocations", service: "sagemaker", body: "1,2"}, awstest.InvokeEndpoint, "e-1"},
		"sentiment":   {comprehendMessage("DetectSentiment"), awstest.DetectSentiment, ""},
		"batch":       {comprehendMessage("BatchDetectSentiment"), awstest.BatchDetectSentiment, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			server.Handle(tc.op, func(call awstest.Call) awstest.Answer { return awstest.JSON(`{"ok":true}`) })
			status, header, body := send(t, http.DefaultClient, tc.message.build(t, server))
			if status != 200 || body != `{"ok":true}` || header.Get("X-Amzn-RequestId") == "" {
				t.Fatalf("%d %s", status, body)
			}
			calls := server.Calls(tc.op)
			if len(calls) != 1 || calls[0].Target != tc.target || string(calls[0].Body) != tc.message.body ||
				calls[0].AccessKeyID != awstest.AccessKeyID || calls[0].Region != "us-east-1" {
				t.Errorf("recorded %+v", calls)
			}
		})
	}
}

func comprehendMessage(op string) message {
	return message{path: "/", service: "comprehend", body: `{"Text":"x"}`, header: map[string]string{
		"X-Amz-Target": "Comprehend_20171127." + op, "Content-Type": "application/x-amz-json-1.1"}}
}

func TestRefusedSignatures(t *testing.T) {
	good := message{path: "/model/m/invoke", service: "bedrock", body: `{"a":1}`}
	for name, tc := range map[string]struct {
		change func(*message)
		tamper func(*http.Request)
		code   string
	}{
		"unsigned":       {nil, func(r *http.Request) { r.Header.Del("Authorization") }, "MissingAuthenticationTokenException"},
		"half a header":  {nil, func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x") }, "IncompleteSignatureException"},
		"bearer":         {nil, func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, "IncompleteSignatureException"},
		"unknown key":    {func(m *message) { m.keys = aws.Credentials{AccessKeyID: "AKIAX", SecretAccessKey: "x"} }, nil, "UnrecognizedClientException"},
		"wrong secret":   {func(m *message) { m.keys = rootKeys(); m.keys.SecretAccessKey += "x" }, nil, "InvalidSignatureException"},
		"foreign token":  {func(m *message) { m.keys = rootKeys(); m.keys.SessionToken = "x" }, nil, "UnrecognizedClientException"},
		"other body":     {nil, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"a":2}`)) }, "InvalidSignatureException"},
		"other path":     {nil, func(r *http.Request) { r.URL.Path = "/model/n/invoke" }, "InvalidSignatureException"},
		"other query":    {nil, func(r *http.Request) { r.URL.RawQuery = "x=1" }, "InvalidSignatureException"},
		"other host":     {nil, func(r *http.Request) { r.Host = "bedrock.example" }, "InvalidSignatureException"},
		"other date":     {nil, func(r *http.Request) { r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102")+"T000000Z") }, "InvalidSignatureException"},
		"too old":        {func(m *message) { m.at = time.Now().Add(-6 * time.Minute) }, nil, "InvalidSignatureException"},
		"of the future":  {func(m *message) { m.at = time.Now().Add(6 * time.Minute) }, nil, "InvalidSignatureException"},
		"other service":  {func(m *message) { m.service = "comprehend" }, nil, "InvalidSignatureException"},
		"no operation":   {func(m *message) { m.path = "/model/m/converse" }, nil, "UnknownOperationException"},
		"wrong checksum": {nil, func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", strings.Repeat("0", 64)) }, "InvalidSignatureException"},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			m := good
			if tc.change != nil {
				tc.change(&m)
			}
			req := m.build(t, server)
			if tc.tamper != nil {
				tc.tamper(req)
			}
			status, header, body := send(t, http.DefaultClient, req)
			if got, _, _ := strings.Cut(header.Get("X-Amzn-ErrorType"), ":"); got != tc.code || status < 400 {
				t.Errorf("%d %s: %s", status, got, body)
			}
			if n := server.Count(awstest.InvokeModel); n != 0 || server.Requests() != 1 {
				t.Errorf("%d calls of %d requests", n, server.Requests())
			}
		})
	}
}

// Issued keys work with their token, for as long as they were issued for.
func TestAssumedRole(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/models"
	server := awstest.Start(t)
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return awstest.JSON("{}") })
	assume := func(arn, seconds string) (int, string) {
		form := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {arn},
			"RoleSessionName": {"test"}, "DurationSeconds": {seconds}}.Encode()
		m := message{path: "/", service: "sts", body: form, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}
		status, _, body := send(t, http.DefaultClient, m.build(t, server))
		return status, body
	}
	for arn, seconds := range map[string]string{role: "10", "x": "900"} {
		if status, body := assume(arn, seconds); status != 400 || !strings.Contains(body, "<Code>ValidationError</Code>") {
			t.Errorf("%s for %s s: %d %s", arn, seconds, status, body)
		}
	}
	_, body := assume(role, "900")
	var answer struct {
		Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string } `xml:"AssumeRoleResult>Credentials"`
	}
	if err := xml.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	keys := aws.Credentials{AccessKeyID: answer.Credentials.AccessKeyId, SecretAccessKey: answer.Credentials.SecretAccessKey}
	m := message{path: "/model/m/invoke", service: "bedrock", keys: keys}
	if status, _, body := send(t, http.DefaultClient, m.build(t, server)); status != 403 {
		t.Errorf("without its token: %d %s", status, body)
	}
	m.keys.SessionToken = answer.Credentials.SessionToken
	if status, _, body := send(t, http.DefaultClient, m.build(t, server)); status != 200 {
		t.Errorf("with its token: %d %s", status, body)
	}
	if call := server.Calls(awstest.InvokeModel)[0]; call.RoleARN != role {
		t.Errorf("recorded in role %q", call.RoleARN)
	}
	later := time.Now().Add(16 * time.Minute)
	server.SetClock(func() time.Time { return later })
	m.at = later
	if status, header, _ := send(t, http.DefaultClient, m.build(t, server)); status != 403 ||
		!strings.HasPrefix(header.Get("X-Amzn-ErrorType"), "ExpiredToken") {
		t.Errorf("after its time: %d %v", status, header)
	}
}

func TestErrorForms(t *testing.T) {
	server := awstest.Start(t)
	for op, tc := range map[awstest.Operation]struct {
		message      message
		header, body string
	}{
		awstest.InvokeModel: {message{path: "/model/m/invoke", service: "bedrock"},
			"SomeException:http://internal.amazon.com/coral/com.amazon.bedrock/", `{"message":"why"}`},
		awstest.InvokeEndpoint:  {message{path: "/endpoints/e/invocations", service: "sagemaker"}, "SomeException", `{"Message":"why"}`},
		awstest.DetectSentiment: {comprehendMessage("DetectSentiment"), "", `{"Message":"why","__type":"SomeException"}`},
	} {
		server.Queue(op, awstest.Failure(400, "SomeException", "why"))
		status, header, body := send(t, http.DefaultClient, tc.message.build(t, server))
		if status != 400 || header.Get("X-Amzn-ErrorType") != tc.header || body != tc.body {
			t.Errorf("%s: %d %q %s", op, status, header.Get("X-Amzn-ErrorType"), body)
		}
	}
}

// Queued answers come first and in order, then the function, and what nobody
// answers fails loudly.
func TestScript(t *testing.T) {
	server := awstest.Start(t)
	m := message{path: "/model/m/invoke", service: "bedrock"}
	if status, _, body := send(t, http.DefaultClient, m.build(t, server)); status != 500 || !strings.Contains(body, "no answer") {
		t.Errorf("without a script: %d %s", status, body)
	}
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return awstest.JSON("3") })
	server.Queue(awstest.InvokeModel, awstest.JSON("1"), awstest.JSON("2").With("X-Test", "yes"))
	var got bytes.Buffer
	for range 4 {
		_, header, body := send(t, http.DefaultClient, m.build(t, server))
		got.WriteString(body + header.Get("X-Test") + " ")
	}
	if got.String() != "1 2yes 3 3 " {
		t.Errorf("got %s", &got)
	}
	if server.Count(awstest.InvokeModel) != 5 {
		t.Errorf("%d calls", server.Count(awstest.InvokeModel))
	}
}

// Close ends answers that nobody will ever release.
func TestCloseEndsWaiting(t *testing.T) {
	server, err := awstest.New()
	if err != nil {
		t.Fatal(err)
	}
	arrived := make(chan struct{})
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer {
		close(arrived)
		return awstest.Answer{Wait: make(chan struct{})}
	})
	req := message{path: "/model/m/invoke", service: "bedrock"}.build(t, server)
	done := make(chan error, 1)
	go func() {
		response, err := (&http.Client{Transport: &http.Transport{}}).Do(req)
		if err == nil {
			_ = response.Body.Close()
		}
		done <- err
	}()
	<-arrived
	server.Close()
	if err := <-done; err == nil {
		t.Error("the call was answered")
	}
}

func TestProtocols(t *testing.T) {
	cleartext := &http.Transport{Protocols: new(http.Protocols)}
	cleartext.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(cleartext.CloseIdleConnections)
	for proto, transport := range map[string]*http.Transport{"HTTP/1.1": {}, "HTTP/2.0": cleartext} {
		server := awstest.Start(t)
		server.Queue(awstest.InvokeModel, awstest.JSON("{}"))
		req := message{path: "/model/m/invoke", service: "bedrock", body: "{}"}.build(t, server)
		if status, _, body := send(t, &http.Client{Transport: transport}, req); status != 200 {
			t.Fatalf("%s: %d %s", proto, status, body)
		}
		if got := server.Calls(awstest.InvokeModel)[0].Proto; got != proto {
			t.Errorf("came by %s, not %s", got, proto)
		}
		transport.CloseIdleConnections()
	}
}
