package infer

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"

	"airglow/internal/model"
)

// memoBytes bounds the answers that a statement remembers.
const memoBytes = 64 << 20

// entryOverhead is about what an entry takes besides its answer's body: key,
// map and list cells, channel, names. In bytes.
const entryOverhead = 512

// Statement is the memo of one statement, or of one CALL with all that it
// runs: equal requests are called once. It remembers answers, not failures.
// Beyond 64 MB of answers it forgets the oldest, whose requests are called
// again if they recur.
//
// Create one with Runner.Statement and close it when the statement ends.
type Statement struct {
	runner  *Runner
	session *Counters
	// background counts the calls that Ask started; closing ends them.
	background sync.WaitGroup
	asked      atomic.Int64
	closing    context.Context
	close      context.CancelFunc

	mu      sync.Mutex // never held during a call
	entries map[model.Key]*entry
	// finished lists the remembered answers, oldest first.
	finished list.List
	bytes    int
	limit    int
	// substitutions in order of their first answer, and the set of them.
	substitutions []Substitution
	substituted   map[Substitution]bool
}

// entry is one request of the statement. answer and err are set before done is
// closed and never change after.
type entry struct {
	key    model.Key
	done   chan struct{}
	answer Answer
	err    error
	// claimed, guarded by Statement.mu, is set by the first evaluation that
	// takes the result: that one is the response, later ones are cache hits.
	claimed bool
	// asked is true when Ask started the call.
	asked bool
	// wake, guarded by Statement.mu, are told when the result is there.
	wake []func()
}

// Substitution says that another model answered than the SQL names.
type Substitution struct {
	// Service and Asked are what the SQL names.
	Service model.Service
	Asked   string
	// Provider and Answered name who answered.
	Provider string
	Answered string
}

// Statement returns a new, empty statement. Session, which may be nil, counts
// besides the Runner's own counters.
func (r *Runner) Statement(session *Counters) *Statement {
	s := &Statement{
		runner: r, session: session, limit: memoBytes,
		entries: map[model.Key]*entry{}, substituted: map[Substitution]bool{},
	}
	s.closing, s.close = context.WithCancel(context.Background())
	return s
}

// Close cancels the calls that Ask started and returns when all have ended.
// Ask and Call are not to be used after.
func (s *Statement) Close() {
	s.close()
	s.background.Wait()
}

// Call evaluates one call: it returns the statement's answer to an equal
// request, waits for one under way, or makes the call. A failure that Ask met
// is given to the first Call for that request; one after that calls again.
func (s *Statement) Call(ctx context.Context, call Call) (Answer, error) {
	call.Session = s.session
	count := tally{s.runner.counters, s.session}
	count.evaluated()
	for {
		e, mine := s.enter(call.Request.Key())
		if mine {
			s.run(ctx, e, call)
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return Answer{}, interrupted(ctx, call)
		}
		first := s.claim(e)
		if e.err == nil {
			count.got(first)
			s.noteSubstitution(call.Request, e.answer)
			return e.answer, nil
		}
		// Whoever made the call was cancelled; this caller was not.
		if cancelled(e.err) && ctx.Err() == nil && !mine {
			continue
		}
		return Answer{}, e.err
	}
}

// Pending is a call that Ask started, joined or found answered.
type Pending struct{ entry *entry }

// Done is closed when the result is there.
func (p Pending) Done() <-chan struct{} { return p.entry.done }

// Known reports whether the result is there.
func (p Pending) Known() bool {
	select {
	case <-p.entry.done:
		return true
	default:
		return false
	}
}

// Result returns the answer or the failure. Only to be called once Done is
// closed.
func (p Pending) Result() (Answer, error) { return p.entry.answer, p.entry.err }

