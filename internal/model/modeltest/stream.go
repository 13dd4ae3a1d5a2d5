package modeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"airglow/internal/model"
)

// StreamSubject is a provider and the requests to try its streams with.
type StreamSubject struct {
	Provider model.StreamProvider
	// Good is answered in several pieces, and equally by Invoke.
	Good model.Request
	// Bad fails before its first piece, Half after it. Half has no body where a
	// provider cannot fail there.
	Bad, Half model.Request
	// Slow and Started are as Subject has them.
	Slow    model.Request
	Started <-chan struct{}
}

// RunStream checks what model.StreamProvider promises beyond model.Provider.
func RunStream(t *testing.T, newSubject func(t *testing.T) StreamSubject) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, StreamSubject){
		"Pieces":               checkPieces,
		"Failure":              checkStreamFailure,
		"Half":                 checkHalf,
		"EmitFails":            checkEmitFails,
		"CancelledBefore":      checkStreamCancelled,
		"CancelledInTheMiddle": checkStreamCancelledDuring,
	} {
		t.Run(name, func(t *testing.T) { check(t, newSubject(t)) })
	}
}

// gather is an emit that keeps the pieces.
type gather struct{ pieces [][]byte }

func (g *gather) emit(piece []byte) error {
	g.pieces = append(g.pieces, piece)
	return nil
}

// checkPieces: each piece is JSON and stays as it was, and the answer is Invoke's.
func checkPieces(t *testing.T, s StreamSubject) {
	var g gather
	var kept [][]byte
	response, err := s.Provider.InvokeStream(t.Context(), s.Good, func(piece []byte) error {
		kept = append(kept, bytes.Clone(piece))
		return g.emit(piece)
	})
	if err != nil || len(g.pieces) < 2 {
		t.Fatalf("%d pieces, %v", len(g.pieces), err)
	}
	for i, piece := range g.pieces {
		if !json.Valid(piece) || !bytes.Equal(piece, kept[i]) {
			t.Errorf("piece %d is %q, and was %q", i, piece, kept[i])
		}
	}
	whole, err := s.Provider.Invoke(t.Context(), s.Good)
	if err != nil || !sameJSON(whole.Body, response.Body) {
		t.Errorf("the stream's answer is\n%s\nand Invoke's\n%s (%v)", response.Body, whole.Body, err)
	}
	if response.Provider != s.Provider.Name() || response.Model != whole.Model || response.Usage != whole.Usage || response.Stop != whole.Stop {
		t.Errorf("the stream's answer is %+v, Invoke's %+v", response, whole)
	}
}

// sameJSON reports whether two texts are the same JSON, in whatever order.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func checkStreamFailure(t *testing.T, s StreamSubject) {
	var g gather
	_, err := s.Provider.InvokeStream(t.Context(), s.Bad, g.emit)
	var failure *model.Error
	if !errors.As(err, &failure) || failure.Message == "" || failure.Service != s.Bad.Service || len(g.pieces) != 0 {
		t.Errorf("%d pieces, %v", len(g.pieces), err)
	}
}

func checkHalf(t *testing.T, s StreamSubject) {
	if s.Half.Body == nil {
		return
	}
	var g gather
	_, err := s.Provider.InvokeStream(t.Context(), s.Half, g.emit)
	var failure *model.Error
	if !errors.As(err, &failure) || failure.Message == "" || len(g.pieces) == 0 {
		t.Errorf("%d pieces, %v", len(g.pieces), err)
	}
}

func checkEmitFails(t *testing.T, s StreamSubject) {
	enough, calls := errors.New("the client is gone"), 0
	_, err := s.Provider.InvokeStream(t.Context(), s.Good, func([]byte) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func checkStreamCancelled(t *testing.T, s StreamSubject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mustEnd(t, invokeStream(ctx, s, s.Good), context.Canceled)
}

func checkStreamCancelledDuring(t *testing.T, s StreamSubject) {
	if s.Started == nil {
		return // the provider answers at once
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := invokeStream(ctx, s, s.Slow)
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

func invokeStream(ctx context.Context, s StreamSubject, req model.Request) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := s.Provider.InvokeStream(ctx, req, func([]byte) error { return nil })
		done <- err
	}()
	return done
}
