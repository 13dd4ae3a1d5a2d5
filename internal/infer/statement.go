package infer

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// memoBytes bounds the answers that a statement has in memory.
const memoBytes = 32 << 20

// entryOverhead is about what an entry takes besides its answer's body: key,
// map and list cells, channel, names. In bytes.
const entryOverhead = 512

// Statement is the memo of one statement, or of one CALL with all that it
// runs: equal requests are called once, and have one outcome, be that an answer
// or a failure. A failure of the statement itself, its end or its budget's, is
// none of a request's and is forgotten. Beyond 32 MB the oldest outcomes go to a
// temporary file.
//
// Create one with Runner.Statement and close it when the statement ends.
type Statement struct {
	runner  *Runner
	session *Counters
	// background counts the calls that Ask started.
	background sync.WaitGroup
	asked      atomic.Int64
	inFlight   atomic.Int64
	replayed   atomic.Int64
	pausing    atomic.Int64
	allowance  allowance
	closed     atomic.Bool

	mu sync.Mutex // never held during a call; held to write and read disk
	// closing, which close ends, is the context that calls are asked in; nil before
	// the first.
	closing context.Context
	close   context.CancelFunc
	// entries and the other maps are nil until something is put into them: most
	// statements call no model.
	entries map[model.Key]*entry
	// gathering holds the batches that wait to be full.
	gathering map[company]*batch
	// finished lists the outcomes in memory, oldest first.
	finished list.List
	bytes    int
	limit    int
	disk     spill
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
	// asked is true when Ask started the call by itself, batched when it put it
	// into a batch. Both are set with the entry and never change, as batch is,
	// which is nil again for an answer from disk.
	asked, batched bool
	batch          *batch
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
	// Replayed is true where that was when the answer was recorded.
	Replayed bool
}

// Statement returns a new, empty statement. Session, which may be nil, counts
// besides the Runner's own counters.
func (r *Runner) Statement(session *Counters) *Statement {
	return &Statement{runner: r, session: session, limit: memoBytes, disk: spill{dir: r.spillDir}}
}

// Close cancels the calls that Ask started and returns when all have ended.
// Ask and Call are not to be used after.
func (s *Statement) Close() {
	s.closed.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.close != nil {
		s.close()
	}
	s.flush() // what waits for company ends as what is under way does
	if s.close != nil {
		s.mu.Unlock()
		s.background.Wait()
		s.mu.Lock()
	}
	s.disk.close()
}

