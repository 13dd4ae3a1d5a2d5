// Package app builds a server from its configuration and runs it. It is the one
// place where the parts are put together; main and the tests use it alike.
//
// Start goes from the inside out, and stop the other way:
//
//	metrics → ledger → budgets → providers → model map → runner → engine → storage → server → endpoint
//
// New starts everything but the server's work (build, in this file, is the
// order; models.go, store.go, accesskeys.go and endpoint.go are some of its steps).
// Run serves until its context ends. Then the server and the endpoint drain, the
// storage is closed, and the rest is released, each when nothing that uses it is
// left.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"airglow/internal/accesskey"
	"airglow/internal/bedrockapi"
	"airglow/internal/bolt"
	"airglow/internal/budget"
	"airglow/internal/config"
	"airglow/internal/disk"
	"airglow/internal/dolt"
	"airglow/internal/engine"
	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/ledgersql"
	"airglow/internal/metrics"
	"airglow/internal/model"
	"airglow/internal/server"
)

// Options are what an App is built from. Config is required.
type Options struct {
	Config *config.Config
	// Logger receives what an operator should know; nil means slog.Default().
	Logger *slog.Logger
	// Providers are added to those that the configuration sets up; one of the
	// same name takes the other's place. Tests answer for models with it.
	Providers []model.Provider
	// Prices are known beside those that the ledger knows.
	Prices []ledger.Price
	// Clock tells the time to all that keeps to it: the ages of recorded answers, the
	// periods of budgets, the limits of calls. nil is the system's.
	Clock infer.Clock
	// Commit is the ledger's, as bolt.Options has it: tests make its disk fail.
	Commit func(commit func() error) error
	// Free returns the bytes that are free on the disk of a directory; nil is disk.Free.
	Free func(dir string) (int64, error)
}

// App is a built server. Run it, or Close it when it is not run.
type App struct {
	config *config.Config
	logger *slog.Logger
	// stops undo what build did, in its order.
	stops []func() error

	counters *infer.Counters
	clock    infer.Clock
	ledger   *bolt.Store // nil where nothing is recorded
	prices   prices
	models   *infer.Map
	budgets  *budget.Keeper
	runner   *infer.Runner
	engine   *engine.Engine
	storage  *dolt.Storage
	keys     *accesskey.Store
	server   *server.Server
	endpoint *bedrockapi.Server // nil when there is none
	instance string             // by which the endpoint knows requests of this very server
	ready    chan struct{}
	// metrics and figures are nil where nobody is shown any.
	metrics *metrics.Metrics
	figures *metrics.Listener
}

// prices are what models cost, the ledger's or those of a server without one.
type prices interface {
	ledger.Pricing
	ledgersql.Prices
}

