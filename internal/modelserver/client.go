package modelserver

import (
	"testing"
	"time"

	"airglow/internal/outbound"
)

// Connect returns a client of a server, by its URL, as a provider named "local" has
// it: its key is Key, and its requests may take so long.
func Connect(t testing.TB, url string, timeout time.Duration) *outbound.Client {
	t.Helper()
	c, err := outbound.New(outbound.Options{Provider: "local", URL: url, Key: secret(Key), KeySetting: `key-env = "KEY"`, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

type secret string

// Reveal implements outbound.Secret.
func (s secret) Reveal() string { return string(s) }
