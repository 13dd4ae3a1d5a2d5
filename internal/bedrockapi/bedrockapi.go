// Package bedrockapi is an HTTP server that speaks the APIs of Amazon Bedrock,
// of SageMaker's runtime and of Comprehend, in front of the same model map and
// the same runner that SQL has: an AWS client that is given its address asks the
// models that SQL asks.
//
// The tour, in the order in which a request meets the files: this file is the
// server and its life. serve.go is the way of every request, route.go finds the
// operation that it asks for, loop.go whether the server has sent it itself, and
// authenticate.go who asks. invoke.go, converse.go,
// sagemaker.go and comprehend.go call models; stream.go writes answers piece by
// piece and spread.go makes pieces of an answer that came whole. catalog.go knows which
// models there are, from the model map and the table in known.go; list.go and
// profiles.go tell it. failure.go gives every failure the code and the form that the service
// has for it.
//
// Nothing is kept between two requests.
package bedrockapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"airglow/internal/accesskey"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// Options say what a Server serves and how. Listen, Runner, Map, Keys and Access
// are required.
type Options struct {
	// Listen is a TCP address, such as "127.0.0.1:8080"; port 0 takes a free one.
	Listen string
	// TLS is the certificate to serve; nil serves plain HTTP.
	TLS *tls.Config
	// Runner makes the calls, and Map, the one that it has, says which models are
	// there. Rules are the Map's.
	Runner *infer.Runner
	Map    *infer.Map
	Rules  []infer.Rule
	// Keys are the access keys that requests are signed with.
	Keys KeyFinder
	// Access says what the accounts of the keys may do.
	Access Access
	// CallTimeout is the time limit of a call with its retries; zero is
	// infer.DefaultTimeout. TimeoutName is the setting it comes from.
	CallTimeout time.Duration
	TimeoutName string
	// RetryFor is how long of it a call waits for what may pass: its clients give up
	// sooner than a slow model, and try again by themselves. Zero is all of it.
	// RetryName is the setting it comes from.
	RetryFor  time.Duration
	RetryName string
	// DrainTimeout is how long Run lets requests finish when its context ends.
	DrainTimeout time.Duration
	// Instance is what ViaHeader has in requests of this very server, which are refused;
	// empty looks for none.
	Instance string
	// Now tells the time by which signatures are judged; nil is the system's.
	Now func() time.Time
	// Logger is told what an operator should know, and at level debug each
	// request; nil means slog.Default().
	Logger *slog.Logger
}

// KeyFinder finds access keys.
type KeyFinder interface {
	// Find returns the key with an id, or an error when there is none.
	Find(id string) (accesskey.Secret, error)
}

// Access says what accounts may do. It is asked for each request.
type Access interface {
	// Admit returns an error when an account may not log in: it is locked, or gone.
	Admit(account accesskey.Account) error
	// MayUse returns an error when an account may not call the models of a
	// service. Its text names what to do about it, and is shown to the client.
	MayUse(account accesskey.Account, service model.Service) error
	// Roles are all that an account is granted, each name@host, for the budgets that
	// bind its calls.
	Roles(account accesskey.Account) []string
}

// The time that clients may take. A body of 25 MB passes within bodyTime at
// 3.5 Mbit/s.
const (
	headerTime = 10 * time.Second
	bodyTime   = time.Minute
	writeTime  = time.Minute
	idleTime   = 2 * time.Minute
	// stopTime is how long requests that were cancelled at the end of the drain
	// may take to tell their clients.
	stopTime = 5 * time.Second
)

// maxHeader bounds the header of a request, in bytes.
const maxHeader = 64 << 10

// Server serves clients. It is made by New, run once by Run, or closed by Close
// when it is never run.
type Server struct {
	opts     Options
	listener net.Listener
	http     *http.Server
	models   *catalog
	// cancel ends the requests.
	cancel context.CancelFunc
	// working is held to read by each request under way.
	working sync.RWMutex
}

// New makes a server and opens its listener: clients can connect, and wait until
// Run serves them.
func New(opts Options) (*Server, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	listener, err := net.Listen("tcp", opts.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", opts.Listen, err)
	}
	base, cancel := context.WithCancel(context.Background())
	s := &Server{opts: opts, listener: listener, cancel: cancel, models: newCatalog(opts.Map, opts.Rules)}
	s.http = &http.Server{
		Handler: s, TLSConfig: opts.TLS, Protocols: protocols(), MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: headerTime, IdleTimeout: idleTime,
		BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog:    slog.NewLogLogger(opts.Logger.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// protocols are those that AWS clients speak: the one for JavaScript speaks
// HTTP/2 without TLS, and nothing else, where the address begins with http.
func protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return &p
}

// Addr returns the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run serves clients until ctx ends, and then drains: it takes no new requests,
// lets those under way finish within DrainTimeout, and cancels the rest. When it
// returns, nothing that it started runs.
func (s *Server) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() {
		if s.opts.TLS != nil {
			served <- s.http.ServeTLS(s.listener, "", "")
		} else {
			served <- s.http.Serve(s.listener)
		}
	}()
	select {
	case err := <-served: // the listener failed
		return errors.Join(fmt.Errorf("serve %s: %w", s.listener.Addr(), err), s.Close())
	case <-ctx.Done():
	}
	s.drain()
	err := s.Close()
	if failure := <-served; !errors.Is(failure, http.ErrServerClosed) {
		err = errors.Join(err, failure)
	}
	s.working.Lock() // the requests under way end before
	defer s.working.Unlock()
	return err
}

// drain lets requests end, then ends them.
func (s *Server) drain() {
	if s.shutdown(s.opts.DrainTimeout) {
		return
	}
	s.opts.Logger.Warn("cancelling the requests to the endpoint that still run", "after", s.opts.DrainTimeout)
	s.cancel()
	s.shutdown(stopTime)
}

// shutdown takes no more requests and waits for those under way, at most for a
// time.
func (s *Server) shutdown(limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return s.http.Shutdown(ctx) == nil
}

// Close closes the listener and all connections.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	if closed := s.listener.Close(); closed != nil && !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}
