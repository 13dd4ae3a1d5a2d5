package bolt_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"airglow/internal/bolt"
	"airglow/internal/ledger"
)

// resumed is a question of a statement of ada's with digest d.
func resumed(body string) ledger.Question {
	q := question(body)
	q.Reuse = ledger.ReuseResume
	return q
}

// play is a ledger with ada's statements of digest d.
type play struct {
	*testing.T
	dir   string
	store *bolt.Store
}

func begin(t *testing.T) *play {
	p := &play{T: t, dir: t.TempDir()}
	p.store = open(t, p.dir)
	t.Cleanup(func() { closeStore(t, p.store) })
	return p
}

// again closes the ledger and opens it.
func (p *play) again() {
	closeStore(p, p.store)
	p.store = open(p, p.dir)
}

// begin begins a statement that over, which may be nil, says to be given up.
func (p *play) begin(over func() bool) uint64 {
	st := &ledger.Statement{User: "ada@%", Digest: "d"}
	if err := p.store.BeginStatement(st, over); err != nil {
		p.Fatal(err)
	}
	return st.ID
}

// ask has a statement get answers as it may: recorded ones, or else by calls. It
// returns how many calls it made.
func (p *play) ask(statement uint64, reuse ledger.Reuse, bodies ...string) (calls int) {
	for _, body := range bodies {
		q := resumed(body)
		q.Origin.Statement, q.Reuse = statement, reuse
		if find(p, p.store, q) == "" {
			record(p, p.store, attempt(statement, body), noon)
			calls++
		}
	}
	return calls
}

func (p *play) end(statement uint64, state ledger.State) {
	p.store.EndStatement(statement, ledger.Ending{State: state, Rows: 3})
}

// run is a statement from begin to end.
func (p *play) run(state ledger.State, bodies ...string) (calls int) {
	id := p.begin(nil)
	calls = p.ask(id, ledger.ReuseResume, bodies...)
	p.end(id, state)
	return calls
}

func (p *play) want(what string, calls, want int) {
	p.Helper()
	if calls != want {
		p.Errorf("%s: %d calls, not %d", what, calls, want)
	}
}

func TestAnAnswerIsLeftUntilOneCompletesWhatItWasFor(t *testing.T) {
	p := begin(t)
	p.want("first", p.run(ledger.Failed, "a", "b"), 2)
	p.want("others meanwhile", p.run(ledger.Done, "c"), 1)
	p.again()
	p.want("failed again", p.run(ledger.Failed, "a", "b", "d"), 1)
	p.want("half of it completed", p.run(ledger.Done, "a"), 0)
	for range 2 {
		for body, want := range map[string]string{"a": "", "b": "answer to b", "c": "", "d": "answer to d"} {
			if got := find(t, p.store, resumed(body)); got != want {
				t.Errorf("%s: %q", body, got)
			}
		}
		p.again()
	}
	p.want("the rest", p.run(ledger.Done, "b", "d"), 0)
	p.want("all anew", p.run(ledger.Done, "a", "b", "d"), 3)
	for _, who := range []func(*ledger.Origin){
		func(o *ledger.Origin) { o.User = "bob@%" }, func(o *ledger.Origin) { o.Digest = "e" },
	} {
		p.run(ledger.Failed, "x")
		q := resumed("x")
		who(&q.Origin)
		if got := find(t, p.store, q); got != "" {
			t.Errorf("%+v: %q", q.Origin, got)
		}
	}
}

// A statement that was told to ask anew completes what others failed with, too.
func TestACallCompletesAsReuseDoes(t *testing.T) {
	p := begin(t)
	p.run(ledger.Failed, "a")
	anew := p.begin(nil)
	p.want("anew", p.ask(anew, ledger.ReuseStatement, "a"), 1)
	p.end(anew, ledger.Done)
	p.want("after it", p.run(ledger.Failed, "a"), 1)
	p.again()
	p.want("which failed", p.run(ledger.Done, "a"), 0)
}

// What one asks beside another that completes first is still there for its own
// repetition.
func TestOneThatCompletesBeforeTheOtherFails(t *testing.T) {
	p := begin(t)
	failing, completing := p.begin(nil), p.begin(nil)
	p.ask(failing, ledger.ReuseResume, "a")
	p.want("beside a running one", p.ask(completing, ledger.ReuseResume, "a"), 1)
	p.end(completing, ledger.Done)
	p.end(failing, ledger.Failed)
	p.want("repetition", p.run(ledger.Done, "a"), 0)
}