// Call evaluates one call: it returns the statement's outcome of an equal
// request, waits for one under way, or makes the call.
func (s *Statement) Call(ctx context.Context, call Call) (Answer, error) {
	call.Session, call.statement = s.session, s
	count := tally{s.runner.counters, s.session}
	key := call.Request.Key()
	for counted := false; ; counted = true {
		e, mine := s.enter(key)
		if !counted {
			count.evaluated(e.batched)
		}
		if mine {
			s.run(ctx, e, call)
		} else {
			s.sendWith(e)
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return Answer{}, interrupted(ctx, call)
		}
		first := s.claim(e)
		if e.err == nil {
			count.got(first && !e.answer.Reused())
			s.noteSubstitution(call, e.answer)
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

// Taken reports whether an evaluation has taken the result of a call that Ask
// started.
func (s *Statement) Taken(p Pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return p.entry.claimed
}

// Room is how many calls may travel in the request that this one waits for or was
// sent in; zero when it goes alone or its answer was known.
func (p Pending) Room() int {
	if p.entry.batch == nil {
		return 0
	}
	return p.entry.batch.most
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
	call.Session, call.statement, call.asker = s.session, s, ctx
	key := call.Request.Key()
	e := s.find(key)
	if e == nil {
		e = s.start(ctx, key, call)
	}
	s.tell(e, wake)
	return Pending{e}
}

// start makes the entry of a call and sends the call, or has it wait for company.
func (s *Statement) start(ctx context.Context, key model.Key, call Call) *entry {
	limits := s.runner.batchLimits(call) // asks the provider, so without the lock
	if limits != (model.BatchLimits{}) && s.recorded(key, call) {
		return s.find(key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, mine := s.enterLocked(key)
	switch {
	case !mine: // another was faster
		return e
	case limits != (model.BatchLimits{}):
		s.gather(ctx, e, call, limits)
	default:
		e.asked = true
		s.asked.Add(1)
		s.inBackground(ctx, func(ctx context.Context) { s.run(ctx, e, call) })
	}
	return e
}

// recorded gives a call that would travel with others the ledger's answer, if there
// is one; a batch is not to wait for what is known.
func (s *Statement) recorded(key model.Key, call Call) bool {
	answer, ok, err := s.runner.recordedCall(call)
	if !ok && err == nil {
		return false
	}
	if e, mine := s.enter(key); mine {
		s.finish(e, call, answer, err)
	}
	return true
}

// finish gives an entry the result of its call, which is kept first where the call
// asks for that.
func (s *Statement) finish(e *entry, call Call, a Answer, err error) {
	a, err = s.runner.keep(call, a, err)
	s.settle(e, a, err)
}

// inBackground runs work in a context that ends with ctx and with the statement.
// The caller holds mu.
func (s *Statement) inBackground(ctx context.Context, work func(context.Context)) {
	if s.closing == nil {
		s.closing, s.close = context.WithCancel(context.Background())
		if s.closed.Load() {
			s.close()
		}
	}
	closing := s.closing
	s.background.Go(func() {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stop := context.AfterFunc(closing, cancel)
		defer stop()
		work(ctx)
	})
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
// turn. Calls that travel together are one, and those that wait to are none.
func (s *Statement) Asked() int { return int(s.asked.Load()) }

// find returns the entry of a key, nil if there is none.
func (s *Statement) find(key model.Key) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recall(key)
}

// recall looks for an entry in memory and on disk. The caller holds mu.
func (s *Statement) recall(key model.Key) *entry {
	if e := s.entries[key]; e != nil {
		return e
	}
	if len(s.disk.places) == 0 {
		return nil
	}
	e := &entry{key: key}
	if !s.disk.get(e) {
		return nil
	}
	e.done = make(chan struct{})
	close(e.done)
	s.entries[key] = e
	s.remember(e)
	return e
}

// InFlight returns how many of the statement's requests its providers work on
// right now. A batch is one.
func (s *Statement) InFlight() int { return int(s.inFlight.Load()) }

// Replayed returns how many answers the statement was given of a replay.
func (s *Statement) Replayed() int64 { return s.replayed.Load() }

// enter returns the entry of a key; mine is true when the caller is to run it.
func (s *Statement) enter(key model.Key) (e *entry, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enterLocked(key)
}

func (s *Statement) enterLocked(key model.Key) (e *entry, mine bool) {
	if e := s.recall(key); e != nil {
		return e, false
	}
	e = &entry{key: key, done: make(chan struct{})}
	if s.entries == nil {
		s.entries = map[model.Key]*entry{}
	}
	s.entries[key] = e
	return e, true
}

// run makes the call of an entry.
func (s *Statement) run(ctx context.Context, e *entry, call Call) {
	a, err := s.runner.Call(ctx, call)
	s.finish(e, call, a, err)
}

// settle gives an entry its result and tells all who wait for it.
func (s *Statement) settle(e *entry, a Answer, err error) {
	s.mu.Lock()
	e.answer, e.err = a, err
	if e.lastAsked() {
		s.asked.Add(-1) // before anybody is told
	}
	switch {
	case cancelled(e.err):
		delete(s.entries, e.key)
	case !ofStatement(e.err):
		s.remember(e)
	}
	close(e.done)
	wake := e.wake
	e.wake = nil
	s.mu.Unlock()
	for _, tell := range wake {
		tell()
	}
}

// lastAsked reports whether the result of an entry ends what Ask started: a call,
// or the last of a batch.
func (e *entry) lastAsked() bool {
	if e.batch == nil {
		return e.asked
	}
	e.batch.left--
	return e.batch.left == 0
}

// claim marks an entry's result as taken and reports whether the caller is the
// first to. A failure of the statement's own is forgotten then, and not before, so
// that one met ahead of its evaluation is not met twice.
func (s *Statement) claim(e *entry) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = !e.claimed
	e.claimed = true
	if first && s.entries[e.key] != e {
		s.disk.claim(e.key) // it has moved there meanwhile
	}
	if ofStatement(e.err) && s.entries[e.key] == e {
		delete(s.entries, e.key)
	}
	return first
}

// remember keeps an outcome and moves the oldest beyond the limit to disk. The
// caller holds mu.
func (s *Statement) remember(e *entry) {
	s.finished.PushBack(e)
	s.bytes += e.size()
	for s.bytes > s.limit {
		oldest := s.finished.Remove(s.finished.Front()).(*entry)
		s.bytes -= oldest.size()
		delete(s.entries, oldest.key)
		s.disk.put(oldest)
	}
}

func (e *entry) size() int {
	if e.err != nil {
		return entryOverhead + len(e.err.Error())
	}
	return entryOverhead + len(e.answer.Response.Body)
}

func (s *Statement) noteSubstitution(call Call, a Answer) {
	if !a.Substituted {
		return
	}
	sub := Substitution{
		Service: call.Request.Service, Asked: call.Request.Model, Provider: a.Response.Provider, Answered: a.Response.Model,
		Replayed: call.Policy.Mode == ledger.Replay,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.substituted[sub] {
		if s.substituted == nil {
			s.substituted = map[Substitution]bool{}
		}
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

// ofStatement reports whether a failure says something about the statement, and
// nothing about the request: a later equal one may fare otherwise.
func ofStatement(err error) bool {
	return err != nil && (cancelled(err) || model.KindOf(err) == model.OverBudget)
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
