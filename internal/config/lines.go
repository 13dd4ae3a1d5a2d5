package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// keyed is a mistake in the value of one key of a table, or in the key itself.
type keyed struct {
	key string
	err error
}

func (k keyed) Error() string { return k.err.Error() }
func (k keyed) Unwrap() error { return k.err }

// wrong returns the mistake in the value of a key, which its text begins with.
func wrong(key, format string, values ...any) error {
	return keyed{key, fmt.Errorf(key+": "+format, values...)}
}

// places are the lines of a table in the file, from 1.
type places struct {
	header int
	keys   map[string]int
}

// of is the line of the key that an error is about, else that of the table's header,
// and otherwise where the table is written in another way.
func (p places) of(err error, otherwise int) int {
	var k keyed
	if errors.As(err, &k) && p.keys[k.key] > 0 {
		return p.keys[k.key]
	}
	if p.header > 0 {
		return p.header
	}
	return otherwise
}

var (
	headerLine = regexp.MustCompile(`^\s*\[\[?\s*([\w."'-]+)\s*\]\]?\s*(#.*)?$`)
	keyLine    = regexp.MustCompile(`^\s*["']?([\w-]+)["']?\s*[=.]`)
)

// placesOf finds the number-th table of a list. The library keeps one position for all
// of them. A text of several lines that looks like keys is taken for some; then the
// line is wrong, not more.
func placesOf(text, list string, number int) places {
	p := places{keys: map[string]int{}}
	note := func(key string, line int) {
		if p.keys[key] == 0 {
			p.keys[key] = line
		}
	}
	within := false // of the table itself, not of one below it
	for i, line := range strings.Split(text, "\n") {
		header := headerLine.FindStringSubmatch(line)
		below, isBelow := "", false
		if header != nil {
			below, isBelow = strings.CutPrefix(header[1], list+".")
		}
		switch {
		case header != nil && header[1] == list && p.header > 0, header != nil && header[1] != list && !isBelow && p.header > 0:
			return p
		case header != nil && header[1] == list:
			if number--; number == 0 {
				p.header, within = i+1, true
			}
		case isBelow && p.header > 0:
			key, _, _ := strings.Cut(below, ".")
			note(key, i+1)
			within = false
		case within:
			if key := keyLine.FindStringSubmatch(line); key != nil {
				note(key[1], i+1)
			}
		}
	}
	return p
}

// ProviderFault returns a mistake in one of Providers, by its index, with its place in
// the file. Key is the setting that it is about, which the error's text names; it is
// empty for an error of Check, which tells.
func (c *Config) ProviderFault(i int, key string, err error) error {
	if key != "" {
		err = keyed{key, err}
	}
	return c.providerFault(i, err)
}

func (c *Config) providerFault(i int, err error) error {
	fault := tableFault{list: "providers", number: i + 1, err: err}
	line := c.Providers[i].places.of(err, 0)
	if c.File == "" || line == 0 {
		return fault
	}
	return fmt.Errorf("%s:%d: %w", c.File, line, fault)
}
