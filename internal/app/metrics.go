package app

import (
	"context"
	"net"

	"airglow/internal/metrics"
)

// openMetrics begins to serve figures, if the configuration says so. It comes
// first and ends last: that the server stops is to be seen.
func (a *App) openMetrics() error {
	address := a.config.Metrics.Listen
	if address == "" {
		return nil
	}
	a.metrics = metrics.New()
	var err error
	if a.figures, err = a.metrics.Listen(address, a.logger); err != nil {
		return err
	}
	a.onStop(a.figures.Close)
	return nil
}

// readMetrics has figures read from the parts that are there by now.
func (a *App) readMetrics() {
	if a.metrics == nil {
		return
	}
	a.metrics.Read(metrics.Sources{Loads: a.runner.Loads, Server: func() (s metrics.Server) {
		s.Sessions, s.Running, s.Statements = a.server.Load()
		return s
	}})
}

// showReady says that the server takes statements, until ctx ends. The function
// it returns is to be called when the server has ended.
func (a *App) showReady(ctx context.Context) (ended func()) {
	if a.figures == nil {
		return func() {}
	}
	if a.ledger != nil {
		a.figures.Records(a.ledger.Ready)
	}
	a.figures.Ready(true)
	stop := context.AfterFunc(ctx, func() { a.figures.Ready(false) })
	return func() { stop(); a.figures.Ready(false) }
}

// MetricsAddr returns the address that serves figures, nil if none does.
func (a *App) MetricsAddr() net.Addr {
	if a.figures == nil {
		return nil
	}
	return a.figures.Addr()
}
