package clients

import (
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"airglow/internal/awstest"
)

// requestID is how awstest numbers its requests.
const requestID = "(request id 00000000-0000-4000-8000-0"

// TestServiceErrors: each failure of a service comes to the SQL user under the
// service's number, with the service's code, its sentence, and the request's id.
func TestServiceErrors(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	db := s.root(t)
	must(t, db, modelFunctions...)
	const (
		ask   = "SELECT d.ask('{}')"
		score = "SELECT d.score(1, 'x')"
		feel  = "SELECT aws_comprehend_detect_sentiment('x', 'en')"
	)
	for _, c := range []struct {
		name   string
		query  string
		op     awstest.Operation
		answer awstest.Answer
		parts  []string
	}{
		{"AccessDenied", ask, awstest.InvokeModel,
			awstest.Failure(403, "AccessDeniedException", "User is not authorized to perform: bedrock:InvokeModel"),
			[]string{"63986 (HY000): Bedrock API returned error: AccessDeniedException: User is not authorized to perform: bedrock:InvokeModel", "needs bedrock:InvokeModel", requestID}},
		{"Validation", ask, awstest.InvokeModel,
			awstest.Failure(400, "ValidationException", "Malformed input request: #: required key [max_tokens] not found, please reformat your input and try again."),
			[]string{"63986 (HY000): Bedrock API returned error: ValidationException: Malformed input request", "max_tokens", requestID}},
		{"end of life", ask, awstest.InvokeModel,
			awstest.Failure(404, "ResourceNotFoundException", "This model version has reached the end of its life. Please refer to the AWS documentation for more details."),
			[]string{"63986 (HY000): Bedrock API returned error: ResourceNotFoundException: This model version has reached the end of its life", "can no longer be called", "model map", requestID}},
		{"quota", ask, awstest.InvokeModel,
			awstest.Failure(400, "ServiceQuotaExceededException", "Too many tokens per day"),
			[]string{"63986 (HY000): Bedrock API returned error: ServiceQuotaExceededException", "Service Quotas", requestID}},
		{"model error", ask, awstest.InvokeModel,
			awstest.Failure(424, "ModelErrorException", "The model gave up"),
			[]string{"63986 (HY000): Bedrock API returned error: ModelErrorException: The model gave up", requestID}},
		{"not JSON", ask, awstest.InvokeModel, awstest.JSON("<html>a login page</html>"),
			[]string{"63986 (HY000): ", "is to be JSON", "a login page", requestID}},
		{"an error page", ask, awstest.InvokeModel, awstest.Answer{Status: 400, Body: []byte("<html>proxy</html>")},
			[]string{"63986 (HY000): Bedrock API returned error: ", requestID}},
		{"missing endpoint", score, awstest.InvokeEndpoint,
			awstest.Failure(400, "ValidationError", "Endpoint anomaly of account 123456789012 not found."),
			[]string{"63987 (HY000): SageMaker API returned error: ValidationError: Endpoint anomaly of account 123456789012 not found", requestID}},
		{"container error", score, awstest.InvokeEndpoint,
			awstest.Failure(424, "ModelError", "Received server error (500) from primary"),
			[]string{"63987 (HY000): SageMaker API returned error: ModelError: Received server error (500)", requestID}},
		{"not a number", score, awstest.InvokeEndpoint, awstest.CSV("high\n"),
			[]string{"63987 (HY000): ", "not a number", "'high'", "d.score RETURNS double"}},
		{"too many lines", score, awstest.InvokeEndpoint, awstest.CSV("1\n2\n3\n"), []string{"63987 (HY000): ", "3", "1", requestID}},
		{"language", feel, awstest.DetectSentiment,
			awstest.Failure(400, "UnsupportedLanguageException", "Value 'en' is not supported today"),
			[]string{"63988 (HY000): Comprehend API returned error: UnsupportedLanguageException: Value 'en' is not supported", requestID}},
		{"text size", feel, awstest.DetectSentiment,
			awstest.Failure(400, "TextSizeLimitExceededException", "Input text size exceeds limit"),
			[]string{"63988 (HY000): Comprehend API returned error: TextSizeLimitExceededException", requestID}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := cloud.Count(c.op)
			cloud.Queue(c.op, c.answer)
			fails(t, db, c.query, c.parts...)
			if calls := cloud.Count(c.op) - before; calls != 1 {
				t.Errorf("an error that does not pass was tried %d times", calls)
			}
		})
	}
}

