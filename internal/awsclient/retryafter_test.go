package awsclient

import (
	"testing"

	"airglow/internal/outbound"
)

func FuzzRetryAfterMilliseconds(f *testing.F) {
	for _, seed := range []string{"", "5", "-1", "1e3", "99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if wait, _ := parseMilliseconds(text); wait < 0 || wait > outbound.MaxRetryAfter {
			t.Errorf("%q ms: %s", text, wait)
		}
	})
}