// What is being written is told as what is written.
func TestOneAfterTheOtherWithoutWaiting(t *testing.T) {
	p := begin(t)
	for range 200 {
		p.want("fails", p.run(ledger.Failed, "a"), 1)
		p.want("resumes", p.run(ledger.Done, "a"), 0)
		p.want("completes", p.run(ledger.Done, "a"), 1)
	}
}

func TestAStatementThatIsGivenUpLendsAtOnce(t *testing.T) {
	p := begin(t)
	var over atomic.Bool
	going := p.begin(over.Load)
	p.ask(going, ledger.ReuseResume, "a")
	next := p.begin(nil)
	over.Store(true)
	p.want("what was there", p.ask(next, ledger.ReuseResume, "a"), 0)
	record(t, p.store, attempt(going, "late"), noon)
	p.want("what came later", p.ask(next, ledger.ReuseResume, "late"), 0)
	p.end(next, ledger.Done)
	p.end(going, ledger.Failed)
	p.want("once that is completed", p.run(ledger.Done, "a", "late"), 2)
}

func TestRowErrorsLeaveTheAnswers(t *testing.T) {
	p := begin(t)
	id := p.begin(nil)
	p.ask(id, ledger.ReuseResume, "a", "b")
	p.store.EndStatement(id, ledger.Ending{State: ledger.Done, RowErrors: 1})
	p.again()
	p.want("repetition", p.run(ledger.Done, "a", "b", "c"), 1)
	p.want("anew", p.run(ledger.Done, "a"), 1)
}

func TestATransactionDecides(t *testing.T) {
	p := begin(t)
	settle := func(state ledger.State) {
		id := p.begin(nil)
		p.ask(id, ledger.ReuseResume, "a")
		p.end(id, ledger.Open)
		p.store.Settle([]ledger.Statement{{ID: id, User: "ada@%", Digest: "d"}}, state)
	}
	settle(ledger.RolledBack)
	for range 2 {
		if find(t, p.store, resumed("a")) == "" {
			t.Error("what was rolled back is lost")
		}
		p.again()
	}
	settle(ledger.Done)
	for range 2 {
		if find(t, p.store, resumed("a")) != "" {
			t.Error("what is committed is resumed")
		}
		p.again()
	}
	id := p.begin(nil)
	p.ask(id, ledger.ReuseResume, "b")
	p.end(id, ledger.Open)
	p.again() // which rolls it back
	p.want("repetition", p.run(ledger.Done, "b"), 0)
}

func TestAStatementUsedWhatIsOnTheDisk(t *testing.T) {
	fail := errors.New("no room")
	var full atomic.Bool
	s := open(t, t.TempDir(), func(o *bolt.Options) {
		o.Commit = func(commit func() error) error {
			if full.Load() {
				return fail
			}
			return commit()
		}
	})
	defer closeStore(t, s)
	st := &ledger.Statement{User: "ada@%", Digest: "d"}
	if err := s.BeginStatement(st, nil); err != nil {
		t.Fatal(err)
	}
	record(t, s, attempt(st.ID, "a"), noon)
	lost := attempt(st.ID, "b")
	if err := s.Begin(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	if err := s.End(t.Context(), answer(lost, noon)); !errors.Is(err, fail) {
		t.Fatal(err)
	}
	full.Store(false)
	if used := s.EndStatement(st.ID, ledger.Ending{State: ledger.Failed}); used.Calls != 1 || used.Attempts != 1 {
		t.Errorf("%+v", used)
	}
}

// BenchmarkResume serves the answers of a statement that failed to its repetition, with
// the note of each use.
func BenchmarkResume(b *testing.B) {
	s := open(b, b.TempDir())
	defer closeStore(b, s)
	var bodies []string
	for i := range 10_000 {
		bodies = append(bodies, fmt.Sprint(i))
	}
	begin := func() uint64 {
		st := &ledger.Statement{User: "ada@%", Digest: "d"}
		if err := s.BeginStatement(st, nil); err != nil {
			b.Fatal(err)
		}
		return st.ID
	}
	failed := begin()
	record(b, s, attempt(failed, bodies...), noon)
	s.EndStatement(failed, ledger.Ending{State: ledger.Failed})
	for b.Loop() {
		id := begin()
		for _, body := range bodies {
			q := resumed(body)
			q.Origin.Statement = id
			if _, ok, err := s.Find(q); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
		s.EndStatement(id, ledger.Ending{State: ledger.Failed})
		if err := s.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(bodies))/b.Elapsed().Seconds(), "answers/s")
}