// New builds the server of a configuration and opens its data and its
// listeners. Clients can connect from then on and are served by Run.
func New(ctx context.Context, opts Options) (*App, error) {
	a := &App{config: opts.Config, logger: opts.Logger, clock: opts.Clock, counters: &infer.Counters{}, ready: make(chan struct{}), instance: rand.Text()}
	if a.logger == nil {
		a.logger = slog.Default()
	}
	if a.clock == nil {
		a.clock = infer.SystemClock{}
	}
	if err := a.build(ctx, opts); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// build starts the parts in their order. Each part that needs stopping is noted
// in stops.
func (a *App) build(ctx context.Context, opts Options) error {
	if err := a.openMetrics(); err != nil {
		return err
	}
	if err := a.openLedger(opts); err != nil {
		return err
	}
	if err := a.openBudgets(); err != nil {
		return err
	}
	if err := a.buildRunner(ctx, opts.Providers); err != nil {
		return err
	}
	if err := a.installEngine(opts); err != nil {
		return err
	}
	if err := a.openStorage(ctx); err != nil {
		return err
	}
	if err := a.openKeys(); err != nil {
		return err
	}
	if err := a.attachEngine(ctx); err != nil {
		return err
	}
	if err := a.pruneKeys(); err != nil {
		return err
	}
	if err := a.openServer(); err != nil {
		return err
	}
	a.readMetrics()
	return a.openEndpoint()
}

// installEngine sets what the engine changes in go-mysql-server for the whole
// process, which must be done before the storage is opened.
func (a *App) installEngine(opts Options) error {
	keys := keySQL{a}
	o := engine.Options{
		Runner:          a.runner,
		Counters:        a.counters,
		Prices:          a.prices,
		Now:             a.clock.Now,
		Settings:        settings(a.config),
		Procedures:      keys.procedures(),
		Tables:          append(keys.tables(), a.modelsTable()),
		AccountsDropped: a.pruneKeys,
		Below:           dolt.Below,
		Room:            a.diskFloor(opts).Room,
		Logger:          a.logger,
	}
	if a.ledger != nil {
		o.Ledger = a.ledger
		about := ledgersql.New(a.ledger, a.budgets)
		o.Tables = append(o.Tables, about.Tables()...)
		o.Procedures = append(o.Procedures, about.Procedures()...)
	} else {
		o.Tables = append(o.Tables, ledgersql.TablesWithout(a.prices)...)
		o.Procedures = append(o.Procedures, ledgersql.ProceduresWithout()...)
	}
	a.engine = engine.New(o)
	uninstall, err := a.engine.Install()
	if err != nil {
		return err
	}
	a.onStop(func() error { uninstall(); return nil })
	return nil
}

// diskFloor is the space that stays free on the disk of the data.
func (a *App) diskFloor(opts Options) *disk.Floor {
	floor := &disk.Floor{Dir: a.config.Data, Least: int64(a.config.MinFreeMB) << 20, Free: opts.Free, Now: a.clock.Now}
	if floor.Free == nil {
		floor.Free = disk.Free
	}
	floor.Changed = func(low error) {
		if low != nil {
			a.logger.Error("statements that write to the databases fail until there is room", "error", low)
		} else {
			a.logger.Info("there is room again; statements may write")
		}
	}
	return floor
}

// openStorage opens the data and makes sure that it has a root account, which
// the engine then grants its roles to.
func (a *App) openStorage(ctx context.Context) error {
	storage, err := dolt.Open(ctx, dolt.Options{
		Dir:          a.config.Data,
		Overrides:    a.engine.Overrides(),
		Logger:       a.logger,
		BeforeCommit: a.engine.BeforeCommit,
	})
	if err != nil {
		return err
	}
	a.storage = storage
	a.onStop(storage.Close)
	return server.EnsureRoot(storage.Privileges(), a.config.RootPassword.Reveal())
}

// attachEngine gives the engine the opened storage.
func (a *App) attachEngine(ctx context.Context) error {
	if err := a.engine.Attach(ctx, a.storage.Engine(), functionStore{a.storage.Functions(), a.logger}); err != nil {
		return fmt.Errorf("attach engine: %w", err)
	}
	return nil
}

func (a *App) openServer() error {
	s, err := server.New(a.serverOptions())
	if err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	a.server = s
	a.onStop(s.Close)
	return nil
}

func (a *App) serverOptions() server.Options {
	return server.Options{
		Engine:         a.storage.Engine(),
		ContextFactory: a.storage.ContextFactory(),
		NewSession:     a.storage.NewSession,
		Listen:         a.config.Listen,
		Socket:         a.config.Socket,
		Dir:            a.storage.Dir(),
		CertFile:       a.config.TLS.Cert,
		KeyFile:        a.config.TLS.Key,
		TLS:            tlsMode(a.config.TLS),
		MaxConnections: a.config.MaxConnections,
		DrainTimeout:   a.config.DrainTimeout,
		Version:        dolt.DefaultVersion,
		Hooks:          a.engine,
		Logger:         a.logger,
	}
}

func (a *App) onStop(stop func() error) { a.stops = append(a.stops, stop) }

// Addr returns the address that clients connect to.
func (a *App) Addr() net.Addr { return a.server.Addr() }

// EndpointAddr returns the address of the endpoint, nil when there is none.
func (a *App) EndpointAddr() net.Addr {
	if a.endpoint == nil {
		return nil
	}
	return a.endpoint.Addr()
}

// Ready returns a channel that is closed when Run serves clients.
func (a *App) Ready() <-chan struct{} { return a.ready }

// Run serves clients until ctx ends, and stops everything. When it returns,
// nothing that New started is left. Call it once.
func (a *App) Run(ctx context.Context) error {
	close(a.ready)
	var beside sync.WaitGroup
	var failed error
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer a.showReady(ctx)()
	beside.Go(func() { a.keepLedgerSmall(ctx) })
	beside.Go(func() {
		if failed = a.runEndpoint(ctx); failed != nil {
			stop() // half a server is none
		}
	})
	err := a.server.Run(ctx)
	stop()
	beside.Wait()
	return errors.Join(err, failed, a.Close())
}

// Close stops what New started, the last first. Run does it too.
func (a *App) Close() error {
	var errs []error
	for i := len(a.stops) - 1; i >= 0; i-- {
		errs = append(errs, a.stops[i]())
	}
	a.stops = nil
	return errors.Join(errs...)
}

// settings are the engine's variables as the configuration has them.
func settings(c *config.Config) variable.Settings {
	return variable.Settings{
		BedrockRole:       c.AWS.BedrockRole,
		ComprehendRole:    c.AWS.ComprehendRole,
		LambdaRole:        c.AWS.LambdaRole,
		S3Role:            c.AWS.S3Role,
		SageMakerRole:     c.AWS.SageMakerRole,
		InferenceTimeout:  inferenceTimeout(c),
		KeepRolesInactive: !c.ML.ActivateAllRolesOnLogin,
	}
}

// tlsMode is the server's mode for the configuration's. Where nothing is said,
// TLS is offered, with a certificate that the server makes, as MySQL does.
func tlsMode(t config.TLS) server.TLSMode {
	switch {
	case t.Required():
		return server.TLSRequired
	case t.Mode == "off":
		return server.TLSOff
	default:
		return server.TLSOffered
	}
}
