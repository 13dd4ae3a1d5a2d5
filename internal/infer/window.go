package infer

import (
	"errors"
	"time"

	"airglow/internal/model"
)

const (
	// firstWindow is how many attempts go at once before a lane knows more.
	firstWindow = 8
	// calmTime is how long after the last throttle it is forgotten: long enough
	// for all that were throttled to have come back.
	calmTime = 2 * longestPause
	// shortestRest is what is waited between attempts one at a time that are
	// throttled all the same; it doubles up to longestPause.
	shortestRest = 10 * time.Millisecond
)

// outcome is what an attempt tells about the service.
type outcome struct {
	answered  bool
	throttled bool
	// hold is how long the service wants to be left alone, and why it says so.
	hold time.Duration
	why  *model.Error
	// tokens is what the attempt used, zero if unknown.
	tokens int64
}

// outcomeOf reads an attempt's end.
func outcomeOf(used model.Usage, err error) outcome {
	var failure *model.Error
	switch {
	case err == nil:
		return outcome{answered: true, tokens: used.InputTokens + used.OutputTokens}
	case errors.As(err, &failure) && failure.Retryable():
		return outcome{throttled: failure.Kind == model.Throttled, hold: failure.RetryAfter, why: failure}
	}
	return outcome{}
}

// window is how many attempts may be under way at once. It doubles with each
// round of answers until the service throttles, then grows by one each round,
// and halves when the service throttles, but once for all that were under way
// together. A service that has not throttled for a while is tried as a new one
// is, so that a bad minute does not make the next sessions go one by one.
type window struct {
	width float64
	most  int
	// steady is true while a throttle is remembered, the last one at throttled.
	steady    bool
	throttled time.Time
	// epoch counts the rounds that were throttled. What began before the last is
	// old news.
	epoch int
	// rest is the pause after a throttled attempt at width one.
	rest time.Duration
}

// newWindow returns a new window of at most most attempts.
func newWindow(most int) window {
	if most <= 0 {
		most = DefaultConcurrency
	}
	return window{width: float64(min(firstWindow, most)), most: most}
}

func (w *window) size() int { return int(w.width) }

// learn takes an attempt's outcome in. Running counts the attempts under way,
// this one included: a window that is not used up has proved nothing.
func (w *window) learn(o outcome, epoch, running int) {
	switch {
	case epoch != w.epoch:
	case o.throttled:
		w.shrink(running)
	case o.answered:
		w.rest /= 2
		if running >= w.size() {
			w.grow()
		}
	}
}

// shrink halves the window. One that was hardly used is not the cause: it only
// falls to what was used, and not for a few calls that come back in vain.
func (w *window) shrink(running int) {
	if w.steady && w.size() == 1 {
		w.rest = min(max(2*w.rest, shortestRest), longestPause)
	}
	w.steady = true
	w.epoch++
	if used := float64(running); used > w.width/2 {
		w.width = max(1, w.width/2)
	} else {
		w.width = max(used, min(w.width, firstWindow))
	}
}

func (w *window) grow() {
	step := 1.0
	if w.steady {
		step = 1 / w.width
	}
	w.width = min(w.width+step, float64(w.most))
}

// calm forgets throttling that is long past, and returns how long that takes;
// zero when there is nothing to forget.
func (w *window) calm(now time.Time) time.Duration {
	if !w.steady {
		return 0
	}
	if left := w.throttled.Add(calmTime).Sub(now); left > 0 {
		return left
	}
	w.steady, w.rest = false, 0
	w.width = max(w.width, newWindow(w.most).width)
	return 0
}
