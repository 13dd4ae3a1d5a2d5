package config

import (
	"log/slog"
	"net/url"
	"strings"
)

// Secret is a string that no formatting, logging or encoding shows.
type Secret string

const mask = "********"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns asterisks, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// maskURL returns an address without what may be secret in it: a user with a password,
// and the values of a query.
func maskURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" {
		return mask // nobody knows what is in it
	}
	if u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return address
	}
	if u.User != nil {
		u.User = url.User(mask)
	}
	query := u.Query()
	for name := range query {
		query[name] = []string{mask}
	}
	u.RawQuery, u.Fragment = query.Encode(), ""
	return strings.ReplaceAll(u.String(), url.QueryEscape(mask), mask)
}
