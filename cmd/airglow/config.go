package main

import (
	"errors"
	"flag"

	"airglow/internal/config"
)

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
		err = c.Show(t.out)
	}
	if err != nil {
		return failed(t, "config", err)
	}
	return exitOK
}
