package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"airglow/internal/app"
	"airglow/internal/config"
)

// serve runs the server until it is told to stop. A first SIGINT or SIGTERM
// lets running statements finish, a second one ends the process at once: what
// was committed is on disk either way.
func serve(t terminal, args []string) int {
	how := syntax{
		name: "serve", arguments: "[options]",
		summary: "Runs the server. Each option may also be set in the environment or the configuration file.",
		list:    config.Usage,
	}
	flags := how.flags()
	c, err := config.Load(flags, args, t.lookupEnv)
	if err != nil {
		return how.misused(t, flags, err)
	}
	logger := newLogger(t.err, c.Log)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go stopOnSignal(logger, cancel)

	a, err := app.New(ctx, app.Options{Config: c, Logger: logger})
	if err != nil {
		return failed(t, "serve", err)
	}
	announce(logger, c, a)
	announceEndpoint(logger, c, a.EndpointAddr())
	if err := a.Run(ctx); err != nil {
		return failed(t, "serve", err)
	}
	logger.Info("stopped")
	return exitOK
}

// stopOnSignal lives as long as the process.
func stopOnSignal(logger *slog.Logger, cancel context.CancelFunc) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	received := <-signals
	logger.Info("stopping: running statements may finish; a second signal ends them", "signal", received.String())
	cancel()
	<-signals
	logger.Warn("stopped by a second signal")
	os.Exit(exitFailed)
}

// announce says where the server listens and how to connect.
func announce(logger *slog.Logger, c *config.Config, a *app.App) {
	address := a.Addr()
	attributes := []any{"address", address.String(), "data", c.Data}
	if c.Socket != "" {
		attributes = append(attributes, "socket", c.Socket)
	}
	if figures := a.MetricsAddr(); figures != nil {
		attributes = append(attributes, "metrics", "http://"+figures.String()+"/metrics")
	}
	logger.Info("ready", append(attributes, "connect", connectLine(c, address))...)
}

// announceEndpoint says where the endpoint is, if there is one.
func announceEndpoint(logger *slog.Logger, c *config.Config, address net.Addr) {
	if address == nil {
		return
	}
	scheme := "http://"
	if c.Endpoint.TLS {
		scheme = "https://"
	}
	logger.Info("the endpoint is ready", "url", scheme+address.String())
}

// connectLine is a command that connects to the server.
func connectLine(c *config.Config, address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return "mysql --socket=" + c.Socket + " --user=root --password"
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "mysql --host=" + host + " --port=" + port + " --user=root --password"
}

func newLogger(w io.Writer, c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.SlogLevel()}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
