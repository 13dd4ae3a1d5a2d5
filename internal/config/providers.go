package config

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Provider is a model server that the model map can name, one table of
// [[providers]].
type Provider struct {
	// Name is what the model map calls it, Kind the API that it speaks: openai,
	// ollama or anthropic.
	Name, Kind string
	// URL is where its API begins.
	URL string
	// Key is the key that requests carry; Load reads it from the environment
	// variable KeyEnv or the first line of KeyFile. KeyHeader is the header that it
	// goes into; empty leaves that to the kind.
	Key                        Secret
	KeyEnv, KeyFile, KeyHeader string
	// Headers are sent with each request.
	Headers map[string]Secret
	// AllowHTTP allows http to other machines, AllowAddresses addresses that are
	// refused otherwise, as prefixes such as 169.254.7.0/24.
	AllowHTTP      bool
	AllowAddresses []string
	// Timeout bounds one request; zero leaves it to the provider.
	Timeout time.Duration
	// ContextSize is how many tokens an Ollama model's prompt and answer have room
	// for, and KeepAlive how long it stays loaded; zero leaves both to the server.
	ContextSize int
	KeepAlive   time.Duration

	places places
}

// OwnProviders are the names of those that no [[providers]] table sets up, whether they
// are there or not.
func OwnProviders() []string { return []string{"bedrock", "builtin", "comprehend", "sagemaker"} }

// kinds are the kinds of providers.
func kinds() []string { return []string{"openai", "ollama", "anthropic"} }

func (p *Provider) keys() []tableKey {
	return []tableKey{
		{name: "name", place: &p.Name},
		{name: "kind", place: &p.Kind},
		{name: "url", place: &p.URL},
		{name: "key-env", place: &p.KeyEnv},
		{name: "key-file", place: &p.KeyFile},
		{name: "key-header", place: &p.KeyHeader},
		{name: "headers", place: &p.Headers},
		{name: "timeout", place: &p.Timeout},
		{name: "allow-http", place: &p.AllowHTTP},
		{name: "allow-addresses", place: &p.AllowAddresses},
		{name: "context-size", place: &p.ContextSize, most: 10_000_000},
		{name: "keep-alive", place: &p.KeepAlive},
	}
}

// providers takes the model servers from the file. It stops at the first mistake.
func (d *decoder) providers(value any) error {
	return tables("providers", value, func(entries map[string]any) error {
		if _, there := entries["key"]; there {
			return wrong("key", "a key in this file is read by all who may read the file or a copy of it; "+
				`write key-env = "NAME" for an environment variable that holds it, or key-file = "PATH" for a file of its own`)
		}
		var p Provider
		if err := readTable(entries, "provider", p.keys()); err != nil {
			return err
		}
		for _, other := range d.config.Providers {
			if other.Name == p.Name {
				return wrong("name", "there is a provider %q already", p.Name)
			}
		}
		err := p.Check()
		if err == nil {
			p.places = placesOf(d.text, "providers", len(d.config.Providers)+1)
			d.config.Providers = append(d.config.Providers, p)
		}
		return err
	})
}

var providerName = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,62}$`)

// Check checks the provider by itself. Where its server may be is for whoever sets it up.
func (p *Provider) Check() error {
	switch {
	case slices.Contains(OwnProviders(), p.Name):
		return wrong("name", "%s is the name of a provider that needs no table; take another name", p.Name)
	case !providerName.MatchString(p.Name):
		return wrong("name", "%q is not a lower-case word that the model map can name", p.Name)
	case !slices.Contains(kinds(), p.Kind):
		return wrong("kind", "%q is not one of %s", p.Kind, strings.Join(kinds(), ", "))
	case p.URL == "":
		return errors.New("url is missing; write where the server's API begins, such as http://127.0.0.1:11434")
	case p.KeyEnv != "" && p.KeyFile != "":
		return keyed{"key-file", errors.New("key-env and key-file are both set; leave one out")}
	case p.Kind != "ollama" && (p.ContextSize != 0 || p.KeepAlive != 0):
		return keyed{p.ollamaKey(), errors.New("context-size and keep-alive are for kind ollama; other servers are told when they start")}
	}
	if _, err := prefixes(p.AllowAddresses); err != nil {
		return wrong("allow-addresses", "%w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Headers)) {
		if slices.Contains([]string{"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"}, strings.ToLower(name)) {
			return wrong("headers", "a key does not belong into %s here; write key-env or key-file, and key-header if the server wants it there", name)
		}
	}
	return nil
}

// ollamaKey is a key that is set and for kind ollama alone.
func (p *Provider) ollamaKey() string {
	if p.ContextSize != 0 {
		return "context-size"
	}
	return "keep-alive"
}

// Prefixes are AllowAddresses, which Load has checked.
func (p *Provider) Prefixes() []netip.Prefix {
	list, _ := prefixes(p.AllowAddresses)
	return list
}

func prefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.Prefix(addr.BitLen())
	}
	return netip.ParsePrefix(text)
}

// KeySetting is how the configuration names the key, empty where there is none.
func (p *Provider) KeySetting() string {
	switch {
	case p.KeyEnv != "":
		return "key-env = " + quote(p.KeyEnv)
	case p.KeyFile != "":
		return "key-file = " + quote(p.KeyFile)
	}
	return ""
}

// readKeys takes the providers' keys from where the file says they are.
func (c *Config) readKeys(lookupEnv func(string) (string, bool)) error {
	var faults []error
	for i := range c.Providers {
		p := &c.Providers[i]
		key, err := p.readKey(lookupEnv)
		if err != nil {
			faults = append(faults, c.providerFault(i, err))
		}
		p.Key = key
	}
	return errors.Join(faults...)
}

func (p *Provider) readKey(lookupEnv func(string) (string, bool)) (Secret, error) {
	switch {
	case p.KeyEnv != "":
		key, _ := lookupEnv(p.KeyEnv)
		if key == "" {
			return "", wrong("key-env", "the environment variable %s is not set", p.KeyEnv)
		}
		return Secret(key), nil
	case p.KeyFile != "":
		key, err := firstLine(p.KeyFile)
		if err != nil {
			return "", wrong("key-file", "%w", err)
		}
		return key, nil
	}
	return "", nil
}

// firstLine reads a secret from a file.
func firstLine(path string) (Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fmt.Errorf("the first line of %s is empty", path)
	}
	return Secret(line), nil
}
