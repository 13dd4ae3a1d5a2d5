package infer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

func TestEqualCallsAreMadeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var global, session Counters
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			time.Sleep(time.Second)
			return model.Response{Body: req.Body}, nil
		}}
		s := runnerOver(t, p, Options{Counters: &global}).Statement(&session)
		defer s.Close()
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				body := fmt.Sprintf(`{"n":%d}`, i%3)
				if a, err := s.Call(t.Context(), ask(body)); err != nil || string(a.Response.Body) != body {
					t.Errorf("%s: %+v, %v", body, a, err)
				}
			})
		}
		all.Wait()
		if _, err := s.Call(t.Context(), ask(`{"n":0}`)); err != nil || p.calls() != 3 {
			t.Errorf("%d calls, %v", p.calls(), err)
		}
		want := Counts{LogicalRequest: 31, LogicalResponse: 3, ActualRequest: 3, ActualResponse: 3, CacheHit: 28, SingleRequest: 31}
		if global.Snapshot() != want || session.Snapshot() != want {
			t.Errorf("counted %+v and %+v", global.Snapshot(), session.Snapshot())
		}
		session.Reset()
		if session.Snapshot() != (Counts{}) || global.Snapshot() != want {
			t.Error("a session's reset does not stay its own")
		}
	})
}

// A request has one outcome in a statement: a failure, too, is met once, so that no
// row contradicts another, whether it stays in memory or not.
func TestEqualCallsHaveOneOutcome(t *testing.T) {
	bad := &model.Error{Kind: model.ModelFailed, Service: model.Bedrock, Code: "ModelErrorException", Message: "once", RequestID: "r", Err: errors.New("cause")}
	for name, limit := range map[string]int{"in memory": memoBytes, "on disk": 1} {
		p := failing(1, bad)
		s := runnerOver(t, p, Options{}).Statement(nil)
		s.limit = limit
		for range 3 {
			if _, err := s.Call(t.Context(), ask(`{}`)); model.KindOf(err) != model.ModelFailed || err.Error() != bad.Error() {
				t.Errorf("%s: error %v", name, err)
			}
		}
		if p.calls() != 1 {
			t.Errorf("%s: %d calls", name, p.calls())
		}
		s.Close()
	}
}

// What a budget had no room for is the statement's failure, not the request's.
func TestTheStatementsOwnFailuresAreForgotten(t *testing.T) {
	p := failing(1, &model.Error{Kind: model.OverBudget, Message: "full"})
	s := runnerOver(t, p, Options{}).Statement(nil)
	defer s.Close()
	<-s.Ask(t.Context(), ask(`{}`), nil).Done()
	if _, err := s.Call(t.Context(), ask(`{}`)); model.KindOf(err) != model.OverBudget || p.calls() != 1 {
		t.Errorf("%d calls, %v", p.calls(), err)
	}
	if _, err := s.Call(t.Context(), ask(`{}`)); err != nil || p.calls() != 2 {
		t.Errorf("%d calls, %v", p.calls(), err)
	}
}

// Asking ahead changes neither the calls nor the counts, failures included.
func TestAskingAheadChangesNothing(t *testing.T) {
	bodies := []string{`{"n":1}`, `{"n":2}`, `{"n":1}`, `{"bad":1}`, `{"n":3}`, `{"bad":1}`}
	run := func(t *testing.T, ahead bool) (Counts, []string) {
		var counters Counters
		p := echo("bedrock")
		p.answer = func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			if string(req.Body) == `{"bad":1}` {
				return model.Response{}, &model.Error{Kind: model.ModelFailed, Message: "bad"}
			}
			return model.Response{Body: req.Body}, nil
		}
		s := runnerOver(t, p, Options{Counters: &counters}).Statement(nil)
		defer s.Close()
		for _, body := range bodies {
			if ahead {
				<-s.Ask(t.Context(), ask(body), nil).Done()
			}
		}
		var results []string
		for _, body := range bodies {
			a, err := s.Call(t.Context(), ask(body))
			results = append(results, fmt.Sprintf("%s %v", a.Response.Body, err))
		}
		return counters.Snapshot(), results
	}
	plainCounts, plain := run(t, false)
	aheadCounts, ahead := run(t, true)
	if plainCounts != aheadCounts || fmt.Sprint(plain) != fmt.Sprint(ahead) {
		t.Errorf("plain %+v %q\nahead %+v %q", plainCounts, plain, aheadCounts, ahead)
	}
	if plainCounts.ActualRequest != 4 || plainCounts.CacheHit != 1 {
		t.Errorf("counted %+v", plainCounts)
	}
}

func TestAskRunsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &scripted{name: "bedrock", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			time.Sleep(time.Second)
			return model.Response{Body: req.Body}, nil
		}}
		s := runnerOver(t, p, Options{}).Statement(nil)
		defer s.Close()
		start := time.Now()
		first := s.Ask(t.Context(), ask(`{"n":0}`), nil)
		for i := range 50 {
			s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, i)), nil)
		}
		if first.Known() {
			t.Error("known before its time")
		}
		for i := range 50 {
			if _, err := s.Call(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, i))); err != nil {
				t.Error(err)
			}
		}
		if a, err := first.Result(); !first.Known() || err != nil || string(a.Response.Body) != `{"n":0}` {
			t.Errorf("%+v, %v", a, err)
		}
		if time.Since(start) != 3*time.Second || p.calls() != 50 { // 8, 16 and 26 at once
			t.Errorf("%d calls in %v", p.calls(), time.Since(start))
		}
	})
}

func TestCloseEndsWhatWasAskedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := runnerOver(t, silent(), Options{}).Statement(nil)
		pending := s.Ask(t.Context(), ask(`{}`), nil)
		synctest.Wait()
		start := time.Now()
		s.Close()
		if _, err := pending.Result(); !errors.Is(err, context.Canceled) || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestAnotherCallersEndIsNotMine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := silent()
		wait := p.answer
		p.answer = func(ctx context.Context, attempt int, req model.Request) (model.Response, error) {
			if attempt == 1 {
				return wait(ctx, attempt, req)
			}
			return model.Response{Body: []byte("ok")}, nil
		}
		s := runnerOver(t, p, Options{}).Statement(nil)
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := s.Call(ctx, ask(`{}`)); !errors.Is(err, context.Canceled) {
				t.Errorf("the cancelled caller got %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if a, err := s.Call(t.Context(), ask(`{}`)); err != nil || string(a.Response.Body) != "ok" {
				t.Errorf("the other caller got %+v, %v", a, err)
			}
		})
		synctest.Wait()
		cancel()
		all.Wait()
	})
}

// An equal input is never called again, whatever memory holds, and counts as
// before.
func TestOldestAnswersGoToDisk(t *testing.T) {
	var counters Counters
	p := echo("bedrock")
	p.answer = func(_ context.Context, n int, req model.Request) (model.Response, error) {
		return model.Response{Body: req.Body, RequestID: fmt.Sprint("id", n), Usage: model.Usage{Known: true, InputTokens: 1, OutputTokens: 1 << 40}}, nil
	}
	dir := t.TempDir()
	s := runnerOver(t, p, Options{Counters: &counters, SpillDir: dir}).Statement(nil)
	s.limit = 3 * (entryOverhead + len(`{"n":0}`))
	evaluate := func(n int) {
		body := fmt.Sprintf(`{"n":%d}`, n)
		a, err := s.Call(t.Context(), ask(body))
		want := Answer{Asked: "m", Attempts: 1, Response: model.Response{Body: []byte(body), Provider: "bedrock", Model: "m",
			RequestID: fmt.Sprint("id", n+1), Usage: model.Usage{Known: true, InputTokens: 1, OutputTokens: 1 << 40}}}
		if err != nil || fmt.Sprint(a) != fmt.Sprint(want) {
			t.Errorf("%+v, %v, want %+v", a, err, want)
		}
	}
	for n := range 8 { // asked ahead and moved before they are evaluated
		<-s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, n)), nil).Done()
	}
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 7, 3} {
		evaluate(n)
	}
	if p.calls() != 8 || s.bytes > s.limit || len(s.entries) != 3 || len(s.disk.places) != 8 {
		t.Errorf("%d calls; %d answers in %d bytes, %d on disk", p.calls(), len(s.entries), s.bytes, len(s.disk.places))
	}
	want := Counts{LogicalRequest: 12, LogicalResponse: 8, CacheHit: 4, ActualRequest: 8, ActualResponse: 8, SingleRequest: 12}
	if counters.Snapshot() != want {
		t.Errorf("counted %+v", counters.Snapshot())
	}
	s.limit = 10
	evaluate(8)
	evaluate(8)
	if s.bytes != 0 || counters.Snapshot().CacheHit != 5 {
		t.Errorf("an answer beyond the limit: %d bytes kept, counted %+v", s.bytes, counters.Snapshot())
	}
	s.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The file gives an answer back whole: whoever adds a field sees it here.
