package awstest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request's body, in bytes: the largest that Bedrock takes.
const maxBody = 25_000_000

// ServeHTTP answers one request of any service.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.begin(w)
	op, target := route(r)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.send(w, r, op, Failure(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "the body cannot be read: "+err.Error()))
		return
	}
	if op == formPost {
		op, target = formOperation(body)
	}
	who, refusal := s.keys.verify(r, body, s.clock())
	if refusal != nil {
		s.send(w, r, op, *refusal)
		return
	}
	if !known(op) {
		s.send(w, r, op, Failure(http.StatusNotFound, "UnknownOperationException", "awstest does not know this operation"))
		return
	}
	if want := signingName(op); who.service != want {
		s.send(w, r, op, Failure(http.StatusForbidden, "InvalidSignatureException", "Credential should be scoped to correct service: '"+want+"'."))
		return
	}
	call := Call{Operation: op, Method: r.Method, Path: r.URL.EscapedPath(), Target: target, AccessKeyID: who.id,
		RoleARN: who.roleARN, Region: who.region, Proto: r.Proto, Header: r.Header.Clone(), Body: body}
	answer, scripted := s.record(call)
	if !scripted {
		answer = s.unscripted(call)
	}
	s.send(w, r, op, answer)
}

// begin sets what every answer has.
func (s *Server) begin(w http.ResponseWriter) {
	s.mu.Lock()
	s.requests++
	id, now := s.requests, s.now()
	s.mu.Unlock()
	w.Header().Set("X-Amzn-RequestId", fmt.Sprintf("00000000-0000-4000-8000-%012d", id))
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
}

// formPost stands for an operation that only the form in the body names.
const formPost Operation = "form"

// route finds the operation and what it is asked of. The path is taken as it
// was sent: model ids hold "/" and ":" in escaped form.
func route(r *http.Request) (Operation, string) {
	path := r.URL.EscapedPath()
	if r.Method != http.MethodPost {
		return "", ""
	}
	if target, ok := between(path, "/model/", "/invoke"); ok {
		return InvokeModel, target
	}
	if target, ok := between(path, "/model/", "/invoke-with-response-stream"); ok {
		return InvokeModelStream, target
	}
	if target, ok := between(path, "/model/", "/count-tokens"); ok {
		return CountTokens, target
	}
	if target, ok := between(path, "/endpoints/", "/invocations"); ok {
		return InvokeEndpoint, target
	}
	if name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "Comprehend_20171127."); ok {
		return Operation(name), ""
	}
	return formPost, ""
}

func between(path, prefix, suffix string) (string, bool) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return "", false
	}
	escaped, ok := strings.CutSuffix(rest, suffix)
	if !ok {
		return "", false
	}
	target, err := url.PathUnescape(escaped)
	return target, err == nil
}

func formOperation(body []byte) (Operation, string) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", ""
	}
	return Operation(form.Get("Action")), form.Get("RoleArn")
}

func known(op Operation) bool {
	switch op {
	case InvokeModel, InvokeModelStream, CountTokens, InvokeEndpoint, DetectSentiment, BatchDetectSentiment, AssumeRole:
		return true
	}
	return false
}

// signingName is the service's name in a signature's scope.
func signingName(op Operation) string {
	switch op {
	case InvokeModel, InvokeModelStream, CountTokens:
		return "bedrock"
	case InvokeEndpoint:
		return "sagemaker"
	case AssumeRole:
		return "sts"
	default:
		return "comprehend"
	}
}

// unscripted answers what the test left open: roles can be assumed, and any
// other call is a mistake of the test.
func (s *Server) unscripted(call Call) Answer {
	if call.Operation == AssumeRole {
		return s.assumeRole(call)
	}
	return Failure(http.StatusInternalServerError, "InternalServerException",
		"awstest: the test has no answer for this "+string(call.Operation))
}

// assumeRole issues keys for the role.
func (s *Server) assumeRole(call Call) Answer {
	form, _ := url.ParseQuery(string(call.Body)) // was parsed before
	arn, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	seconds := 3600
	if text := form.Get("DurationSeconds"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil || seconds < 900 || seconds > 43200 {
			return Failure(http.StatusBadRequest, "ValidationError", "DurationSeconds must be between 900 and 43200")
		}
	}
	if !strings.HasPrefix(arn, "arn:") || len(session) < 2 {
		return Failure(http.StatusBadRequest, "ValidationError", "RoleArn or RoleSessionName is not valid")
	}
	expires := s.clock().Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Second)
	issued := s.keys.issue(arn, expires)
	var answer assumeRoleAnswer
	answer.Result.User.ARN = strings.Replace(arn, ":iam:", ":sts:", 1) + "/" + session
	answer.Result.User.ID = "AROAAWSTEST:" + session
	answer.Result.Credentials = issuedXML{issued.id, issued.secret, issued.token, expires.Format(time.RFC3339)}
	return Answer{Header: http.Header{"Content-Type": {"text/xml"}}, Body: mustXML(answer)}
}

type assumeRoleAnswer struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	Result  struct {
		User struct {
			ARN string `xml:"Arn"`
			ID  string `xml:"AssumedRoleId"`
		} `xml:"AssumedRoleUser"`
		Credentials issuedXML
	} `xml:"AssumeRoleResult"`
}

type issuedXML struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// send writes the answer, when its time has come and as far as it may go.
func (s *Server) send(w http.ResponseWriter, r *http.Request, op Operation, answer Answer) {
	if !wait(r.Context(), answer.Wait) || answer.Hangup {
		panic(http.ErrAbortHandler) // drops the connection
	}
	if answer.Code != "" {
		answer = inServiceForm(op, answer)
	}
	for name, values := range answer.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(answer.Body)))
	if answer.Status == 0 {
		answer.Status = http.StatusOK
	}
	w.WriteHeader(answer.Status)
	if answer.Truncate || answer.Stall {
		_, _ = w.Write(answer.Body[:len(answer.Body)/2])
		_ = http.NewResponseController(w).Flush()
		if answer.Stall {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(answer.Body) // a client that went away is its own business
}

// inServiceForm writes an error the way the operation's service does.
func inServiceForm(op Operation, answer Answer) Answer {
	switch op {
	case DetectSentiment, BatchDetectSentiment:
		answer = answer.With("Content-Type", "application/x-amz-json-1.1")
		answer.Body = mustJSON(map[string]string{"__type": answer.Code, "Message": answer.Message})
	case AssumeRole:
		answer = answer.With("Content-Type", "text/xml")
		answer.Body = mustXML(stsError{Type: "Sender", Code: answer.Code, Message: answer.Message})
	case InvokeEndpoint:
		answer = answer.With("Content-Type", "application/json").With("X-Amzn-ErrorType", answer.Code)
		answer.Body = mustJSON(map[string]string{"Message": answer.Message})
	default:
		answer = answer.With("Content-Type", "application/json").
			With("X-Amzn-ErrorType", answer.Code+":http://internal.amazon.com/coral/com.amazon.bedrock/")
		answer.Body = mustJSON(map[string]string{"message": answer.Message})
	}
	return answer
}

type stsError struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only maps of strings come here
	}
	return b
}

func mustXML(v any) []byte {
	b, err := xml.Marshal(v)
	if err != nil {
		panic(err) // only the structures of this file come here
	}
	return b
}
