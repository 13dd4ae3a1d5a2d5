package infer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"airglow/internal/model"
)

const (
	// firstPause is the most that is waited before the second attempt; it
	// doubles with each attempt.
	firstPause = 100 * time.Millisecond
	// longestPause is where the doubling ends.
	longestPause = 5 * time.Second
	// shortestLeft is the time below which no other attempt is worth it.
	shortestLeft = firstPause
)

// defaultLimitName is the setting that limits a call without a limit of its own.
const defaultLimitName = "aurora_ml_inference_timeout"

// ruleLimitName is the setting of a rule of the model map.
const ruleLimitName = "timeout-ms in the model map"

// errLimit is the cause with which the limit cancels its context.
var errLimit = errors.New("the call's time limit passed")

// limit is the time limit of one call, running.
type limit struct {
	// ctx ends when the limit passes or parent, the caller's context, ends.
	ctx      context.Context
	parent   context.Context
	call     Call
	runner   *Runner
	deadline time.Time
	// retryUntil is when failures that may pass are no longer waited for: the
	// deadline, or earlier.
	retryUntil time.Time
	// length is what it was when it started. provider is whose share of the call's
	// limit it is, empty when it is the whole.
	length   time.Duration
	provider string
	// last is the last failure of the service; nil while there was none.
	last error
	stop func()
}

// startLimit starts the call's clock, of which a part has been spent at the gates of
// services that asked for a pause. The caller stops it.
func startLimit(parent context.Context, r *Runner, call Call, spent time.Duration) *limit {
	length := call.Timeout - spent
	ctx, cancel := context.WithCancelCause(parent)
	stopTimer := r.clock.AfterFunc(length, func() { cancel(errLimit) })
	l := &limit{
		ctx: ctx, parent: parent, call: call, runner: r, deadline: r.clock.Now().Add(length), length: length,
		stop: func() { stopTimer(); cancel(nil) },
	}
	l.retryUntil = l.deadline
	return l
}

// limited is the call with the limits that it has where it names none.
func (c Call) limited() Call {
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.LimitName == "" {
		c.LimitName = defaultLimitName
	}
	return c
}

// patience is how long a call waits for what may pass, before it has begun and in
// its attempts together.
func (c Call) patience() time.Duration {
	if c.RetryFor > 0 {
		return min(c.RetryFor, c.Timeout)
	}
	return c.Timeout
}

// bound is what bounds a call's patience, in words.
func (c Call) bound() string {
	if c.RetryFor > 0 && c.RetryFor < c.Timeout {
		return fmt.Sprintf("%d ms (%s)", c.RetryFor.Milliseconds(), c.RetryName)
	}
	return fmt.Sprintf("%d ms (%s)", c.Timeout.Milliseconds(), c.LimitName)
}

// pause waits before the next attempt. It returns the call's final error when
// err is not worth another attempt or the limit leaves no time for one.
func (l *limit) pause(v *visit, attempt int, err error) error {
	if isServiceError(err) {
		l.last = err
	}
	final := isServiceError(err) && !model.Retryable(err)
	switch {
	case l.parent.Err() != nil, l.ctx.Err() != nil && !final:
		return l.ended(attempt)
	case final:
		return err
	}
	left := l.retryUntil.Sub(l.runner.clock.Now())
	wait := max(l.wait(attempt, left, err), v.closed())
	if wait >= left {
		return l.outOfTime(attempt, err)
	}
	passed := make(chan struct{})
	stop := l.runner.clock.AfterFunc(wait, func() { close(passed) })
	defer stop()
	l.call.pauses(1)
	defer l.call.pauses(-1)
	select {
	case <-passed:
		return nil
	case <-l.ctx.Done():
		return l.ended(attempt)
	}
}

// wait is how long to wait for the next attempt. While the limit leaves time for
// one at all, it is shorter than the time left.
func (l *limit) wait(attempt int, left time.Duration, err error) time.Duration {
	asked := model.RetryAfter(err)
	if left <= asked || left <= shortestLeft {
		return left
	}
	return min(l.backoff(attempt, err), asked+(left-asked)/2)
}

// backoff is full jitter: anything up to a bound that doubles. What the service
// asks for comes first, then a little jitter, so that many calls that were told
// the same wait do not all come back at the same moment.
func (l *limit) backoff(attempt int, err error) time.Duration {
	if asked := model.RetryAfter(err); asked > 0 {
		return asked + l.runner.jitter(firstPause)
	}
	most := longestPause
	if doublings := attempt - 1; doublings < 6 {
		most = min(most, firstPause<<doublings)
	}
	return l.runner.jitter(most)
}

// ended is the error of a call whose context is over: the caller's own end, or
// the limit's.
func (l *limit) ended(attempt int) error {
	if l.parent.Err() != nil {
		return interrupted(l.parent, l.call)
	}
	within := fmt.Sprintf("%d ms (%s, %s)", l.call.Timeout.Milliseconds(), l.call.LimitName, plural(attempt, "attempt"))
	if l.provider != "" {
		within = fmt.Sprintf("%d ms, the share of provider %s in the %s", l.length.Milliseconds(), l.provider, within)
	}
	text := fmt.Sprintf("%s model %q did not answer within %s", l.call.Request.Service, l.call.Request.Model, within)
	if l.last != nil {
		text += "; the last failure: " + l.last.Error()
	}
	return &model.Error{
		Kind: model.Timeout, Service: l.call.Request.Service, Err: l.last,
		Message: text + "; raise " + l.call.LimitName + " to wait longer",
	}
}

// outOfTime is the service's error when the wait before another attempt would
// pass the limit: waiting it out could only replace this cause by a worse one.
func (l *limit) outOfTime(attempt int, err error) error {
	var service *model.Error
	errors.As(err, &service) // Retryable said so: there is one
	final := *service
	final.Message = fmt.Sprintf("%s; not tried again after %s because the wait would pass the limit of %s",
		service.Message, plural(attempt, "attempt"), l.call.bound())
	final.Err = err
	return &final
}

func isServiceError(err error) bool {
	var e *model.Error
	return errors.As(err, &e)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
