package awsclient

import (
	"strconv"
	"strings"
	"time"

	"airglow/internal/outbound"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// retryAfter returns how long an answer asks to wait, zero if it does not.
// X-Amz-Retry-After (milliseconds) is the more exact and goes first.
func retryAfter(response *smithyhttp.Response, now time.Time) time.Duration {
	if response == nil || response.Response == nil {
		return 0
	}
	if wait, ok := parseMilliseconds(response.Header.Get("X-Amz-Retry-After")); ok {
		return wait
	}
	return outbound.RetryAfter(response.Header.Get("Retry-After"), now)
}

func parseMilliseconds(text string) (time.Duration, bool) {
	ms, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || ms < 0 {
		return 0, false
	}
	if ms > outbound.MaxRetryAfter.Milliseconds() {
		return outbound.MaxRetryAfter, true
	}
	return time.Duration(ms) * time.Millisecond, true
}
