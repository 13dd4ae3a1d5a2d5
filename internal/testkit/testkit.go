// Package testkit is a running server for tests: on loopback, in a temporary
// directory, with a provider that answers as the test says.
//
//	kit := testkit.Start(t)
//	kit.Provider.Answer(func(req model.Request) (model.Response, error) { … })
//	rows, err := kit.DB("root", "").Query("SELECT f('x')")
//
// The SQL engine keeps part of its state for the process, so that a process has
// one server at a time: tests that call Start must not run in parallel, or must
// share a kit.
package testkit

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/app"
	"airglow/internal/config"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// Kit is a running server. It stops when its test ends.
type Kit struct {
	// Provider answers for every model that the configuration maps nowhere
	// else.
	Provider *Provider
	// Disk is what the ledger is written to, Clock the server's.
	Disk  *Disk
	Clock *Clock
	// Dir is the data directory.
	Dir string
	// Addr is where the server listens, EndpointAddr where its endpoint does; nil
	// where it has none.
	Addr, EndpointAddr net.Addr

	t    testing.TB
	log  logBuffer
	stop context.CancelFunc
	done chan struct{}
	err  error
}

// freeOfCharge is the price of the scripted models, so that no statement warns of
// one that is not known.
var freeOfCharge = []ledger.Price{{Model: "*"}}

// Option changes the configuration of a kit's server.
type Option func(*config.Config)

// InDir uses a data directory that exists already, such as that of a kit that
// was stopped.
func InDir(dir string) Option { return func(c *config.Config) { c.Data = dir } }

// Start runs a server until the test ends.
func Start(t testing.TB, options ...Option) *Kit {
	t.Helper()
	c := Config(t, options...)
	k := &Kit{Provider: &Provider{}, Disk: &Disk{}, Clock: &Clock{}, Dir: c.Data, t: t, done: make(chan struct{})}
	ctx, stop := context.WithCancel(context.Background())
	k.stop = stop
	a, err := app.New(ctx, app.Options{
		Config: c, Logger: k.log.logger(), Providers: []model.Provider{k.Provider}, Prices: freeOfCharge,
		Clock: k.Clock, Commit: k.Disk.commit, Free: k.Disk.freeBytes,
	})
	if err != nil {
		stop()
		t.Fatalf("start the server: %v", err)
	}
	k.Addr, k.EndpointAddr = a.Addr(), a.EndpointAddr()
	go func() {
		defer close(k.done)
		k.err = a.Run(ctx)
	}()
	t.Cleanup(func() {
		if err := k.Stop(); err != nil {
			t.Errorf("stop the server: %v", err)
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", k.Log())
		}
	})
	<-a.Ready()
	return k
}

// Config returns the configuration that Start runs: a free port on loopback, a
// temporary directory, and every model mapped to the scripted provider.
func Config(t testing.TB, options ...Option) *config.Config {
	t.Helper()
	c, err := config.Load(flag.NewFlagSet("testkit", flag.ContinueOnError), nil, noEnv)
	if err != nil {
		t.Fatalf("default configuration: %v", err)
	}
	c.Listen = "127.0.0.1:0"
	c.Models = []config.ModelRule{{Match: "*", Provider: providerName}}
	for _, option := range options {
		option(c)
	}
	if c.Data == "./airglow-data" {
		c.Data = t.TempDir()
	}
	return c
}

func noEnv(string) (string, bool) { return "", false }

// Stop drains and stops the server, and returns what its Run returned. It may
// be called again.
func (k *Kit) Stop() error {
	k.stop()
	<-k.done
	return k.err
}

// StartStopping begins what Stop waits for.
func (k *Kit) StartStopping() { k.stop() }

// DB returns connections of a user to the server. They are closed when the test
// ends. The optional parameters, such as "tls=skip-verify", are go-sql-driver's.
func (k *Kit) DB(user, password string, parameters ...string) *sql.DB {
	k.t.Helper()
	dsn := fmt.Sprintf("%s:%s@%s(%s)/?timeout=10s", user, password, k.Addr.Network(), k.Addr)
	for _, p := range parameters {
		dsn += "&" + p
	}
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		k.t.Fatalf("connection parameters: %v", err)
	}
	// The driver logs what its errors say as well.
	c.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		k.t.Fatalf("connector: %v", err)
	}
	db := sql.OpenDB(connector)
	k.t.Cleanup(func() { _ = db.Close() })
	return db
}

// Exec runs statements as root, whose password is empty unless an option says
// otherwise, and fails the test when one fails.
func (k *Kit) Exec(statements ...string) {
	k.t.Helper()
	db := k.DB("root", "")
	defer func() { _ = db.Close() }()
	// One connection keeps USE and variables for the next statement.
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			k.t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Context returns a context that ends well before go test gives up.
func (k *Kit) Context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	k.t.Cleanup(cancel)
	return ctx
}

// Log returns what the server has logged.
func (k *Kit) Log() string { return k.log.String() }

// logBuffer collects the server's log.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends a record.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns everything written.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelInfo}))
}
