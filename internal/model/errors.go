package model

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the sort of failure, as far as code has to tell them apart.
type Kind int

// The kinds of failure. Their order has no meaning.
const (
	// Internal is a defect of ours or an answer nobody foresaw.
	Internal Kind = iota
	// NotConfigured: no provider is set up for the model.
	NotConfigured
	// NoCredentials: the provider has no usable credentials.
	NoCredentials
	// Denied: the service refused this identity.
	Denied
	// NotFound: the service knows no such model or endpoint.
	NotFound
	// Invalid: the service or we refused the request's content.
	Invalid
	// TooLarge: the request or the answer exceeds the service's size.
	TooLarge
	// Unsupported: the provider cannot do what the request asks.
	Unsupported
	// Throttled: too many calls at once; worth trying again.
	Throttled
	// NotReady: the model is loading; worth trying again.
	NotReady
	// Unavailable: the service or the way to it is down; worth trying again.
	Unavailable
	// Quota: an account's quota is used up; trying again does not help.
	Quota
	// ModelFailed: the model itself failed on this request.
	ModelFailed
	// BadAnswer: the answer does not have the promised form.
	BadAnswer
	// Timeout: the call's time limit passed, retries included.
	Timeout
	// ModelTimeout: the service gave up waiting for its model.
	ModelTimeout
	// NotRecorded: the ledger could not be written, so nothing was sent or the
	// answer is not used.
	NotRecorded
	// OverBudget: a budget leaves no room for the call, so nothing was sent.
	OverBudget
	// NotAsked: the session's mode has no model asked, and no answer is recorded.
	NotAsked
)

// String returns the kind as a short lower-case phrase.
func (k Kind) String() string {
	names := [...]string{
		Internal: "internal", NotConfigured: "not configured", NoCredentials: "no credentials",
		Denied: "denied", NotFound: "not found", Invalid: "invalid", TooLarge: "too large",
		Unsupported: "unsupported", Throttled: "throttled", NotReady: "not ready",
		Unavailable: "unavailable", Quota: "quota", ModelFailed: "model failed",
		BadAnswer: "bad answer", Timeout: "timeout", ModelTimeout: "model timeout", NotRecorded: "not recorded",
		OverBudget: "over budget", NotAsked: "not asked",
	}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return names[k]
}

// Error is a failed call. It carries what each of its readers needs: code asks
// for Kind, Retryable and RetryAfter, people read the message.
type Error struct {
	Kind    Kind
	Service Service
	// Code is the service's own name of the error, such as
	// "ThrottlingException"; empty when the service had no part in it.
	Code string
	// Message says the cause and, where we know it, the fix. It never contains
	// a secret or the request's body.
	Message string
	// RequestID is the service's id of the failed call; may be empty.
	RequestID string
	// RetryAfter is how long the service asked us to wait; zero when it did not.
	RetryAfter time.Duration
	// Unseen is true when the request was on its way and nobody saw how it ended, as
	// the connection broke: it may have been answered, and billed.
	Unseen bool
	// Err is the cause for logs; may be nil. It is not part of the text.
	Err error
}

// Error returns "<Service> API returned error: <Code>: <message>" when the
// service answered, and the message alone when the failure is ours.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Code != "" {
		fmt.Fprintf(&b, "%s API returned error: %s: ", e.Service, e.Code)
	}
	if e.Message != "" {
		b.WriteString(e.Message)
	} else {
		fmt.Fprintf(&b, "the service gave no message (%s)", e.Kind)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same request may succeed when sent again.
// Quota and ModelTimeout are not retried: the first does not pass within a
// statement, the second has already cost the service's longest wait.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case Throttled, NotReady, Unavailable:
		return true
	default:
		return false
	}
}

// Retryable reports whether err says that trying again may help.
func Retryable(err error) bool {
	var r interface{ Retryable() bool }
	return errors.As(err, &r) && r.Retryable()
}

// Unseen reports whether nobody saw how a call ended that failed with err.
func Unseen(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Unseen
}

// RetryAfter returns how long the service asked to wait, zero if it did not.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// KindOf returns the kind of err, and Internal for an error that is not an
// *Error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Message returns what an *Error says, without the name of the service around
// it, and the text of any other error.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}
