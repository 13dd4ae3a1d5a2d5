package infer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// refuse is a provider that fails always.
func refuse(name string, err error) *scripted {
	return &scripted{name: name, answer: func(context.Context, int, model.Request) (model.Response, error) {
		return model.Response{}, err
	}}
}

func kind(k model.Kind) *model.Error {
	return &model.Error{Kind: k, Service: model.Bedrock, Message: "it is " + k.String()}
}

// withFallbacks returns a runner whose one rule leads to the providers in order.
func withFallbacks(t *testing.T, o Options, first model.Provider, more ...model.Provider) *Runner {
	t.Helper()
	providers := map[string]model.Provider{first.Name(): first}
	rule := Rule{Pattern: "*", Provider: first.Name()}
	for i, p := range more {
		providers[p.Name()] = p
		rule.Fallbacks = append(rule.Fallbacks, Destination{Provider: p.Name(), Target: fmt.Sprint("other-", i+1)})
	}
	var err error
	if o.Map, err = NewMap([]Rule{rule}, providers, nil); err != nil {
		t.Fatal(err)
	}
	o.Jitter = func(most time.Duration) time.Duration { return most }
	return New(o)
}

func TestWhatFallsBack(t *testing.T) {
	for k := model.Internal; k <= model.OverBudget; k++ {
		synctest.Test(t, func(t *testing.T) {
			first, second := refuse("first", kind(k)), echo("second")
			a, err := withFallbacks(t, Options{}, first, second).Call(t.Context(), ask(`{"a":1}`))
			want := map[model.Kind]bool{model.Unavailable: true, model.NotReady: true, model.Throttled: true, model.NotFound: true, model.Quota: true,
				model.NoCredentials: true, model.Denied: true, model.NotConfigured: true, model.Unsupported: true, model.ModelTimeout: true, model.Timeout: true}[k]
			if (err == nil) != want || (second.calls() == 1) != want {
				t.Fatalf("%s: %v, %d calls of the fallback", k, err, second.calls())
			}
			if want && (!a.Substituted || a.Response.Provider != "second" || second.sent[0].TargetModel() != "other-1" || second.sent[0].Model != "m") {
				t.Errorf("%s: %+v of %+v", k, a, second.sent[0])
			}
			if tries := first.calls(); (k == model.Unavailable || k == model.NotReady) && tries != triesBeforeFallback {
				t.Errorf("%s: tried %d times", k, tries)
			}
		})
	}
}

// A route that says nothing has its share of the time and no more; all together
// have the call's.
func TestSharesOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet, more := silent(), silent()
		more.name = "more"
		start := time.Now()
		call := ask(`{}`)
		call.Timeout = 9 * time.Second
		if _, err := withFallbacks(t, Options{}, quiet, more, echo("third")).Call(t.Context(), call); err != nil || time.Since(start) != 6*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		start = time.Now()
		_, err := withFallbacks(t, Options{}, quiet, more).Call(t.Context(), call)
		if model.KindOf(err) != model.Timeout || time.Since(start) != 9*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		for _, part := range []string{"within 4500 ms, the share of provider bedrock in the 9000 ms", "fallback 1, provider more, failed as well", "within 9000 ms"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q lacks %q", err, part)
			}
		}
	})
}

func TestThrottlingIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := echo("second")
		a, err := withFallbacks(t, Options{}, failing(5, throttled()), second).Call(t.Context(), ask(`{}`))
		if err != nil || a.Substituted || a.Attempts != 6 || second.calls() != 0 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// A thousand rows do not each wait for a route that is down; once it has rested, one
