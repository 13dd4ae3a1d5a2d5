// Package modeltest is the contract of model.Provider as a test suite. Every
// provider's tests call Run; what the suite checks, the rest of the program
// relies on.
package modeltest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"airglow/internal/model"
)

// Subject is a provider and the requests to try it with.
type Subject struct {
	Provider model.Provider
	// Good is a request that is answered, however often and from however many
	// goroutines it is asked.
	Good model.Request
	// Bad is a request that fails.
	Bad model.Request
	// Slow is a request that is not answered before its context ends. Started
	// receives a value when the provider works on it. Both are left out by a
	// provider that answers at once.
	Slow    model.Request
	Started <-chan struct{}
}

const (
	// prompt is far more than an immediate return takes on a busy machine.
	prompt = 5 * time.Second
	// parallel is the number of calls made at once.
	parallel = 200
)

// Run checks the contract. newSubject is called for each part of it and may
// register clean-ups.
func Run(t *testing.T, newSubject func(t *testing.T) Subject) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, Subject){
		"Name":                 checkName,
		"Answer":               checkAnswer,
		"AnswerIsTheCallers":   checkOwnership,
		"Failure":              checkFailure,
		"ManyAtOnce":           checkParallel,
		"CancelledBefore":      checkCancelledBefore,
		"DeadlinePassed":       checkDeadlinePassed,
		"CancelledInTheMiddle": checkCancelledDuring,
	} {
		t.Run(name, func(t *testing.T) { check(t, newSubject(t)) })
	}
}

func checkName(t *testing.T, s Subject) {
	name := s.Provider.Name()
	if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, " \t\n") {
		t.Errorf("name %q: it must be one lower-case word", name)
	}
	if again := s.Provider.Name(); again != name {
		t.Errorf("the name changes from %q to %q", name, again)
	}
}

func checkAnswer(t *testing.T, s Subject) {
	response := ask(t, s, s.Good)
	if response.Provider != s.Provider.Name() {
		t.Errorf("the answer names provider %q, the provider %q", response.Provider, s.Provider.Name())
	}
	if response.Model == "" {
		t.Error("the answer names no model")
	}
	if !response.Usage.Known && (response.Usage.InputTokens != 0 || response.Usage.OutputTokens != 0) {
		t.Errorf("usage is unknown and yet counted: %+v", response.Usage)
	}
	if response.Usage.InputTokens < 0 || response.Usage.OutputTokens < 0 {
		t.Errorf("usage is negative: %+v", response.Usage)
	}
}

// checkOwnership: the caller may change the answer, the provider not the request.
func checkOwnership(t *testing.T, s Subject) {
	first := ask(t, s, s.Good)
	second := ask(t, s, s.Good)
	kept := bytes.Clone(second.Body)
	for i := range first.Body {
		first.Body[i] = '#'
	}
	if !bytes.Equal(second.Body, kept) {
		t.Error("two answers share their memory")
	}
	if third := ask(t, s, s.Good); len(third.Body) > 0 && bytes.Equal(third.Body, first.Body) {
		t.Error("a later answer shows what a caller wrote into an earlier one")
	}
}

func checkFailure(t *testing.T, s Subject) {
	sent := bytes.Clone(s.Bad.Body)
	response, err := s.Provider.Invoke(t.Context(), s.Bad)
	if err == nil {
		t.Fatalf("the bad request is answered: %.200s", response.Body)
	}
	var failure *model.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T is no *model.Error: %v", err, err)
	}
	if failure.Service != s.Bad.Service {
		t.Errorf("the error is of service %q, the request of %q", failure.Service, s.Bad.Service)
	}
	if failure.Message == "" || strings.ContainsAny(failure.Message, "\r\n\x00") {
		t.Errorf("the message must be one line that is not empty: %q", failure.Message)
	}
	if len(sent) >= 16 && strings.Contains(err.Error(), string(sent)) {
		t.Errorf("the error repeats the request's body: %v", err)
	}
	if !bytes.Equal(sent, s.Bad.Body) {
		t.Error("the request's body was modified")
	}
	if checker, ok := s.Provider.(model.Checker); ok && checker.Check(s.Good) != nil {
		t.Errorf("the good request is refused: %v", checker.Check(s.Good))
	}
}

func checkParallel(t *testing.T, s Subject) {
	sent := bytes.Clone(s.Good.Body)
	errs := make([]error, parallel)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = s.Provider.Invoke(t.Context(), s.Good) })
	}
	wg.Wait()
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(failed) > 0 {
		t.Errorf("%d of %d calls at once failed, the first with: %v", len(failed), parallel, failed[0])
	}
	if !bytes.Equal(sent, s.Good.Body) {
		t.Error("the request's body was modified")
	}
}

func checkCancelledBefore(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mustEnd(t, invoke(ctx, s.Provider, s.Good), context.Canceled)
}

func checkDeadlinePassed(t *testing.T, s Subject) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	mustEnd(t, invoke(ctx, s.Provider, s.Good), context.DeadlineExceeded)
}

func checkCancelledDuring(t *testing.T, s Subject) {
	if s.Started == nil {
		return // the provider answers at once
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := invoke(ctx, s.Provider, s.Slow)
	select {
	case <-s.Started:
	case err := <-done:
		t.Fatalf("the slow request ended by itself: %v", err)
	case <-time.After(prompt):
		t.Fatal("the provider never started on the slow request")
	}
	cancel()
	mustEnd(t, done, context.Canceled)
}

// invoke starts a call and returns the channel that receives its error.
func invoke(ctx context.Context, p model.Provider, req model.Request) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := p.Invoke(ctx, req)
		done <- err
	}()
	return done
}

func mustEnd(t *testing.T, done <-chan error, want error) {
	t.Helper()
	select {
	case err := <-done:
		if !errors.Is(err, want) {
			t.Errorf("got %v, want the context's error, wrapped", err)
		}
	case <-time.After(prompt):
		t.Errorf("the call did not return within %s of its context's end", prompt)
	}
}

func ask(t *testing.T, s Subject, req model.Request) model.Response {
	t.Helper()
	sent := bytes.Clone(req.Body)
	response, err := s.Provider.Invoke(t.Context(), req)
	if err != nil {
		t.Fatalf("the good request fails: %v", err)
	}
	if !bytes.Equal(sent, req.Body) {
		t.Fatal("the request's body was modified")
	}
	return response
}
