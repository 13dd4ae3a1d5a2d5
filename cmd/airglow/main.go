// Command airglow is the Airglow server and its tools.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"airglow/internal/app"
	"airglow/internal/config"
)

func main() {
	flags := flag.NewFlagSet("airglow serve", flag.ContinueOnError)
	c, err := config.Load(flags, os.Args[2:], os.LookupEnv)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = serve(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "airglow:", err)
		os.Exit(1)
	}
}

func serve(c *config.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.Log.SlogLevel()}))
	a, err := app.New(ctx, app.Options{Config: c, Logger: logger})
	if err != nil {
		return err
	}
	logger.Info("ready", "address", a.Addr())
	return a.Run(ctx)
}
