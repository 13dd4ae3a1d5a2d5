package infer

import (
	"errors"
	"math"
	"time"

	"airglow/internal/model"
)

const (
	// firstWindow is how many attempts go at once before a lane knows more.
	firstWindow = 8
	// calmTime is how long after the last throttle it is forgotten: long enough
	// for all that were throttled to have come back.
	calmTime = 2 * longestPause
	// shortRest is how long a service is left alone that has refused all that was
	// under way, but answered just before.
	shortRest = 50 * time.Millisecond
	// shortestUnit is the least that is taken for the time of an answer.
	shortestUnit = time.Millisecond
	// nearlyAll is the part of a width that is taken for good after a throttle, where
	// that is more than one attempt less.
	nearlyAll = 0.9
	// slowest is how much a window grows by the round when it has come to what has
	// been good, and doubling after how many rounds that is twice as much. With
	// these a service that bears 20 at once is tried with 21 after 9 rounds.
	slowest  = 1.0 / 16
	doubling = 4
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
// round of answers until the service throttles, and halves then, but once for all
// that were under way together. From there it doubles again up to what has been
// good, and then grows slowly, and faster the longer that goes well: what the
// service bears is used nearly all of the time, and more is found soon when it
// bears more. A service that has not throttled for a while is tried as a new one
// is, so that a bad minute does not make the next sessions go one by one.
//
// A width below one is one attempt at a time with pauses: the service counts calls
// in a time rather than at once.
type window struct {
	width float64
	most  int
	// steady is true while a throttle is remembered, the last one at throttled.
	steady    bool
	throttled time.Time
	// epoch counts the rounds that were throttled. What began before the last is
	// old news.
	epoch int
	// good is the width that the service has borne, by the last throttle, and rounds
	// how many rounds of answers there were at that or more.
	good, rounds float64
	// burst is true from a throttle to the next answer.
	burst bool
	// proved is true once the service has answered at all. sure is true when the last
	// throttle came at hardly more than what the service answered meanwhile: that
	// many answers since since.
	proved, sure bool
	answers      int
	since        time.Time
	// took is about how long an answer takes, zero while none has come, and unit what
	// it was when the width fell below one.
	took, unit time.Duration
}

// newWindow returns a new window of at most most attempts.
func newWindow(most int) window {
	if most <= 0 {
		most = DefaultConcurrency
	}
	return window{width: float64(min(firstWindow, most)), most: most}
}

func (w *window) size() int { return max(1, int(w.width)) }

// interval is the least time from one attempt to the next.
func (w *window) interval() time.Duration {
	if w.width >= 1 {
		return 0
	}
	return time.Duration(min(float64(w.unit)/w.width, float64(longestPause)))
}

// learn takes an attempt's outcome in. Running counts the attempts under way,
// this one included: a window that is not used up has proved nothing.
func (w *window) learn(o outcome, epoch, running int) {
	switch {
	case o.throttled && epoch == w.epoch:
		w.shrink(running)
	case o.throttled && epoch == w.epoch-1 && w.burst && w.proved:
		w.good = max(w.width, min(w.good, float64(running-1))) // those that the service has taken
	case o.answered:
		w.burst, w.proved = false, true
		w.answers++
		if epoch == w.epoch && running >= w.size() {
			w.grow()
		}
	}
}

// measure takes in how long an answer took.
func (w *window) measure(took time.Duration) {
	if w.took == 0 {
		w.took = took
	}
	w.took += (took - w.took) / 8
}

// shrink halves the window. One that was hardly used is not the cause: it only
// falls to what was used, and not for a few calls that come back in vain.
func (w *window) shrink(running int) {
	used := min(w.width, float64(running))
	answered := w.answered()
	w.sure = w.width < 1 && answered*3/2 >= w.width
	w.steady, w.burst, w.rounds = true, true, 0
	w.epoch++
	if w.good = float64(w.most); w.proved {
		w.good = max(used*nearlyAll, used-1)
	}
	switch {
	case w.sure && w.width < 1:
		w.width = w.good // and a pause before the next, which is as if it were halved
	case w.width < 1:
		w.good = max(w.width/2, min(w.good, answered))
		w.narrow(w.width / 2)
	case w.width < 2:
		w.narrow(w.width / 2)
	case used > w.width/2:
		w.width /= 2
	default:
		w.width = max(used, min(w.width, firstWindow))
	}
}

// answered is the width at which the service has answered since the last throttle,
// with all pauses, where that is below one.
func (w *window) answered() float64 {
	passed := w.throttled.Sub(w.since)
	answered := float64(w.unit) * float64(w.answers) / float64(max(passed, 1))
	w.since, w.answers = w.throttled, 0
	return answered
}

// narrow sets a width that may be below one.
func (w *window) narrow(width float64) {
	if width < 1 && w.unit == 0 {
		w.unit = max(w.took, shortestUnit)
	}
	w.width = max(width, float64(w.unit)/float64(longestPause))
}

func (w *window) grow() {
	round := 1 / max(1, w.width) // the part of a round that an answer is
	switch {
	case !w.steady:
		w.width++
	case w.width < w.good:
		w.width = min(w.width+min(1, w.width), w.good)
	case w.width < 1:
		w.rounds += round / 4
		w.width += w.width * slowest / 16 * math.Exp2(w.rounds/doubling)
	default:
		w.rounds += round
		w.width += round * slowest * math.Exp2(w.rounds/doubling)
	}
	w.width = min(w.width, float64(w.most))
	if w.width >= 1 {
		w.unit = 0
	}
}

// single has the next attempt find out alone whether a service has anything left.
func (w *window) single() { w.width = min(w.width, 1) }

// calm forgets throttling that is long past, and returns how long that takes;
// zero when there is nothing to forget.
func (w *window) calm(now time.Time) time.Duration {
	if !w.steady {
		return 0
	}
	if left := w.throttled.Add(calmTime).Sub(now); left > 0 {
		return left
	}
	w.steady, w.unit = false, 0
	w.width = max(w.width, newWindow(w.most).width)
	return 0
}