// TestPassingErrors: a failure that may pass is tried again, and the counters
// say so.
func TestPassingErrors(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, modelFunctions...)
	for _, c := range []struct {
		name    string
		answers []awstest.Answer
	}{
		{"throttled", []awstest.Answer{awstest.Failure(429, "ThrottlingException", "Too many requests")}},
		{"not ready", []awstest.Answer{awstest.Failure(429, "ModelNotReadyException", "The model is loading")}},
		{"internal", []awstest.Answer{awstest.Failure(500, "InternalServerException", "Oops")}},
		{"unavailable twice", []awstest.Answer{awstest.Failure(503, "ServiceUnavailableException", "Busy"), {Status: 502, Body: []byte("<html>")}}},
		{"connection dropped", []awstest.Answer{{Hangup: true}}},
		{"answer cut off", []awstest.Answer{{Body: []byte(`{"long":"answer"}`), Header: http.Header{"Content-Type": {"application/json"}}, Truncate: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := cloud.Count(awstest.InvokeModel)
			cloud.Queue(awstest.InvokeModel, c.answers...)
			cloud.Queue(awstest.InvokeModel, claude("at last"))
			contains(t, "the answer", rows(t, conn, "SELECT d.ask('{}')"), "at last")
			if n := cloud.Count(awstest.InvokeModel) - calls; n != len(c.answers)+1 {
				t.Errorf("%d requests were made, want %d", n, len(c.answers)+1)
			}
		})
	}
	t.Run("no time left", func(t *testing.T) {
		cloud.Queue(awstest.InvokeModel, awstest.Failure(429, "ThrottlingException", "Too many requests").With("Retry-After", "7"))
		must(t, conn, "SET aurora_ml_inference_timeout = 2000")
		fails(t, conn, "SELECT d.ask('{}')", "63986 (HY000): Bedrock API returned error: ThrottlingException: Too many requests",
			"not tried again", "2000 ms (aurora_ml_inference_timeout)", requestID)
	})
}

// TestRetryCounter: the counters tell calls that were tried again from others.
func TestRetryCounter(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, modelFunctions...)
	cloud.Queue(awstest.InvokeModel, awstest.Failure(429, "ThrottlingException", "Too many requests"), claude("at last"))
	contains(t, "the answer", rows(t, conn, "SELECT d.ask('{}')"), "at last")
	same(t, "the session's counter", rows(t, conn, "SHOW SESSION STATUS LIKE 'Aurora_ml_retry_request_cnt'"), "Aurora_ml_retry_request_cnt|1")
	same(t, "the server's counters", rows(t, s.root(t), "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Aurora_ml_actual%'"),
		"Aurora_ml_actual_request_cnt|2\nAurora_ml_actual_response_cnt|1")
}

func TestConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{args: []string{"--aws-bedrock-endpoint", "http://" + address}}))
	conn := session(t, s.root(t))
	must(t, conn, append(modelFunctions, "SET aurora_ml_inference_timeout = 400")...)
	fails(t, conn, "SELECT d.ask('{}')", "63986 (HY000): ", "Bedrock cannot be reached at "+address+": connection refused; check the endpoint")
}

