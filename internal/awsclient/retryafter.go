package awsclient

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxRetryAfter bounds what an answer may ask for: no statement waits longer,
// and a number that large is a mistake.
const maxRetryAfter = time.Hour

// retryAfter returns how long an answer asks to wait, zero if it does not.
// X-Amz-Retry-After (milliseconds) is the more exact and goes first.
func retryAfter(response *smithyhttp.Response, now time.Time) time.Duration {
	if response == nil || response.Response == nil {
		return 0
	}
	if wait, ok := parseMilliseconds(response.Header.Get("X-Amz-Retry-After")); ok {
		return wait
	}
	return parseRetryAfter(response.Header.Get("Retry-After"), now)
}

func parseMilliseconds(text string) (time.Duration, bool) {
	ms, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || ms < 0 {
		return 0, false
	}
	if ms > maxRetryAfter.Milliseconds() {
		return maxRetryAfter, true
	}
	return time.Duration(ms) * time.Millisecond, true
}

// parseRetryAfter reads the standard header: seconds, or a date.
func parseRetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return clampWait(time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return clampWait(at.Sub(now))
}

func clampWait(wait time.Duration) time.Duration { return min(max(wait, 0), maxRetryAfter) }
