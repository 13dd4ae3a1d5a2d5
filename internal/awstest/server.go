// Package awstest is AWS on loopback, for tests: Bedrock InvokeModel,
// InvokeModelWithResponseStream and CountTokens, SageMaker InvokeEndpoint, Comprehend
// DetectSentiment and BatchDetectSentiment, and STS AssumeRole behind one address.
//
// It checks every request's signature from the bytes on the wire, not with the
// SDK's signer, so that a wrong secret or a changed body fails as it would at
// AWS. AssumeRole issues keys that later calls are checked against. What the
// services answer is up to the test: Queue holds answers for the next calls,
// Handle sets a function, and a call for which neither has an answer fails
// with a sentence that says so. Calls returns what arrived.
//
// server.go is the server and its life, answer.go what tests write, dispatch.go
// the way from a request to its answer, events.go the form of streams, sigv4.go and
// keys.go the signature.
// The package is imported by tests alone and is not part of the program.
package awstest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// The root credentials that every server accepts, and the region that
// Environment names; signatures for any region are accepted.
const (
	AccessKeyID     = "AKIAAWSTESTEXAMPLE00"
	SecretAccessKey = "awstest-secret-of-the-root-key"
	Region          = "eu-north-1"
)

// Operation is one thing the server can be asked.
type Operation string

// The operations the server knows.
const (
	InvokeModel          Operation = "InvokeModel"
	InvokeModelStream    Operation = "InvokeModelWithResponseStream"
	CountTokens          Operation = "CountTokens"
	InvokeEndpoint       Operation = "InvokeEndpoint"
	DetectSentiment      Operation = "DetectSentiment"
	BatchDetectSentiment Operation = "BatchDetectSentiment"
	AssumeRole           Operation = "AssumeRole"
)

// Server is a running AWS on 127.0.0.1. It is safe for concurrent use.
type Server struct {
	url  string
	pem  []byte
	http *http.Server
	done chan struct{}
	keys *keyring

	mu          sync.Mutex
	now         func() time.Time
	queues      map[Operation][]Answer
	handlers    map[Operation]func(Call) Answer
	calls       map[Operation][]Call
	requests    int
	connections int
}

// New starts a server that speaks HTTP/1.1 and unencrypted HTTP/2. The caller
// closes it.
func New() (*Server, error) { return listen(nil, nil) }

// NewTLS starts a server that speaks HTTP/1.1 and HTTP/2 over TLS, with the
// self-signed certificate of CertificatePEM. The caller closes it.
func NewTLS() (*Server, error) {
	certificate, pem, err := selfSigned()
	if err != nil {
		return nil, err
	}
	return listen(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, pem)
}

// Start starts a server that is closed when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func listen(config *tls.Config, pem []byte) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("awstest: %w", err)
	}
	s := &Server{
		url: "http://" + listener.Addr().String(), pem: pem, done: make(chan struct{}),
		keys: newKeyring(), now: time.Now,
		queues: make(map[Operation][]Answer), handlers: make(map[Operation]func(Call) Answer),
		calls: make(map[Operation][]Call),
	}
	s.http = &http.Server{
		Handler: s, TLSConfig: config, Protocols: protocols(),
		ConnState: s.countConnection, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // refused handshakes are part of the tests
	}
	serve := s.http.Serve
	if config != nil {
		s.url = "https://" + listener.Addr().String()
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
	}
	go func() {
		defer close(s.done)
		if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("awstest: serve: %v", err))
		}
	}()
	return s, nil
}

func protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return &p
}

func (s *Server) countConnection(_ net.Conn, state http.ConnState) {
	if state != http.StateNew {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections++
}

// Close drops all connections, which ends answers that are being waited for,
// and returns when the server has stopped.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.done
}

// URL is the server's address, for use as every service's endpoint.
func (s *Server) URL() string { return s.url }

// CertificatePEM is what a client of a TLS server must trust; nil without TLS.
func (s *Server) CertificatePEM() []byte { return s.pem }

// Environment returns the variables that lead an AWS SDK to this server and to
// nothing else of the machine it runs on.
func (s *Server) Environment() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID":           AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":       SecretAccessKey,
		"AWS_REGION":                  Region,
		"AWS_ENDPOINT_URL":            s.url,
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED":   "true",
	}
}

// Connections is the number of connections accepted so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// SetClock replaces the clock that signatures and expiries are judged by, and
// that the Date header shows.
func (s *Server) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

func (s *Server) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Revoke makes a key unknown from now on, the root key included.
func (s *Server) Revoke(accessKeyID string) { s.keys.revoke(accessKeyID) }

// wait returns when the answer may go out, false if nobody waits for it.
func wait(ctx context.Context, until <-chan struct{}) bool {
	if until == nil {
		return true
	}
	select {
	case <-until:
		return true
	case <-ctx.Done():
		return false
	}
}
