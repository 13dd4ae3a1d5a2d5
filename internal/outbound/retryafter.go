package outbound

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter bounds what an answer may ask for: no statement waits longer,
// and a number that large is a mistake.
const MaxRetryAfter = time.Hour

// RetryAfter reads how long an answer asks to wait from the value of its header
// Retry-After, which is a number of seconds or a date. It is zero for a value that
// says nothing.
func RetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return clampWait(time.Duration(min(max(seconds, 0), int64(MaxRetryAfter/time.Second))) * time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return clampWait(at.Sub(now))
}

func clampWait(wait time.Duration) time.Duration { return min(max(wait, 0), MaxRetryAfter) }
