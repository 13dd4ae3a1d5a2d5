package awsclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/comprehend"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

// newClient returns a function that calls Bedrock with one client.
func newClient(session *awsclient.Session) func(context.Context) error {
	client := bedrockruntime.NewFromConfig(session.Config(model.Bedrock))
	return func(ctx context.Context) error {
		_, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String("m.x"), Body: []byte("{}")})
		return session.TranslateError(ctx, model.Bedrock, err)
	}
}

// callService makes one call of any of the three services.
func callService(ctx context.Context, session *awsclient.Session, op awstest.Operation) error {
	switch op {
	case awstest.InvokeEndpoint:
		client := sagemakerruntime.NewFromConfig(session.Config(model.SageMaker))
		_, err := client.InvokeEndpoint(ctx, &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("e"), Body: []byte("1")})
		return session.TranslateError(ctx, model.SageMaker, err)
	case awstest.DetectSentiment:
		client := comprehend.NewFromConfig(session.Config(model.Comprehend))
		_, err := client.DetectSentiment(ctx, &comprehend.DetectSentimentInput{Text: aws.String("x"), LanguageCode: "en"})
		return session.TranslateError(ctx, model.Comprehend, err)
	default:
		return newClient(session)(ctx)
	}
}

// The services' errors, as they come over the wire.
func TestServiceErrors(t *testing.T) {
	const bedrock, sagemaker, comprehend = awstest.InvokeModel, awstest.InvokeEndpoint, awstest.DetectSentiment
	tests := []struct {
		op      awstest.Operation
		status  int
		code    string
		message string
		kind    model.Kind
		retry   bool
		text    string
	}{
		{bedrock, 403, "AccessDeniedException", "You don't have access to the model.", model.Denied, false, "needs bedrock:InvokeModel"},
		{bedrock, 404, "ResourceNotFoundException", "Could not resolve the foundation model", model.NotFound, false, "Could not resolve"},
		{bedrock, 404, "ResourceNotFoundException", "This model version has reached the end of its life.", model.NotFound, false, "model map"},
		{bedrock, 429, "ThrottlingException", "Too many requests", model.Throttled, true, "Bedrock API returned error: ThrottlingException: Too many requests"},
		{bedrock, 429, "ModelNotReadyException", "not ready", model.NotReady, true, ""},
		{bedrock, 408, "ModelTimeoutException", "too long", model.ModelTimeout, false, ""},
		{bedrock, 424, "ModelErrorException", "the model failed", model.ModelFailed, false, ""},
		{bedrock, 400, "ValidationException", "Malformed input request", model.Invalid, false, "Malformed input request"},
		{bedrock, 400, "ServiceQuotaExceededException", "quota", model.Quota, false, "Service Quotas"},
		{bedrock, 500, "InternalServerException", "oops", model.Unavailable, true, ""},
		{bedrock, 503, "ServiceUnavailableException", "", model.Unavailable, true, "gave no message"},
		{bedrock, 403, "UnrecognizedClientException", "The security token included in the request is invalid.", model.NoCredentials, false, "session token"},
		{bedrock, 403, "ExpiredTokenException", "expired", model.NoCredentials, false, ""},
		{bedrock, 403, "InvalidSignatureException", "does not match", model.Denied, false, "clock"},
		{bedrock, 404, "UnknownOperationException", "", model.Unsupported, false, ""},
		{bedrock, 413, "RequestEntityTooLargeException", "big", model.TooLarge, false, ""},
		{bedrock, 418, "TeapotException", "new", model.Invalid, false, "TeapotException: new"},
		{bedrock, 529, "OverloadedException", "new", model.Unavailable, true, ""},
		{sagemaker, 400, "ValidationError", "Endpoint e of account 123456789012 not found.", model.NotFound, false, "not found"},
		{sagemaker, 400, "ValidationError", "1 validation error detected", model.Invalid, false, "SageMaker API returned error: ValidationError"},
		{sagemaker, 424, "ModelError", "Received server error (500) from primary", model.ModelFailed, false, "server error"},
		{sagemaker, 429, "ModelNotReadyException", "loading", model.NotReady, true, ""},
		{sagemaker, 500, "InternalFailure", "oops", model.Unavailable, true, ""},
		{sagemaker, 530, "InternalDependencyException", "oops", model.Unavailable, true, ""},
		{sagemaker, 503, "ServiceUnavailable", "busy", model.Unavailable, true, ""},
		{sagemaker, 403, "AccessDeniedException", "no", model.Denied, false, "sagemaker:InvokeEndpoint"},
		{comprehend, 400, "InvalidRequestException", "bad", model.Invalid, false, "Comprehend API returned error: InvalidRequestException: bad"},
		{comprehend, 400, "TextSizeLimitExceededException", "long", model.TooLarge, false, ""},
		{comprehend, 400, "UnsupportedLanguageException", "tlh", model.Invalid, false, ""},
		{comprehend, 400, "TooManyRequestsException", "slow", model.Throttled, true, ""},
		{comprehend, 400, "ThrottlingException", "Rate exceeded", model.Throttled, true, ""},
		{comprehend, 500, "InternalServerException", "oops", model.Unavailable, true, ""},
	}
	server := awstest.Start(t)
	onMachineWith(t, server)
	session := load(t, awsclient.Options{})
	for _, tc := range tests {
		t.Run(string(tc.op)+"/"+tc.code, func(t *testing.T) {
			server.Queue(tc.op, awstest.Failure(tc.status, tc.code, tc.message))
			err := callService(t.Context(), session, tc.op)
			var failure *model.Error
			if !errors.As(err, &failure) {
				t.Fatalf("%T: %v", err, err)
			}
			if failure.Kind != tc.kind || failure.Code != tc.code || model.Retryable(err) != tc.retry {
				t.Errorf("got %v, code %q, retryable %t: %v", failure.Kind, failure.Code, model.Retryable(err), err)
			}
			if failure.RequestID == "" || failure.Message == "" || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("request id %q, text %q; want %q in it", failure.RequestID, err, tc.text)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 10, 15, 12, 0, 0, 0, time.UTC)
	server := awstest.Start(t)
	onMachineWith(t, server)
	session := load(t, awsclient.Options{Now: func() time.Time { return now }})
	for name, tc := range map[string]struct {
		answer awstest.Answer
		want   time.Duration
	}{
		"none":         {awstest.Answer{}, 0},
		"seconds":      {awstest.Answer{}.With("Retry-After", "7"), 7 * time.Second},
		"date":         {awstest.Answer{}.With("Retry-After", now.Add(90*time.Second).Format(http.TimeFormat)), 90 * time.Second},
		"past date":    {awstest.Answer{}.With("Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)), 0},
		"milliseconds": {awstest.Answer{}.With("X-Amz-Retry-After", "1500").With("Retry-After", "9"), 1500 * time.Millisecond},
		"nonsense":     {awstest.Answer{}.With("Retry-After", "soon"), 0},
		"negative":     {awstest.Answer{}.With("Retry-After", "-5"), 0},
		"far too long": {awstest.Answer{}.With("Retry-After", "99999999999999"), time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			answer := tc.answer
			answer.Status, answer.Code, answer.Message = 429, "ThrottlingException", "slow down"
			server.Queue(awstest.InvokeModel, answer)
			if got := model.RetryAfter(invoke(t.Context(), session)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// What goes wrong below the service's own errors.
func TestBrokenAnswers(t *testing.T) {
	html := awstest.Answer{Status: 502, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte("<html>Bad Gateway</html>")}
	for name, tc := range map[string]struct {
		op     awstest.Operation
		answer awstest.Answer
		kind   model.Kind
		text   string
	}{
		"proxy's page":         {awstest.InvokeModel, html, model.Unavailable, "HTTP 502"},
		"hangup":               {awstest.InvokeModel, awstest.Answer{Hangup: true}, model.Unavailable, "broke off"},
		"truncated":            {awstest.InvokeModel, truncated(`{"a":"long enough to be cut"}`), model.Unavailable, "broke off"},
		"truncated sentiment":  {awstest.DetectSentiment, truncated(`{"Sentiment":"POSITIVE"}`), model.Unavailable, "broke off"},
		"garbage sentiment":    {awstest.DetectSentiment, awstest.JSON(`<<<`), model.BadAnswer, "cannot be decoded"},
		"endpoint's 404":       {awstest.InvokeModel, awstest.Answer{Status: 404}, model.NotFound, "HTTP 404"},
		"long, dirty message":  {awstest.InvokeModel, awstest.Failure(400, "ValidationException", strings.Repeat("a\n\x00b", 5000)), model.Invalid, "a ba ba b"},
		"sagemaker throttling": {awstest.InvokeEndpoint, awstest.Answer{Status: 429}, model.Throttled, "HTTP 429"},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			onMachineWith(t, server)
			server.Queue(tc.op, tc.answer)
			err := callService(t.Context(), load(t, awsclient.Options{}), tc.op)
			if model.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("got kind %v: %v", model.KindOf(err), err)
			}
			if unseen := tc.answer.Hangup || strings.HasPrefix(name, "truncated"); model.Unseen(err) != unseen {
				t.Errorf("unseen is not %t: %v", unseen, err)
			}
			if len(err.Error()) > 2000 || strings.ContainsAny(err.Error(), "\n\x00") {
				t.Errorf("the text is not one short line: %q", err)
			}
		})
	}
}

func truncated(body string) awstest.Answer {
	answer := awstest.JSON(body)
	answer.Truncate = true
	return answer
}

func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	_ = listener.Close()
	for name, tc := range map[string]struct {
		opts awsclient.Options
		text string
	}{
		"refused": {awsclient.Options{Bedrock: awsclient.ServiceOptions{Endpoint: closed}}, "connection refused"},
		"no name": {awsclient.Options{HTTPClient: failing{&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}}, "cannot be resolved"},
		"timed out": {awsclient.Options{HTTPClient: failing{&net.OpError{Op: "dial", Err: context.DeadlineExceeded}}},
			"no connection within the time"},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			onMachineWith(t, server)
			err := invoke(t.Context(), load(t, tc.opts))
			if model.KindOf(err) != model.Unavailable || !model.Retryable(err) || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("got kind %v: %v", model.KindOf(err), err)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("the connection's time limit passes for the caller's")
			}
		})
	}
}

// failing is a transport that fails as it is told.
type failing struct{ err error }

func (f failing) Do(req *http.Request) (*http.Response, error) { return nil, f.err }

// changing is a transport that changes the body after it was signed.
type changing struct{}

func (changing) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(bytes.ToUpper(body)))
	return http.DefaultTransport.RoundTrip(req)
}

