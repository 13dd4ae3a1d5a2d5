// Package server accepts clients: it listens, speaks TLS, checks passwords,
// hands statements to the engine, and ends without losing any.
//
// The tour: New and Run (this file) build a server from its parts and run it
// until its context ends, when it drains. listen.go holds the listeners and
// counts connections; auth.go and sha2.go check passwords; root.go makes the
// first account; keys.go makes keys. handler.go stands between the protocol
// code and the engine and is where each statement passes: through the gate
// (gate.go), the hooks (hooks.go) and, with its error, package mysqlerr.
// wire.go and explainparams.go mend what the protocol code cannot do.
//
// The protocol code is that of go-mysql-server and its fork of vitess.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	gms "github.com/dolthub/go-mysql-server"
	gmsserver "github.com/dolthub/go-mysql-server/server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/mysql_db"
	"github.com/dolthub/vitess/go/mysql"
)

// Options say what a server serves and how. Engine, ContextFactory, NewSession
// and Dir are required, and one of Listen and Socket.
type Options struct {
	// Engine runs the statements. Its process list must be the final one.
	Engine *gms.Engine
	// ContextFactory and NewSession make the engine's contexts and sessions.
	ContextFactory sql.ContextFactory
	NewSession     gmsserver.SessionBuilder

	// Listen is a TCP address, such as "127.0.0.1:3306"; port 0 takes a free
	// one. Empty means none.
	Listen string
	// Socket is the path of a Unix socket; empty means none.
	Socket string
	// Dir is where the server keeps its keys; it is made when needed.
	Dir string
	// CertFile and KeyFile are the TLS certificate and its key in PEM. When
	// empty, the server makes a self-signed certificate in Dir.
	CertFile string
	KeyFile  string
	// TLS says which TCP clients use it; the zero value is TLSOffered.
	TLS TLSMode
	// MaxConnections bounds the connections at a time; zero means 151, as in
	// MySQL.
	MaxConnections int
	// DrainTimeout is how long Run lets statements finish when its context
	// ends; zero means that they are cancelled at once.
	DrainTimeout time.Duration
	// Version is what the greeting says; empty means the fork's.
	Version string
	// Hooks are told about statements and sessions; nil means nobody is.
	Hooks Hooks
	// Logger is told what an operator should know; nil means slog.Default().
	Logger *slog.Logger
}

// TLSMode says which TCP clients use TLS.
type TLSMode int

const (
	// TLSOffered lets the client choose.
	TLSOffered TLSMode = iota
	// TLSOff offers none.
	TLSOff
	// TLSRequired refuses clients without.
	TLSRequired
)

// defaultMaxConnections is MySQL's.
const defaultMaxConnections = 151

// cancelTimeout is how long cancelled statements may take to notice, and
// closeTimeout how long the goroutines of closed connections may.
const (
	cancelTimeout = 5 * time.Second
	closeTimeout  = 30 * time.Second
)

// Server serves clients. It is made by New, run once by Run, or closed by Close
// when it is never run.
type Server struct {
	opts     Options
	listener *listener
	protocol *gmsserver.Server
	gate     *gate
}

