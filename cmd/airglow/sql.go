package main

import (
	"context"
	"os"
	"os/signal"

	"airglow/internal/sqlclient"
)

// runSQL runs a script against a server. An interrupt ends the statement that
// runs.
func runSQL(t terminal, args []string) int {
	how := syntax{
		name: "sql", arguments: "[options]",
		summary: "Runs SQL from -e, a file or standard input against a server and prints the results.",
	}
	flags := how.flags()
	options, err := sqlclient.Parse(flags, args, t.lookupEnv)
	if err != nil {
		return how.misused(t, flags, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return sqlclient.Run(ctx, options, t.in, t.out, t.err)
}