// Ask starts a call ahead of its evaluation, unless its answer is known or
// under way, and returns at once. Counters take it for nothing but the
// requests that it sends; the Call that evaluates it counts as usual, so counts
// do not depend on who asked ahead.
//
// When the result is not there yet, wake is called once it is, by another
// goroutine; it must not block. It may be nil.
func (s *Statement) Ask(ctx context.Context, call Call, wake func()) Pending {
	call.Session = s.session
	e, mine := s.enter(call.Request.Key())
	s.tell(e, wake)
	if mine {
		s.asked.Add(1)
		e.asked = true
		s.background.Go(func() {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stop := context.AfterFunc(s.closing, cancel)
			defer stop()
			s.run(ctx, e, call)
		})
	}
	return Pending{e}
}

// tell has wake called when an entry's result is there, unless it is already.
func (s *Statement) tell(e *entry, wake func()) {
	if wake == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-e.done:
	default:
		e.wake = append(e.wake, wake)
	}
}

// Asked returns how many calls that Ask started are under way or wait for their
// turn.
func (s *Statement) Asked() int { return int(s.asked.Load()) }

// Flush says that nothing more will be asked for until an answer comes: what
// waits for company, such as a batch that is not full, is to go as it is.
func (s *Statement) Flush() {}

// enter returns the entry of a key; mine is true when the caller is to run it.
func (s *Statement) enter(key model.Key) (e *entry, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[key]; e != nil {
		return e, false
	}
	e = &entry{key: key, done: make(chan struct{})}
	s.entries[key] = e
	return e, true
}

// run makes the call of an entry and remembers its answer.
func (s *Statement) run(ctx context.Context, e *entry, call Call) {
	e.answer, e.err = s.runner.Call(ctx, call)
	s.mu.Lock()
	if e.asked {
		s.asked.Add(-1) // before anybody is told
	}
	switch {
	case e.err == nil:
		s.remember(e)
	case cancelled(e.err):
		delete(s.entries, e.key)
	}
	close(e.done)
	wake := e.wake
	e.wake = nil
	s.mu.Unlock()
	for _, tell := range wake {
		tell()
	}
}

// claim marks an entry's result as taken and reports whether the caller is the
// first to. A failure is forgotten then; until then it is kept, so that one
// met ahead of its evaluation is not paid for again.
func (s *Statement) claim(e *entry) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = !e.claimed
	e.claimed = true
	if e.err != nil && s.entries[e.key] == e {
		delete(s.entries, e.key)
	}
	return first
}

// remember keeps an answer and forgets the oldest beyond the limit. The caller
// holds mu.
func (s *Statement) remember(e *entry) {
	s.finished.PushBack(e)
	s.bytes += e.size()
	for s.bytes > s.limit {
		oldest := s.finished.Remove(s.finished.Front()).(*entry)
		s.bytes -= oldest.size()
		delete(s.entries, oldest.key)
	}
}

func (e *entry) size() int { return entryOverhead + len(e.answer.Response.Body) }

func (s *Statement) noteSubstitution(req model.Request, a Answer) {
	if !a.Substituted {
		return
	}
	sub := Substitution{Service: req.Service, Asked: req.Model, Provider: a.Response.Provider, Answered: a.Response.Model}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.substituted[sub] {
		s.substituted[sub] = true
		s.substitutions = append(s.substitutions, sub)
	}
}

// Substitutions returns, each once and in order, the answers that another model
// gave than the SQL names.
func (s *Statement) Substitutions() []Substitution {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Substitution(nil), s.substitutions...)
}

// cancelled tells the end of a context from a failure of the call.
func cancelled(err error) bool { return err != nil && !isServiceError(err) }

type statementKey struct{}

// WithStatement returns a context that carries s.
func WithStatement(ctx context.Context, s *Statement) context.Context {
	return context.WithValue(ctx, statementKey{}, s)
}

// StatementFrom returns the statement that ctx carries, nil if none.
func StatementFrom(ctx context.Context) *Statement {
	s, _ := ctx.Value(statementKey{}).(*Statement)
	return s
}
