package main

import (
	"context"
	"errors"
	"flag"

	"airglow/internal/app"
	"airglow/internal/config"
)

// usable sets up what serve would call models with, which finds mistakes that the
// configuration by itself does not show. No request is made.
func usable(c *config.Config) error {
	models, err := app.OpenModels(context.Background(), c)
	if err != nil {
		return err
	}
	return models.Close()
}

// showConfig prints the configuration that serve would run with, or, with
// --reference, a commented configuration file with every option.
func showConfig(t terminal, args []string) int {
	how := syntax{
		name: "config", arguments: "[--reference] [options]",
		summary: "Shows the configuration that serve would run with, and where each value comes from.\n" +
			"With --reference it describes every option, as a configuration file.",
		list: config.Usage,
	}
	flags := how.flags()
	reference := flags.Bool("reference", false, "describe every option")
	c, err := config.Load(flags, args, t.lookupEnv)
	switch {
	case err != nil && (!*reference || errors.Is(err, flag.ErrHelp)):
		return how.misused(t, flags, err)
	case *reference:
		err = config.Reference(t.out)
	default:
		if err = usable(c); err == nil {
			err = c.Show(t.out)
		}
	}
	if err != nil {
		return failed(t, "config", err)
	}
	return exitOK
}