// New makes a server and opens its listeners: clients can connect, and wait
// until Run serves them.
func New(opts Options) (*Server, error) {
	opts = withDefaults(opts)
	accounts := opts.Engine.Analyzer.Catalog.MySQLDb
	if err := checkRoot(accounts, opts); err != nil {
		return nil, err
	}
	s := &Server{opts: opts, gate: newGate()}
	var err error
	if s.listener, err = listen(opts.Listen, opts.Socket, opts.MaxConnections); err != nil {
		return nil, err
	}
	if s.protocol, err = s.newProtocol(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	return s, nil
}

func withDefaults(opts Options) Options {
	if opts.MaxConnections == 0 {
		opts.MaxConnections = defaultMaxConnections
	}
	if opts.Hooks == nil {
		opts.Hooks = noHooks{}
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	return opts
}

// checkRoot refuses to let other machines at a root without password, and warns
// when only this machine can use one.
func checkRoot(accounts *mysql_db.MySQLDb, opts Options) error {
	if !rootIsOpen(accounts) {
		return nil
	}
	if !isLoopback(opts.Listen) {
		return fmt.Errorf("listen on %s: %w", opts.Listen, errEmptyRoot)
	}
	opts.Logger.Warn("root has no password: every user of this machine can do anything; set one with --root-password")
	return nil
}

// newProtocol builds the protocol code over our listener, accounts and handler.
func (s *Server) newProtocol() (*gmsserver.Server, error) {
	keys := keyDir(s.opts.Dir)
	var certificate *tls.Config
	if s.opts.TLS != TLSOff {
		var err error
		if certificate, err = tlsConfig(keys, s.opts.CertFile, s.opts.KeyFile); err != nil {
			return nil, err
		}
	}
	key, err := loadRSAKey(keys)
	if err != nil {
		return nil, err
	}
	auth, err := newAuthServer(s.opts.Engine.Analyzer.Catalog.MySQLDb, key, s.opts.TLS == TLSRequired)
	if err != nil {
		return nil, err
	}
	h := &handler{hooks: s.opts.Hooks, gate: s.gate, logger: s.opts.Logger, auth: auth}
	config := gmsserver.Config{
		Listener: s.listener, Address: s.listener.Addr().String(), Socket: s.opts.Socket,
		Version: s.opts.Version, TLSConfig: certificate,
		ProtocolListenerFactory: func(cfg gmsserver.Config, lc mysql.ListenerConfig, events gmsserver.ServerEventListener) (gmsserver.ProtocolListener, error) {
			lc.AuthServer = auth
			return gmsserver.MySQLProtocolListenerFactory(cfg, lc, events)
		},
	}
	protocol, err := gmsserver.NewServerWithHandler(config, s.opts.Engine, s.opts.ContextFactory, s.opts.NewSession, nil, h.over)
	if err != nil {
		return nil, err
	}
	h.database = protocol.SessionManager().GetCurrentDB
	return protocol, setVariables(s.opts)
}

// over puts h before the engine's own handler.
func (h *handler) over(inner mysql.Handler) (mysql.Handler, error) {
	h.Handler = inner
	return h, nil
}

func setVariables(opts Options) error {
	variables := map[string]any{"max_connections": int64(opts.MaxConnections)}
	if opts.Socket != "" {
		variables["socket"] = opts.Socket
	}
	return sql.SystemVariables.AssignValues(variables)
}

// Addr returns the address that the server listens on: the TCP address, or the
// socket's when there is no other.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Load is how busy the server is: the connections that are open, the statements
// under way, and how many have begun since the start.
func (s *Server) Load() (sessions, running int, statements uint64) {
	s.listener.mu.Lock()
	sessions = len(s.listener.open)
	s.listener.mu.Unlock()
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return sessions, s.gate.running, s.gate.entered
}

// Run serves clients until ctx ends, and then drains: it takes no new
// connections and no new statements, lets the running ones finish within
// DrainTimeout, cancels the rest, and closes the connections. When it returns,
// nothing that it started runs, unless it returns an error that says so.
func (s *Server) Run(ctx context.Context) error {
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		s.protocol.Listener.Accept()
	}()
	s.listener.start()
	<-ctx.Done()
	// The protocol's own Close makes pings fail from here on.
	s.protocol.Listener.Close()
	<-accepting
	s.drain()
	return errors.Join(s.disconnect(), s.Close())
}

// drain lets statements end, then ends them. One that still does not end, such
// as one whose client takes no rows, ends when disconnect closes its connection.
func (s *Server) drain() {
	empty := s.gate.close()
	if ended(empty, s.opts.DrainTimeout) {
		return
	}
	s.opts.Logger.Warn("cancelling the statements that still run", "after", s.opts.DrainTimeout)
	for _, process := range s.opts.Engine.ProcessList.Processes() {
		s.opts.Engine.ProcessList.Kill(process.Connection)
	}
	ended(empty, cancelTimeout)
}

// disconnect closes what is still connected and waits for the goroutines that
// serve it.
func (s *Server) disconnect() error {
	idle := s.listener.whenIdle()
	s.listener.closeAll()
	if !ended(idle, closeTimeout) {
		return fmt.Errorf("connections are still served %s after they were closed", closeTimeout)
	}
	return nil
}

// ended waits for a channel to be closed, at most for a time.
func ended(done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		// Both may be ready.
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
}

// Close closes the listeners of a server that is not run.
func (s *Server) Close() error {
	err := s.listener.Close()
	if s.opts.Socket != "" {
		_ = os.Remove(s.opts.Socket) // usually gone with its listener
	}
	return err
}
