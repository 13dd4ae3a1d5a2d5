package config

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
)

// defaultFile is read when it exists and no other file is named.
const defaultFile = "airglow.toml"

const fileFlag, fileEnv = "config", "AIRGLOW_CONFIG"

// Load parses args with flags, to which it adds one flag for each option, and
// returns the configuration that they, the environment and the file make. The
// error joins all mistakes found and names the place of each; it is
// flag.ErrHelp when help was asked for.
//
// Environment variables that begin with AIRGLOW_ but are no option are let be:
// a container platform puts its own there for a service that is named airglow.
func Load(flags *flag.FlagSet, args []string, lookupEnv func(string) (string, bool)) (*Config, error) {
	c, err := LoadArguments(flags, args, lookupEnv)
	if err == nil && flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q; options begin with --", flags.Arg(0))
	}
	return c, err
}

// LoadArguments is Load for a command that takes arguments after its options; they
// are those of flags.
func LoadArguments(flags *flag.FlagSet, args []string, lookupEnv func(string) (string, bool)) (*Config, error) {
	given := addFlags(flags)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	c := &Config{sources: map[string]string{}}
	for _, o := range options() {
		if err := parse(o.field(c), o.preset); err != nil {
			return nil, fmt.Errorf("default of %s: %w", o.key, err)
		}
	}
	err := errors.Join(c.applyFile(given, lookupEnv), c.applyEnv(lookupEnv), c.applyFlags(given), c.readPassword(), c.readKeys(lookupEnv))
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// given holds the flags that were on the command line, by flag name.
type given map[string]string

// flagValue is one option as package flag sees it.
type flagValue struct {
	given  given
	name   string
	isBool bool
}

func (v flagValue) String() string     { return v.given[v.name] }
func (v flagValue) Set(s string) error { v.given[v.name] = s; return nil }
func (v flagValue) IsBoolFlag() bool   { return v.isBool }

func addFlags(flags *flag.FlagSet) given {
	g := given{}
	flags.Var(flagValue{given: g, name: fileFlag}, fileFlag, "configuration file (default ./"+defaultFile+" if it exists)")
	for _, o := range options() {
		_, isBool := o.field(&Config{}).(*bool)
		flags.Var(flagValue{g, o.flag(), isBool}, o.flag(), o.help)
	}
	return g
}

// applyFile reads the file that a flag or the environment names, else the
// default one if there is one.
func (c *Config) applyFile(g given, lookupEnv func(string) (string, bool)) error {
	path, named := g[fileFlag], true
	if path == "" {
		path, _ = lookupEnv(fileEnv)
	}
	if path == "" {
		path, named = defaultFile, false
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil
	}
	if err != nil {
		return fmt.Errorf("configuration file: %w", err)
	}
	c.File = path
	return c.applyTOML(path, string(text))
}

// applyEnv takes the variables that are set and not empty: deployment tools set
// empty ones where nothing is meant.
func (c *Config) applyEnv(lookupEnv func(string) (string, bool)) error {
	var faults []error
	for _, o := range options() {
		if value, _ := lookupEnv(o.env()); value != "" {
			faults = append(faults, c.apply(o, value, o.env()))
		}
	}
	return errors.Join(faults...)
}

func (c *Config) applyFlags(g given) error {
	var faults []error
	for _, o := range options() {
		if value, ok := g[o.flag()]; ok {
			faults = append(faults, c.apply(o, value, "--"+o.flag()))
		}
	}
	return errors.Join(faults...)
}

func (c *Config) apply(o option, value, source string) error {
	if err := o.set(c, value); err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	c.sources[o.key] = source
	return nil
}

// readPassword takes root's password from its file.
func (c *Config) readPassword() error {
	if c.RootPasswordFile == "" {
		return nil
	}
	if c.RootPassword != "" {
		return fmt.Errorf("root-password (%s) and root-password-file (%s) are both set; leave one out",
			c.Source("root-password"), c.Source("root-password-file"))
	}
	password, err := firstLine(c.RootPasswordFile)
	if err != nil {
		return fmt.Errorf("root-password-file: %w", err)
	}
	c.RootPassword = password
	return nil
}
