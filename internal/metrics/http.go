package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Listener serves the figures over HTTP, without authentication. Close it.
type Listener struct {
	listener net.Listener
	server   *http.Server
	ended    chan struct{}
	ready    atomic.Bool
	records  atomic.Pointer[func() error]
}

// Listen serves the figures at an address, such as "127.0.0.1:9306". The server is
// not ready until Ready says so.
func (m *Metrics) Listen(address string, log *slog.Logger) (*Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for metrics (metrics.listen): %w", address, err)
	}
	l := &Listener{listener: listener, ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "up") })
	mux.HandleFunc("GET /readyz", l.readiness)
	l.server = &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(l.ended)
		if err := l.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are no longer served", "error", err)
		}
	}()
	return l, nil
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.listener.Addr() }

// Ready says whether the server takes statements.
func (l *Listener) Ready(ready bool) { l.ready.Store(ready) }

// Records says what tells whether model calls can be recorded: an error says why not,
// and the server is not ready then.
func (l *Listener) Records(can func() error) { l.records.Store(&can) }

func (l *Listener) readiness(w http.ResponseWriter, _ *http.Request) {
	if !l.ready.Load() {
		say(w, http.StatusServiceUnavailable, "the server is starting or stopping")
		return
	}
	if can := l.records.Load(); can != nil {
		if err := (*can)(); err != nil {
			say(w, http.StatusServiceUnavailable, "the ledger cannot record model calls: "+err.Error())
			return
		}
	}
	say(w, http.StatusOK, "ready")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a client that went away is its own business
}

// closeTimeout is how long Close lets answers under way end.
const closeTimeout = time.Second

// Close stops serving and returns when that is done.
func (l *Listener) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err := l.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = l.server.Close()
	}
	<-l.ended
	return err
}
