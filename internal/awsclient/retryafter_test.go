package awsclient

import (
	"testing"
	"time"
)

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "5", "-1", "1e3", "99999999999999999999", "Thu, 15 Oct 2026 12:00:10 GMT", "Thu, 01 Jan 0001 00:00:00 GMT"} {
		f.Add(seed)
	}
	now := time.Date(2026, 10, 15, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if wait := parseRetryAfter(text, now); wait < 0 || wait > maxRetryAfter {
			t.Errorf("%q: %s", text, wait)
		}
		if wait, _ := parseMilliseconds(text); wait < 0 || wait > maxRetryAfter {
			t.Errorf("%q ms: %s", text, wait)
		}
	})
}