func TestChangedBodyIsRefused(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	session := load(t, awsclient.Options{HTTPClient: changing{}})
	client := bedrockruntime.NewFromConfig(session.Config(model.Bedrock))
	_, err := client.InvokeModel(t.Context(), &bedrockruntime.InvokeModelInput{ModelId: aws.String("m"), Body: []byte(`{"a":1}`)})
	if err := session.TranslateError(t.Context(), model.Bedrock, err); model.KindOf(err) != model.Denied {
		t.Errorf("got %v", err)
	}
}

func TestContextErrorsStay(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	session := load(t, awsclient.Options{})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := invoke(cancelled, session); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	late, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	if err := invoke(late, session); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too late: %v", err)
	}
	if err := session.TranslateError(cancelled, model.Bedrock, nil); err != nil {
		t.Errorf("no error becomes %v", err)
	}
}

// Two hundred calls at once get a connection each and find them again.
func TestConnectionsAreReused(t *testing.T) {
	const parallel = 200
	server := awstest.Start(t)
	onMachineWith(t, server)
	session := load(t, awsclient.Options{})
	client := newClient(session)
	round := func() {
		t.Helper()
		var arrived sync.WaitGroup
		arrived.Add(parallel)
		all := make(chan struct{})
		go func() { arrived.Wait(); close(all) }()
		server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer {
			arrived.Done()
			answer := awstest.JSON("{}")
			answer.Wait = all // so that all calls are open at the same time
			return answer
		})
		errs := make(chan error, parallel)
		for range parallel {
			go func() { errs <- client(t.Context()) }()
		}
		for range parallel {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
	}
	round()
	first := server.Connections()
	round()
	second := server.Connections()
	t.Logf("connections: %d after the first round, %d after the second", first, second)
	if first > parallel || second > first+parallel/20 {
		t.Errorf("%d connections after the first round of %d calls, %d after the second", first, parallel, second)
	}
}

func TestMaxConnections(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	answerAll(server)
	client := newClient(load(t, awsclient.Options{MaxConnections: 3}))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := client(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := server.Connections(); n > 3 {
		t.Errorf("%d connections", n)
	}
}

// An answer of exactly the service's size passes, one byte more does not.
func TestAnswerLimit(t *testing.T) {
	server := awstest.Start(t)
	onMachineWith(t, server)
	session := load(t, awsclient.Options{})
	for size, want := range map[int]string{awsclient.MaxSageMakerBody: "", awsclient.MaxSageMakerBody + 1: "larger than"} {
		server.Queue(awstest.InvokeEndpoint, awstest.CSV(strings.Repeat("x", size)))
		err := callService(t.Context(), session, awstest.InvokeEndpoint)
		if (err == nil) != (want == "") || err != nil && (model.KindOf(err) != model.TooLarge || !strings.Contains(err.Error(), want)) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