func TestSpillKeepsAllOfAnAnswer(t *testing.T) {
	want := Answer{Substituted: true, Asked: "a", Attempts: 3, Response: model.Response{
		Body: []byte("b"), Provider: "p", Model: "m", RequestID: "id", Stop: model.StopLength,
		Usage: model.Usage{Known: true, Estimated: true, InputTokens: 1, OutputTokens: 2, CacheReadTokens: 3, CacheWriteTokens: 4},
	}}
	for value := range fieldsOf(reflect.ValueOf(want)) {
		if value.IsZero() {
			t.Fatalf("the test leaves a %s out", value.Type())
		}
	}
	s := spill{dir: t.TempDir()}
	defer s.close()
	s.put(&entry{answer: want})
	got := &entry{}
	if !s.get(got) || !reflect.DeepEqual(got.answer, want) {
		t.Errorf("got %+v, want %+v", got.answer, want)
	}
}

// fieldsOf yields the fields of a struct and of those in it.
func fieldsOf(v reflect.Value) iter.Seq[reflect.Value] {
	return func(yield func(reflect.Value) bool) {
		for i := range v.NumField() {
			if !yield(v.Field(i)) {
				return
			}
			if v.Field(i).Kind() == reflect.Struct {
				fieldsOf(v.Field(i))(yield)
			}
		}
	}
}

// A disk that takes nothing costs calls, not the statement.
func TestNoDisk(t *testing.T) {
	p := echo("bedrock")
	s := runnerOver(t, p, Options{SpillDir: filepath.Join(t.TempDir(), "missing")}).Statement(nil)
	defer s.Close()
	s.limit = 0
	for range 2 {
		if _, err := s.Call(t.Context(), ask(`{}`)); err != nil {
			t.Error(err)
		}
	}
	if p.calls() != 2 || len(s.entries) != 0 {
		t.Errorf("%d calls, %d answers kept", p.calls(), len(s.entries))
	}
}

func TestDamagedFile(t *testing.T) {
	p := echo("bedrock")
	s := runnerOver(t, p, Options{SpillDir: t.TempDir()}).Statement(nil)
	defer s.Close()
	s.limit = 0
	for range 2 {
		if a, err := s.Call(t.Context(), ask(`{}`)); err != nil || string(a.Response.Body) != `{}` {
			t.Errorf("%+v, %v", a, err)
		}
		if err := s.disk.file.Truncate(0); err != nil {
			t.Fatal(err)
		}
	}
	if p.calls() != 2 {
		t.Errorf("%d calls", p.calls())
	}
}

func FuzzDecodeAnswer(f *testing.F) {
	f.Add(appendAnswer(nil, model.Response{Body: []byte("b"), RequestID: "id", Usage: model.Usage{Known: true, InputTokens: 300}}))
	f.Add([]byte{0, 0, 0, 9})
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, record []byte) {
		r, err := decodeAnswer(record)
		if again, second := decodeAnswer(appendAnswer(nil, r)); err == nil && (second != nil || fmt.Sprint(again) != fmt.Sprint(r)) {
			t.Errorf("%+v became %+v, %v", r, again, second)
		}
	})
}

func FuzzDecodeFailure(f *testing.F) {
	f.Add(appendFailure(nil, throttled()))
	f.Add(appendFailure(nil, errors.New("no service's")))
	f.Add([]byte(`{"Kind":900,"Err":{}}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		e, err := decodeFailure(record)
		if err != nil {
			return
		}
		if again, second := decodeFailure(appendFailure(nil, e)); second != nil || *again != *e {
			t.Errorf("%+v became %+v, %v", e, again, second)
		}
	})
}

func TestSubstitutionsAreNotedOnce(t *testing.T) {
	p := &scripted{name: Builtin, answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
		if string(req.Body) == `"its own"` {
			return model.Response{Provider: Builtin, Model: req.Model}, nil
		}
		return model.Response{Provider: Builtin, Model: "small"}, nil
	}}
	s := runnerOver(t, p, Options{}).Statement(nil)
	defer s.Close()
	<-s.Ask(t.Context(), ask(`{"never":"evaluated"}`), nil).Done()
	if got := s.Substitutions(); len(got) != 0 {
		t.Errorf("noted before any evaluation: %v", got)
	}
	for _, body := range []string{`{}`, `{}`, `[]`, `"its own"`} {
		if _, err := s.Call(t.Context(), ask(body)); err != nil {
			t.Fatal(err)
		}
	}
	want := []Substitution{{Service: model.Bedrock, Asked: "m", Provider: Builtin, Answered: "small"}}
	if got := s.Substitutions(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("noted %v", got)
	}
}

func TestStatementTravelsInTheContext(t *testing.T) {
	s := New(Options{}).Statement(nil)
	defer s.Close()
	if StatementFrom(WithStatement(t.Context(), s)) != s || StatementFrom(t.Context()) != nil {
		t.Error("lost on the way")
	}
}