// of them finds out that it is back.
func TestWhatIsDownIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := false
		first := &scripted{name: "first", answer: func(_ context.Context, _ int, req model.Request) (model.Response, error) {
			if back {
				return model.Response{Body: req.Body}, nil
			}
			return model.Response{}, kind(model.Unavailable)
		}}
		second := echo("second")
		r := withFallbacks(t, Options{}, first, second)
		start := time.Now()
		ask1000 := func(from int) (own int) {
			s := r.Statement(nil)
			defer s.Close()
			for i := range 1000 {
				s.Ask(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, from+i)), nil)
			}
			for i := range 1000 {
				a, err := s.Call(t.Context(), ask(fmt.Sprintf(`{"n":%d}`, from+i)))
				if err != nil || string(a.Response.Body) != fmt.Sprintf(`{"n":%d}`, from+i) {
					t.Fatalf("%d: %s, %v", i, a.Response.Body, err)
				}
				if !a.Substituted {
					own++
				}
			}
			return own
		}
		if own := ask1000(0); own != 0 || first.calls() > triesBeforeFallback*DefaultShare || time.Since(start) > time.Second {
			t.Errorf("%d own, %d calls in %v", own, first.calls(), time.Since(start))
		}
		l := r.models.List()[0]
		if h := r.Health(l); !h.Known || !h.Failing || !strings.Contains(h.LastError, "unavailable") {
			t.Errorf("%+v", h)
		}
		if h := r.Health(r.models.List()[1]); !h.Known || h.Failing {
			t.Errorf("%+v", h)
		}
		before := first.calls()
		ask1000(1000)
		if first.calls() != before {
			t.Errorf("%d calls while it rests", first.calls()-before)
		}
		time.Sleep(restTime)
		ask1000(2000)
		if n := first.calls() - before; n < 1 || n > 3 {
			t.Errorf("%d calls to find out", n)
		}
		back = true
		time.Sleep(restTime)
		if own := ask1000(3000); own == 0 || r.Health(l).Failing {
			t.Errorf("%d own after it came back, %+v", own, r.Health(l))
		}
		if own := ask1000(4000); own != 1000 {
			t.Errorf("%d own at last", own)
		}
	})
}

// When nothing answers, the error is the first route's with the others' beside it,
// whether or not it was asked.
func TestAllRoutesFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := refuse("first", kind(model.Denied)), refuse("second", kind(model.Invalid))
		r := withFallbacks(t, Options{}, first, second)
		want := "it is denied; fallback 1, provider second, failed as well: it is invalid"
		if _, err := r.Call(t.Context(), ask(`{}`)); model.KindOf(err) != model.Denied || err.Error() != want {
			t.Errorf("%v", err)
		}
		_, err := r.Call(t.Context(), ask(`{}`))
		if first.calls() != 1 || !strings.HasPrefix(err.Error(), "provider first is not asked for a while since it failed: it is denied; fallback 1") {
			t.Errorf("%d calls, %v", first.calls(), err)
		}
		// With nothing else to go to, what is down is asked all the same.
		r = withFallbacks(t, Options{}, first, refuse("second", kind(model.Denied)))
		for range 3 {
			_, err = r.Call(t.Context(), ask(`{}`))
		}
		if first.calls() != 4 || model.KindOf(err) != model.Denied {
			t.Errorf("%d calls, %v", first.calls(), err)
		}
	})
}

func TestNothingFallsBackFromACancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		second := echo("second")
		time.AfterFunc(time.Second, cancel)
		_, err := withFallbacks(t, Options{}, silent(), second).Call(ctx, ask(`{}`))
		if !errors.Is(err, context.Canceled) || second.calls() != 0 {
			t.Errorf("%v, %d calls", err, second.calls())
		}
	})
}

