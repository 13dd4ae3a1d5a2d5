package infer

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// shelf is recordings in memory.
type shelf struct {
	mu   sync.Mutex
	kept map[string]ledger.Recorded
	full error
}

func onShelf(recording, function string, request model.Request) string {
	return recording + " " + function + " " + request.Key().String()
}

func (s *shelf) Keep(recording string, r ledger.Recorded) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full == nil {
		s.kept[onShelf(recording, r.Function, r.Request)] = r
	}
	return s.full
}

func (*shelf) Keeps() error { return nil }

func (s *shelf) Recall(recording, function string, request model.Request) (ledger.Recorded, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.kept[onShelf(recording, function, request)]
	return r, ok, nil
}

func inMode(mode ledger.Mode, body string) Call {
	c := ask(body)
	c.Origin.Function = "d.f"
	c.Policy = ledger.Policy{Mode: mode, Recording: "r"}
	return c
}

// What was recorded is replayed where nobody could answer.
func TestRecordAndReplay(t *testing.T) {
	s := &shelf{kept: map[string]ledger.Recorded{}}
	p := echo("bedrock")
	recorder := runnerOver(t, p, Options{Recordings: s})
	memo := recorder.Statement(nil)
	defer memo.Close()
	want, err := memo.Call(t.Context(), inMode(ledger.Record, `{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	pending := memo.Ask(t.Context(), inMode(ledger.Record, `{"a":2}`), nil)
	<-pending.Done()
	if len(s.kept) != 2 || p.calls() != 2 {
		t.Fatalf("%d answers kept of %d calls", len(s.kept), p.calls())
	}

	nobody := New(Options{Recordings: s})
	replay := nobody.Statement(nil)
	defer replay.Close()
	got, err := replay.Call(t.Context(), inMode(ledger.Replay, `{"a":1}`))
	if err != nil || string(got.Response.Body) != string(want.Response.Body) || !got.Reused() {
		t.Errorf("%+v, %v", got, err)
	}
	for _, change := range []func(*Call){
		func(c *Call) { c.Origin.Function = "d.g" },
		func(c *Call) { c.Policy.Recording = "other" },
		func(c *Call) { c.Request.Body = []byte(`{"a":3}`) },
	} {
		c := inMode(ledger.Replay, `{"a":1}`)
		change(&c)
		_, err := nobody.Call(t.Context(), c)
		if model.KindOf(err) != model.NotAsked || model.Retryable(err) || !strings.Contains(err.Error(), c.Request.Key().String()) ||
			!strings.Contains(err.Error(), c.Origin.Function) {
			t.Errorf("%v", err)
		}
	}
}

// An answer that cannot be kept is not used.
func TestWhatCannotBeKeptIsNotUsed(t *testing.T) {
	full := errors.New("no space left on device")
	memo := runnerOver(t, echo("bedrock"), Options{Recordings: &shelf{full: full}}).Statement(nil)
	defer memo.Close()
	if _, err := memo.Call(t.Context(), inMode(ledger.Record, `{}`)); model.KindOf(err) != model.NotRecorded || !errors.Is(err, full) {
		t.Error(err)
	}
	without := runnerOver(t, echo("bedrock"), Options{}).Statement(nil)
	defer without.Close()
	for _, mode := range []ledger.Mode{ledger.Record, ledger.Replay} {
		if _, err := without.Call(t.Context(), inMode(mode, `{}`)); err == nil || !strings.Contains(err.Error(), "ledger.enabled = false") {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

// The ledger's answers serve a replay, of whatever statement, and are not counted
// as used.
func TestReplayFromTheLedger(t *testing.T) {
	b := &book{answers: map[model.Key]model.Response{}}
	p := echo("bedrock")
	r := runnerOver(t, p, Options{Ledger: b, Recordings: &shelf{kept: map[string]ledger.Recorded{}}})
	if _, err := r.Call(t.Context(), inMode(ledger.Live, `{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	if a, err := r.Call(t.Context(), inMode(ledger.Replay, `{"a":1}`)); err != nil || !a.Reused() {
		t.Errorf("%+v, %v", a, err)
	}
	live := inMode(ledger.Live, `{"a":1}`)
	live.Policy.Reuse = ledger.ReuseAlways
	if !r.Known(live) || r.Known(inMode(ledger.Live, `{"a":1}`)) {
		t.Error("Known does not ask the policy")
	}
	live.Request.Body = []byte(`{"a":2}`)
	if r.Known(live) {
		t.Error("an answer is known that nobody gave")
	}
	if p.calls() != 1 || b.reused != 0 || len(b.attempts) != 1 {
		t.Errorf("%d calls, %d reused, %d attempts", p.calls(), b.reused, len(b.attempts))
	}
}

func TestADryRunAsksNobody(t *testing.T) {
	p := echo("bedrock")
	r, b, _ := recording(t, p)
	_, err := r.Call(context.Background(), inMode(ledger.DryRun, `{}`))
	if model.KindOf(err) != model.NotAsked || p.calls() != 0 || len(b.attempts) != 0 {
		t.Errorf("%v, %d calls, %d attempts", err, p.calls(), len(b.attempts))
	}
}
