package modeltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"airglow/internal/model"
)

// BatchSubject is a provider and the batches to try it with.
type BatchSubject struct {
	Provider model.BatchProvider
	// Good are requests that may go together and get different answers, the same
	// ones together as each by itself.
	Good []model.Request
	// Refused is a request that Invoke refuses by itself, before it is sent.
	Refused model.Request
	// Bad are requests whose batch fails as a whole.
	Bad []model.Request
}

// RunBatch checks what model.BatchProvider promises beyond model.Provider.
func RunBatch(t *testing.T, newSubject func(t *testing.T) BatchSubject) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, BatchSubject){
		"Limits":          checkBatchLimits,
		"Answers":         checkBatchAnswers,
		"Failure":         checkBatchFailure,
		"CancelledBefore": checkBatchCancelled,
	} {
		t.Run(name, func(t *testing.T) { check(t, newSubject(t)) })
	}
}

func checkBatchLimits(t *testing.T, s BatchSubject) {
	for _, req := range s.Good {
		if limits := s.Provider.BatchLimits(req); limits.Size(0) < len(s.Good) {
			t.Errorf("a good request has the limits %+v", limits)
		}
	}
	_, err := s.Provider.Invoke(t.Context(), s.Refused)
	if checker, ok := s.Provider.(model.Checker); ok && (err == nil || fmt.Sprint(checker.Check(s.Refused)) != err.Error()) {
		t.Errorf("the refused request: Check says %v, Invoke %v", checker.Check(s.Refused), err)
	}
	if limits := s.Provider.BatchLimits(s.Refused); limits != (model.BatchLimits{}) {
		t.Errorf("a request that is refused may travel with others: %+v", limits)
	}
}

// checkBatchAnswers: each request gets its own answer, which is the caller's.
func checkBatchAnswers(t *testing.T, s BatchSubject) {
	sent := bodies(s.Good)
	results, err := s.Provider.InvokeBatch(t.Context(), s.Good)
	if err != nil || len(results) != len(s.Good) {
		t.Fatalf("%d results for %d requests, %v", len(results), len(s.Good), err)
	}
	for i, r := range results {
		alone, err := s.Provider.Invoke(t.Context(), s.Good[i])
		if r.Err != nil || err != nil || !bytes.Equal(r.Response.Body, alone.Body) {
			t.Errorf("request %d: %q (%v) together, %q (%v) alone", i, r.Response.Body, r.Err, alone.Body, err)
		}
		if r.Response.Provider != s.Provider.Name() || r.Response.Model == "" {
			t.Errorf("request %d: the answer names %q, %q", i, r.Response.Provider, r.Response.Model)
		}
		for at := range r.Response.Body {
			r.Response.Body[at] = '#' // must not show in the next one
		}
	}
	if !slices.EqualFunc(sent, bodies(s.Good), bytes.Equal) {
		t.Error("a request's body was modified")
	}
}

func checkBatchFailure(t *testing.T, s BatchSubject) {
	results, err := s.Provider.InvokeBatch(t.Context(), s.Bad)
	var failure *model.Error
	if !errors.As(err, &failure) || failure.Message == "" || failure.Service != s.Bad[0].Service {
		t.Errorf("the bad batch gave %d results and %v", len(results), err)
	}
}

func checkBatchCancelled(t *testing.T, s BatchSubject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error, 1)
	go func() {
		_, err := s.Provider.InvokeBatch(ctx, s.Good)
		done <- err
	}()
	mustEnd(t, done, context.Canceled)
}

func bodies(reqs []model.Request) [][]byte {
	var list [][]byte
	for _, r := range reqs {
		list = append(list, bytes.Clone(r.Body))
	}
	return list
}