// The limit of a rule goes before that of the session, and that of the function
// before it.
func TestTimeLimitOfARule(t *testing.T) {
	for name, want := range map[string]string{"aurora_ml_inference_timeout": "within 2000 ms (timeout-ms in the model map", "TIMEOUT_MS": "within 1000 ms (TIMEOUT_MS"} {
		synctest.Test(t, func(t *testing.T) {
			m, err := NewMap([]Rule{{Pattern: "*", Provider: "bedrock", Timeout: 2 * time.Second}}, map[string]model.Provider{"bedrock": silent()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			call := ask(`{}`)
			call.Timeout, call.LimitName, call.General = time.Second, name, name != "TIMEOUT_MS"
			if _, err := New(Options{Map: m}).Call(t.Context(), call); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// A rule's settings are part of what is asked, and so of the key of its answer.
func TestSettingsOfARule(t *testing.T) {
	first, second := refuse("first", kind(model.Denied)), echo("second")
	m, err := NewMap([]Rule{{Pattern: "*", Provider: "first", Parameters: `{"a":1}`, Lenient: true, Fallbacks: []Destination{{Provider: "second", Parameters: `{"b":2}`}}}},
		map[string]model.Provider{"first": first, "second": second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Map: m}).Call(t.Context(), ask(`{}`)); err != nil {
		t.Fatal(err)
	}
	one, two := first.sent[0], second.sent[0]
	if one.Parameters != `{"a":1}` || two.Parameters != `{"b":2}` || !one.Lenient || !two.Lenient || one.Key() == two.Key() || one.Key() == ask(`{}`).Request.Key() {
		t.Errorf("%+v, %+v", one, two)
	}
}

func TestAnswersOfFallbacksAreFoundAgain(t *testing.T) {
	b := &book{answers: map[model.Key]model.Response{}}
	second := echo("second")
	r := withFallbacks(t, Options{Ledger: b}, refuse("first", kind(model.Denied)), second)
	call := ask(`{}`)
	call.Policy = ledger.Policy{Reuse: ledger.ReuseAlways}
	for i := range 2 {
		a, err := r.Call(t.Context(), call)
		if err != nil || !a.Substituted || a.Reused() != (i == 1) {
			t.Fatalf("%d: %+v, %v", i, a, err)
		}
	}
	if second.calls() != 1 || b.attempts[0].Number != 1 || b.attempts[1].Number != 2 {
		t.Errorf("%d calls", second.calls())
	}
	if err := r.Reject(call); err != nil || len(b.answers) != 0 {
		t.Errorf("%v, %v", err, b.answers)
	}
}

// What a batch is not answered goes on row by row, and those rows alone.
func TestABatchFallsBack(t *testing.T) {
	for name, set := range map[string]func(*lines){
		"whole": func(p *lines) { p.fault = func(int, []string) error { return kind(model.Unavailable) } },
		"a row": func(p *lines) {
			p.item = func(_ int, row string) error {
				if row == "3" {
					return kind(model.Denied)
				}
				return nil
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, second := newLines(), echo("second")
			set(p)
			r := withFallbacks(t, Options{}, p, second)
			s := r.Statement(nil)
			defer s.Close()
			if failed := rows(t, s, 1, 10); failed != nil {
				t.Errorf("%s: %v", name, failed)
			}
			if n := second.calls(); n != map[string]int{"whole": 10, "a row": 1}[name] {
				t.Errorf("%s: %d calls of the fallback", name, n)
			}
			// While the first is down, its company is not waited for.
			before := len(p.requests())
			if failed := rows(t, s, 11, 20); failed != nil || len(p.requests()) != before && name == "whole" {
				t.Errorf("%s: %v, %d requests", name, failed, len(p.requests())-before)
			}
		})
	}
}

// other is a second service that takes batches.
type other struct{ *lines }

func (other) Name() string { return "other" }

// What a batch is not answered travels in batches to a fallback that takes them, as
// many rows together as it takes, and its faults are told apart as the first's are.
func TestABatchFallsBackInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, third := newLines(), other{newLines()}, echo("third")
		first.fault = func(int, []string) error { return kind(model.Unavailable) }
		second.limits.Requests = 4
		second.item = func(_ int, row string) error {
			if row == "6" {
				return kind(model.Denied)
			}
			return nil
		}
		r := withFallbacks(t, Options{}, first, second, third)
		s := r.Statement(nil)
		defer s.Close()
		if failed := rows(t, s, 1, 10); failed != nil {
			t.Error(failed)
		}
		got := second.requests()
		slices.Sort(got)
		if want := []string{"1 2 3 4", "5 6 7 8", "9 10"}; !slices.Equal(got, want) {
			t.Errorf("the fallback was sent %q", got)
		}
		if third.calls() != 1 {
			t.Errorf("%d rows went on", third.calls())
		}
	})
}

// The error of rows that no route answers names what became of each route.
func TestABatchThatNoRouteAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newLines(), other{newLines()}
		first.fault = func(int, []string) error { return kind(model.Unavailable) }
		second.fault = func(int, []string) error { return kind(model.Denied) }
		s := withFallbacks(t, Options{}, first, second).Statement(nil)
		defer s.Close()
		failed := rows(t, s, 1, 3)
		if len(failed) != 3 || !strings.Contains(failed[0], "fallback 1, provider other, failed as well: ") {
			t.Errorf("%q", failed)
		}
		if n := len(second.requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestFaultyFallbacks(t *testing.T) {
	providers := map[string]model.Provider{"a": echo("a"), "b": echo("b")}
	for want, rule := range map[string]Rule{
		"fallback 1: provider is missing; set up are a, b":            {Fallbacks: []Destination{{Target: "x"}}},
		`fallback 2: no provider "c" is set up; set up are a, b`:      {Fallbacks: []Destination{{Provider: "b"}, {Provider: "c"}}},
		"fallback 1: its provider and target have been asked by then": {Fallbacks: []Destination{{Provider: "a"}}},
		`its limits for "haiku" differ from those of rule 1`:          {Fallbacks: []Destination{{Provider: "b", Target: "haiku", Limits: Limits{Concurrency: 2}}}},
	} {
		rule.Pattern, rule.Provider, rule.Place = "x*", "a", "airglow.toml:7"
		_, err := NewMap([]Rule{{Pattern: "haiku", Provider: "b", Target: "haiku", Limits: Limits{Concurrency: 1}}, rule}, providers, nil)
		if err == nil || !strings.HasPrefix(err.Error(), `airglow.toml:7: [[models]] rule 2 (match "x*"): `+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// One that says nothing of limits has the model's.
	m, err := NewMap([]Rule{
		{Pattern: "x", Provider: "a", Fallbacks: []Destination{{Provider: "b", Target: "haiku"}}},
		{Pattern: "haiku", Provider: "b", Target: "haiku", Limits: Limits{Concurrency: 1}},
	}, providers, nil)
	if err != nil {
		t.Fatal(err)
	}
	routes, err := m.Routes(model.Request{Service: model.Bedrock, Model: "x"})
	if err != nil || len(routes) != 2 || m.limits(routes[1]).Concurrency != 1 {
		t.Errorf("%+v, %v", routes, err)
	}
}

// What is remembered is bounded, in number and in length.
func TestHealthIsBounded(t *testing.T) {
	h := newHealths(SystemClock{})
	p := echo("p")
	for i := range 3 * mostHealths {
		h.failed(Route{Provider: p, Request: model.Request{Model: fmt.Sprint(i)}}, &model.Error{Kind: model.NotFound, Message: strings.Repeat("ü", 1000)}, 0)
	}
	if len(h.known) != mostHealths {
		t.Errorf("%d are remembered", len(h.known))
	}
	for _, e := range h.known {
		if len(e.LastError) > mostFailureText+len("…") || strings.ContainsRune(e.LastError, '\uFFFD') {
			t.Fatalf("%d bytes", len(e.LastError))
		}
	}
}

// A stream falls back while nothing of it was handed on, and has all of the time once
// something was.
func TestStreamsFallBackBeforeTheyBegin(t *testing.T) {
	for name, tc := range map[string]struct {
		first telling
		kind  model.Kind
		calls int
		after time.Duration
	}{
		"at once":      {first: telling{err: kind(model.Denied)}, calls: 1},
		"silent":       {first: telling{hang: true}, calls: 1, after: DefaultTimeout / 2},
		"half":         {first: telling{pieces: []string{"a"}, err: kind(model.Denied)}, kind: model.Denied},
		"half, silent": {first: telling{pieces: []string{"a"}, hang: true}, kind: model.Timeout, after: DefaultTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			second, begun := echo("second"), time.Now()
			r := withFallbacks(t, Options{}, &teller{attempts: []telling{tc.first}}, second)
			pieces := 0
			a, err := r.Stream(t.Context(), ask(`{}`), func(Source, []byte) error { pieces++; return nil })
			if tc.calls == 1 && (err != nil || !a.Substituted || pieces != 0) || tc.calls == 0 && (model.KindOf(err) != tc.kind || pieces != 1) {
				t.Errorf("%s: %+v, %v after %d pieces", name, a, err, pieces)
			}
			if second.calls() != tc.calls || time.Since(begun) != tc.after {
				t.Errorf("%s: %d calls after %v", name, second.calls(), time.Since(begun))
			}
		})
	}
}
