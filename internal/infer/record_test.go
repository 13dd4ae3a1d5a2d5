package infer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// book is a ledger in memory that notes what happens in which order.
type book struct {
	mu       sync.Mutex
	events   []string
	attempts []*ledger.Attempt
	answers  map[model.Key]model.Response
	reused   int
	// fails are the errors of Begin and End.
	begin, end error
}

func (b *book) Begin(_ context.Context, a *ledger.Attempt) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, "begin")
	b.attempts = append(b.attempts, a)
	a.ID = uint64(len(b.attempts))
	return b.begin
}

func (b *book) End(_ context.Context, a *ledger.Attempt) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, "end "+string(a.State))
	for _, r := range a.Requests {
		if b.end == nil && r.Answered {
			b.answers[r.Key] = model.Response{Body: r.Answer, Provider: a.Provider, Model: a.Answered}
		}
	}
	return b.end
}

func (b *book) Find(q ledger.Question) (model.Response, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.answers[q.Key]
	if ok && !q.Uncounted {
		b.reused++
	}
	return r, ok, nil
}

func (b *book) Reject(q ledger.Question) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.answers, q.Key)
	return nil
}

// flat is one price for everything.
type flat struct{}

func (flat) Price(string, string) (ledger.Price, bool) {
	return ledger.Price{Input: 1, Output: 2}, true
}

func recording(t *testing.T, p *scripted) (*Runner, *book, *Counters) {
	t.Helper()
	b, counters := &book{answers: map[model.Key]model.Response{}}, &Counters{}
	return runnerOver(t, p, Options{Ledger: b, Prices: flat{}, Counters: counters}), b, counters
}

func TestAnAttemptIsRecordedBeforeAndAfter(t *testing.T) {
	usage := model.Usage{Known: true, InputTokens: 2_000_000, OutputTokens: 1_000_000}
	r, b, _ := recording(t, &scripted{name: "bedrock", answer: func(_ context.Context, attempt int, _ model.Request) (model.Response, error) {
		if attempt == 1 {
			return model.Response{}, throttled()
		}
		return model.Response{Body: []byte("yes"), Model: "m-2", RequestID: "id", Usage: usage}, nil
	}})
	c := ask(`{"a":1}`)
	c.Origin = ledger.Origin{Statement: 4, User: "ada@%", Function: "shop.ask"}
	if _, err := r.Call(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(b.events); got != "[begin end failed begin end done]" {
		t.Error(got)
	}
	first, second := b.attempts[0], b.attempts[1]
	if first.Code != "ThrottlingException" || first.Number != 1 || first.Requests[0].Answered || first.Origin != c.Origin {
		t.Errorf("first: %+v", first)
	}
	if second.Number != 2 || second.Answered != "m-2" || second.RequestID != "id" || second.Requests[0].Usage != usage ||
		*second.Requests[0].Cost != 4*ledger.Dollar || string(second.Requests[0].Body) != `{"a":1}` {
		t.Errorf("second: %+v", second)
	}
}

func TestNothingIsSentOrUsedThatIsNotRecorded(t *testing.T) {
	full := errors.New("no space left on device")
	for name, set := range map[string]func(*book){
		"begin": func(b *book) { b.begin = full },
		"end":   func(b *book) { b.end = full },
	} {
		p := echo("bedrock")
		r, b, _ := recording(t, p)
		set(b)
		_, err := r.Call(t.Context(), ask(`{}`))
		if model.KindOf(err) != model.NotRecorded || !errors.Is(err, full) || model.Retryable(err) {
			t.Errorf("%s: %v", name, err)
		}
		if want := map[string]int{"begin": 0, "end": 1}[name]; p.calls() != want {
			t.Errorf("%s: %d calls", name, p.calls())
		}
	}
}

func TestACallThatIsCutOffMayHaveBeenBilled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, b, _ := recording(t, &scripted{name: "bedrock", answer: func(ctx context.Context, _ int, _ model.Request) (model.Response, error) {
		cancel()
		<-ctx.Done()
		return model.Response{}, fmt.Errorf("send: %w", ctx.Err())
	}})
	if _, err := r.Call(ctx, ask(`{}`)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if b.attempts[0].State != ledger.Unknown {
		t.Errorf("%+v", b.attempts[0])
	}
}

func TestACallWhoseConnectionBrokeMayHaveBeenBilled(t *testing.T) {
	broken := &model.Error{Kind: model.Invalid, Code: "ServiceUnavailableException", Message: "the connection broke off", Unseen: true}
	r, b, _ := recording(t, &scripted{name: "bedrock", answer: func(context.Context, int, model.Request) (model.Response, error) {
		return model.Response{}, broken
	}})
	if _, err := r.Call(t.Context(), ask(`{}`)); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if a := b.attempts[0]; a.State != ledger.Unknown || a.Code != broken.Code || ledger.UsageOf(a).Unknown != 1 {
		t.Errorf("%+v", a)
	}
}

func TestARecordedAnswerMakesNoCall(t *testing.T) {
	p := echo("bedrock")
	r, b, counters := recording(t, p)
	session := &Counters{}
	for range 2 {
		s := r.Statement(session)
		c := ask(`{"a":1}`)
		c.Policy.Reuse = ledger.ReuseAlways
		<-s.Ask(t.Context(), c, nil).Done()
		for range 2 {
			if a, err := s.Call(t.Context(), c); err != nil || string(a.Response.Body) != `{"a":1}` {
				t.Fatal(a, err)
			}
		}
		s.Close()
	}
	got := counters.Snapshot()
	if p.calls() != 1 || b.reused != 1 || got.Reused != 1 || got.LogicalRequest-got.CacheHit != got.LogicalResponse || got.LogicalResponse != 1 {
		t.Errorf("%d calls, %d reused, %+v", p.calls(), b.reused, got)
	}
}
