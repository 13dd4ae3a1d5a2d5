package awstest

import (
	"maps"
	"net/http"
	"slices"
)

// Call is one request that arrived with a good signature.
type Call struct {
	Operation Operation
	Method    string
	// Path is the path as it was on the wire, still escaped.
	Path string
	// Target is the model id, endpoint name or role that the call names.
	Target string
	// AccessKeyID signed the call; RoleARN is the role it was issued for, empty
	// for the root key.
	AccessKeyID string
	RoleARN     string
	Region      string
	// Proto is the protocol, such as "HTTP/2.0".
	Proto  string
	Header http.Header
	Body   []byte
}

// Answer is what the server says to one call. The zero value is an empty 200.
type Answer struct {
	// Status is the HTTP status; zero means 200.
	Status int
	Header http.Header
	Body   []byte
	// Code and Message make the answer an error in the service's own form; Body
	// is ignored then.
	Code    string
	Message string
	// Wait holds the answer back until the channel is closed.
	Wait <-chan struct{}
	// Truncate sends the header and half of Body, then drops the connection.
	Truncate bool
	// Stall sends the header and half of Body, then nothing until the client
	// hangs up.
	Stall bool
	// Hangup drops the connection without an answer.
	Hangup bool
}

// JSON is a successful answer with a JSON body.
func JSON(body string) Answer {
	return Answer{Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
}

// CSV is a successful answer with a text/csv body.
func CSV(body string) Answer {
	return Answer{Header: http.Header{"Content-Type": {"text/csv"}}, Body: []byte(body)}
}

// Failure is an error answer in the form of the service that is asked.
func Failure(status int, code, message string) Answer {
	return Answer{Status: status, Code: code, Message: message}
}

// With returns the answer with one more header.
func (a Answer) With(name, value string) Answer {
	a.Header = maps.Clone(a.Header)
	if a.Header == nil {
		a.Header = make(http.Header)
	}
	a.Header.Set(name, value)
	return a
}

// Queue appends answers for the next calls of an operation. They are used up
// before a function set by Handle is asked.
func (s *Server) Queue(op Operation, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queues[op] = append(s.queues[op], answers...)
}

// Handle sets the function that answers an operation. It runs for several
// calls at once.
func (s *Server) Handle(op Operation, answer func(Call) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers[op] = answer
}

// Calls returns the calls of an operation that arrived so far, oldest first.
// Requests with a bad signature are not among them.
func (s *Server) Calls(op Operation) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls[op])
}

// Count returns the number of calls of an operation that arrived so far.
func (s *Server) Count(op Operation) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls[op])
}

// Requests returns the number of requests that arrived so far, refused ones
// included.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// record keeps the call and returns what the test has to say to it.
func (s *Server) record(call Call) (answer Answer, scripted bool) {
	s.mu.Lock()
	s.calls[call.Operation] = append(s.calls[call.Operation], call)
	if queue := s.queues[call.Operation]; len(queue) > 0 {
		s.queues[call.Operation] = queue[1:]
		s.mu.Unlock()
		return queue[0], true
	}
	handle := s.handlers[call.Operation]
	s.mu.Unlock()
	if handle == nil {
		return Answer{}, false
	}
	return handle(call), true
}
