// Command airglow is the Airglow server and its tools: a MySQL-compatible SQL
// server in which foundation models are SQL functions.
//
// Each command has a file of its own. A command returns its exit code: 0 when it
// did what was asked, 1 when it failed, 2 when it was not understood.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// terminal is where a command runs: what it reads and writes, and its
// environment.
type terminal struct {
	in        io.Reader
	out, err  io.Writer
	lookupEnv func(string) (string, bool)
}

// command is one of airglow's commands.
type command struct {
	name    string
	summary string
	run     func(t terminal, args []string) int
}

func commands() []command {
	return []command{
		{"serve", "run the server", serve},
		{"sql", "run SQL against a server", runSQL},
		{"feed", "load an RSS or Atom feed into a table", runFeed},
		{"models", "show who answers for which model, or try them", runModels},
		{"ledger", "move recorded answers out of a data directory, or into one", runLedger},
		{"config", "show the configuration, or describe every option", showConfig},
		{"version", "show the version", showVersion},
	}
}

func main() {
	t := terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, lookupEnv: os.LookupEnv}
	os.Exit(run(t, os.Args[1:]))
}

// run finds the command that args begin with and runs it.
func run(t terminal, args []string) int {
	if len(args) == 0 {
		usage(t.err)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(t.out)
		return exitOK
	case "-v", "-version", "--version":
		return showVersion(t, nil)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(t, args[1:])
		}
	}
	fmt.Fprintf(t.err, "airglow: there is no command %q\n\n", args[0])
	usage(t.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Airglow is a MySQL-compatible SQL server in which foundation models are SQL functions.\n\n"+
		"Usage: airglow COMMAND [options]\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "  help      show this\n\nairglow COMMAND --help lists a command's options.\n")
}

// syntax is how a command is called. It makes its flags and reports how they
// were misused.
type syntax struct {
	name string
	// arguments follow the name in the usage line.
	arguments string
	summary   string
	// list writes the options; nil writes them in package flag's own form.
	list func(io.Writer) error
}

// flags returns the command's flags, without any yet.
func (s syntax) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("airglow "+s.name, flag.ContinueOnError)
	// misused reports mistakes, and prints the help.
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// misused ends a command whose arguments were not understood, or whose help was
// asked for.
func (s syntax) misused(t terminal, flags *flag.FlagSet, err error) int {
	if !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(t.err, "airglow %s: %v\nairglow %s --help lists the options.\n", s.name, err, s.name)
		return exitUsage
	}
	fmt.Fprintf(t.out, "Usage: airglow %s %s\n\n%s\n\nOptions:\n", s.name, s.arguments, s.summary)
	if s.list != nil {
		if err := s.list(t.out); err != nil {
			return exitFailed
		}
		return exitOK
	}
	flags.SetOutput(t.out)
	flags.PrintDefaults()
	return exitOK
}

// failed ends a command that could not do what was asked.
func failed(t terminal, name string, err error) int {
	fmt.Fprintf(t.err, "airglow %s: %v\n", name, err)
	return exitFailed
}
