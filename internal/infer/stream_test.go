package infer

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

// teller is a StreamProvider: its attempts are told one after the other.
type teller struct {
	attempts []telling
	calls    int
}

// telling is one attempt: the pieces, then how it ends. With hang it ends with
// its context.
type telling struct {
	pieces []string
	err    error
	hang   bool
	panics bool
}

func (p *teller) Name() string { return "bedrock" }

func (p *teller) Invoke(context.Context, model.Request) (model.Response, error) {
	return model.Response{}, errors.New("asked for the whole")
}

func (p *teller) InvokeStream(ctx context.Context, _ model.Request, emit func([]byte) error) (model.Response, error) {
	t := p.attempts[p.calls]
	p.calls++
	for _, piece := range t.pieces {
		if err := emit([]byte(piece)); err != nil {
			return model.Response{}, err
		}
	}
	if t.hang {
		<-ctx.Done()
		return model.Response{}, ctx.Err()
	}
	if t.panics {
		panic("defect")
	}
	return model.Response{Body: []byte(strings.Join(t.pieces, ""))}, t.err
}

// streamed runs a call and returns what came.
func streamed(t *testing.T, p model.Provider, o Options) (pieces []string, answer Answer, err error) {
	t.Helper()
	answer, err = runnerOver(t, p, o).Stream(t.Context(), ask(`{}`), func(_ Source, piece []byte) error {
		pieces = append(pieces, string(piece))
		return nil
	})
	return pieces, answer, err
}

func TestStreamHandsOnThePieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var counters Counters
		p := &teller{attempts: []telling{{err: throttled()}, {pieces: []string{"a", "b"}}}}
		pieces, answer, err := streamed(t, p, Options{Counters: &counters})
		if err != nil || strings.Join(pieces, "|") != "a|b" || string(answer.Response.Body) != "ab" || answer.Attempts != 2 {
			t.Errorf("got %v, %+v, %v", pieces, answer, err)
		}
		if got, want := counters.Snapshot(), (Counts{ActualRequest: 2, ActualResponse: 1, RetryRequest: 1}); got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
	})
}

func TestStreamDoesNotBeginAgain(t *testing.T) {
	for name, broken := range map[string]telling{
		"throttled":  {pieces: []string{"a"}, err: throttled()},
		"unforeseen": {pieces: []string{"a"}, err: errors.New("x")},
		"a defect":   {pieces: []string{"a"}, panics: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := &teller{attempts: []telling{broken, {pieces: []string{"b"}}}}
			pieces, _, err := streamed(t, p, Options{})
			var failure *model.Error
			if !errors.As(err, &failure) || model.Retryable(err) || p.calls != 1 || len(pieces) != 1 {
				t.Errorf("%d calls, %v, %v", p.calls, pieces, err)
			}
		})
	}
}

func TestStreamEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &teller{attempts: []telling{{pieces: []string{"a"}, hang: true}}}
		begun := time.Now()
		_, _, err := streamed(t, p, Options{})
		if model.KindOf(err) != model.Timeout || time.Since(begun) != DefaultTimeout {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestStreamEndsWhenNobodyTakesIt(t *testing.T) {
	gone := errors.New("gone")
	p := &teller{attempts: []telling{{pieces: []string{"a", "b"}}}}
	given := 0
	_, err := runnerOver(t, p, Options{}).Stream(t.Context(), ask(`{}`), func(Source, []byte) error { given++; return gone })
	if !errors.Is(err, gone) || given != 1 || p.calls != 1 {
		t.Errorf("%v after %d pieces and %d calls", err, given, p.calls)
	}
}

func TestStreamOfAProviderWithout(t *testing.T) {
	pieces, answer, err := streamed(t, failing(0, nil), Options{})
	if err != nil || pieces != nil || string(answer.Response.Body) != "ok" {
		t.Errorf("got %v, %+v, %v", pieces, answer, err)
	}
}

// counting is a TokenCounter.
type counting struct {
	*teller
	err error
}

func (c counting) CountTokens(context.Context, model.Request) (int64, bool, error) {
	return 7, true, c.err
}

func TestCountTokens(t *testing.T) {
	tokens, exact, err := runnerOver(t, counting{}, Options{}).CountTokens(t.Context(), ask(`{}`))
	if tokens != 7 || !exact || err != nil {
		t.Errorf("counted %d, %v, %v", tokens, exact, err)
	}
	if _, _, err := runnerOver(t, failing(0, nil), Options{}).CountTokens(t.Context(), ask(`{}`)); model.KindOf(err) != model.Unsupported {
		t.Errorf("counted by a provider that cannot: %v", err)
	}
	if _, _, err := runnerOver(t, counting{err: errors.New("x")}, Options{}).CountTokens(t.Context(), ask(`{}`)); model.KindOf(err) != model.Internal {
		t.Errorf("an unforeseen failure: %v", err)
	}
}
