package main

import (
	"context"
	"os"
	"os/signal"

	"airglow/internal/feed"
)

// runFeed loads a feed into a table of a server.
func runFeed(t terminal, args []string) int {
	how := syntax{
		name: "feed", arguments: "--into DB.TABLE [options] URL|FILE",
		summary: "Loads the items of an RSS or Atom feed into a table of a server.",
	}
	flags := how.flags()
	options, err := feed.Parse(flags, args, t.lookupEnv)
	if err != nil {
		return how.misused(t, flags, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return feed.Run(ctx, options, t.out, t.err)
}