// TestIdentities: what is wrong with who calls is said as such, and no secret
// is in the sentence or in the log.
func TestIdentities(t *testing.T) {
	const secret = "not-the-secret-of-the-root-key"
	t.Run("wrong secret", func(t *testing.T) {
		cloud := newCloud(t)
		s := start(t, cloud.setup(setup{env: map[string]string{"AWS_SECRET_ACCESS_KEY": secret}}))
		db := s.root(t)
		must(t, db, modelFunctions...)
		fails(t, db, "SELECT d.ask('{}')", "63986 (HY000): Bedrock API returned error: InvalidSignatureException: ", "secret access key", requestID)
		if strings.Contains(s.log.String(), secret) {
			t.Error("the log has the secret")
		}
	})
	t.Run("unknown key", func(t *testing.T) {
		cloud := newCloud(t)
		s := start(t, cloud.setup(setup{env: map[string]string{"AWS_ACCESS_KEY_ID": "AKIANOBODY0000000000"}}))
		db := s.root(t)
		must(t, db, modelFunctions...)
		fails(t, db, "SELECT d.ask('{}')", "63986 (HY000): Bedrock API returned error: UnrecognizedClientException: ", "access key", requestID)
	})
	t.Run("role refused", func(t *testing.T) {
		cloud := newCloud(t)
		s := start(t, cloud.setup(setup{args: []string{"--aws-bedrock-role", bedrockRole}}))
		db := s.root(t)
		must(t, db, modelFunctions...)
		cloud.Queue(awstest.AssumeRole, awstest.Failure(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole"))
		fails(t, db, "SELECT d.ask('{}')", "63986 (HY000): ", bedrockRole, "aws_default_bedrock_role", "cannot be assumed", "AccessDenied", "sts:AssumeRole")
		cloud.Queue(awstest.InvokeModel, claude("the role works now"))
		contains(t, "after the role was granted", rows(t, db, "SELECT d.ask('{}')"), "the role works now")
	})
	t.Run("revoked key", func(t *testing.T) {
		cloud := newCloud(t)
		s := start(t, cloud.setup(setup{args: []string{"--aws-bedrock-role", bedrockRole}}))
		db := s.root(t)
		must(t, db, modelFunctions...)
		cloud.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return claude("ok") })
		contains(t, "before", rows(t, db, "SELECT d.ask('{}')"), "ok")
		cloud.Revoke(cloud.Calls(awstest.InvokeModel)[0].AccessKeyID)
		fails(t, db, "SELECT d.ask('{}')", "63986 (HY000): ", "UnrecognizedClientException")
		contains(t, "a new session of the role", rows(t, db, "SELECT d.ask('{}')"), "ok")
	})
}

// TestNoCredentials: a machine with a region and nothing else says so within
// seconds.
func TestNoCredentials(t *testing.T) {
	cloud := newCloud(t)
	env := cloud.environment()
	maps.DeleteFunc(env, func(name, _ string) bool {
		return strings.HasPrefix(name, "AWS_ACCESS") || strings.HasPrefix(name, "AWS_SECRET")
	})
	for _, c := range []struct {
		name  string
		args  []string
		parts []string
	}{
		{"own identity", nil, []string{"no usable AWS credentials were found for Bedrock", "AWS_ACCESS_KEY_ID"}},
		{"role", []string{"--aws-bedrock-role", bedrockRole}, []string{bedrockRole, "no usable AWS credentials were found to assume it with"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, setup{env: env, args: c.args})
			db := s.root(t)
			must(t, db, modelFunctions...)
			begun := time.Now()
			fails(t, db, "SELECT d.ask('{}')", append(c.parts, "63986 (HY000): ")...)
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %s to say so", took)
			}
			if n := cloud.Requests(); n != 0 {
				t.Errorf("%d requests were made without credentials", n)
			}
		})
	}
}

// TestErrorsInHandlers: a procedure catches a service's failures by number.
func TestErrorsInHandlers(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, modelFunctions...)
	must(t, conn, "USE d", `CREATE PROCEDURE careful(OUT said TEXT) BEGIN
		DECLARE EXIT HANDLER FOR 63986 SET said = 'the model failed';
		SET said = ask('{}'); END`)
	cloud.Queue(awstest.InvokeModel, awstest.Failure(400, "ValidationException", "no"))
	must(t, conn, "CALL careful(@said)")
	same(t, "the handler", rows(t, conn, "SELECT @said"), "the model failed")
	cloud.Queue(awstest.InvokeModel, claude("fine"))
	must(t, conn, "CALL careful(@said)")
	contains(t, "without a failure", rows(t, conn, "SELECT @said"), "fine")
}
