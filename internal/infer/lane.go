package infer

import (
	"context"
	"sync"
	"time"
)

// idleTime is how long a lane that nobody uses keeps what it has learnt.
const idleTime = time.Minute

// Limits bound the calls of one model; zero fields bound nothing.
type Limits struct {
	// Concurrency is the most attempts under way at once.
	Concurrency int
	// CallsPerMinute and TokensPerMinute are the account's quota, kept
	// smoothly: a sixtieth each second.
	CallsPerMinute  int
	TokensPerMinute int
}

// lanes holds the lane of each model of each provider.
type lanes struct {
	clock  Clock
	limits func(Route) Limits

	mu   sync.Mutex // held before a lane's own
	open map[laneName]*lane
}

type laneName struct{ provider, model string }

func laneOf(route Route) laneName {
	return laneName{provider: route.Provider.Name(), model: route.Request.TargetModel()}
}

// lane admits the attempts at one model: as many at once as the service has
// shown to bear, no more in a minute than the quota, none while the service
// asked for a pause, and the statements that wait in turn. Nobody holds its
// lock while waiting.
type lane struct {
	clock Clock

	mu      sync.Mutex
	users   int // guarded by lanes.mu
	idle    time.Time
	window  window
	running int
	calls   pace
	tokens  pace
	queue   queue
	gate    gate
	// learnt is the pace at which the service has been found to answer.
	learnt pace
	// answered is true when somebody was since all that were under way were
	// throttled.
	answered bool
	// timer, when set, opens the lane at the time of alarm.
	timer func() bool
	alarm time.Time
}

func newLanes(clock Clock, limits func(Route) Limits) *lanes {
	return &lanes{clock: clock, limits: limits, open: map[laneName]*lane{}}
}

// join returns a call's access to the lane of its route. The call leaves it
// when done.
func (s *lanes) join(route Route, call Call) *visit {
	name := laneOf(route)
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.open[name]
	if l == nil {
		s.sweep()
		l = newLane(s.clock, s.limits(route))
		s.open[name] = l
	}
	l.users++
	return l.visit(s, call)
}

// sweep drops the lanes that have nothing left to remember, so that model names
// that come and go leave nothing behind. The caller holds mu.
func (s *lanes) sweep() {
	now := s.clock.Now()
	for name, l := range s.open {
		if l.users == 0 && l.forgotten(now) {
			delete(s.open, name)
		}
	}
}

func newLane(clock Clock, limits Limits) *lane {
	return &lane{
		clock: clock, idle: clock.Now(), window: newWindow(limits.Concurrency), queue: newQueue(),
		calls: newPace(limits.CallsPerMinute), tokens: newPace(limits.TokensPerMinute),
	}
}

// forgotten reports whether a lane that nobody uses is as good as a new one.
func (l *lane) forgotten(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Sub(l.idle) > idleTime && !l.tokens.next.After(now) && !l.gate.closed(now)
}

// visit is one call's way through its lane: enter before each attempt, exit
// after it, leave when the call is done.
type visit struct {
	lanes *lanes
	lane  *lane
	call  Call
	share *share
	// cost is about how many tokens an attempt takes.
	cost int64
	// started is true once the call has begun.
	started bool
	// came is when the visit first wanted to go. Until it has a deadline its patience
	// is how long it waits at a gate that the service has closed, and held how long
	// it has; then deadline is when it is no longer worth waiting for.
	came           time.Time
	patience, held time.Duration
	deadline       time.Time
	// epoch is the window's when the attempt began, which was at began.
	epoch int
	began time.Time
}

func (l *lane) visit(s *lanes, call Call) *visit {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &visit{
		lanes: s, lane: l, call: call, share: l.join(call), cost: int64(len(call.Request.Body)) / 4,
		came: l.clock.Now(), patience: call.limited().patience(),
	}
}

// goesOn makes the visit one that goes on with a call that has begun, as a part of
// a batch does.
func (v *visit) goesOn(within *limit) {
	v.lane.mu.Lock()
	defer v.lane.mu.Unlock()
	v.started, v.deadline = true, within.retryUntil
	v.share.allowance.goesOn()
}

// enter waits until the next attempt may begin, or for ctx's end. Attempts of
// calls that have begun go before others of the same statement: their time
// runs. The error is the service's where it has asked for a longer pause than the
// visit can make.
func (v *visit) enter(ctx context.Context) error {
	if v.ended(ctx) {
		return ctx.Err()
	}
	w, err := v.lane.register(v)
	if w == nil {
		return err
	}
	select {
	case <-w.admitted:
		if w.refused != nil {
			return w.refused
		}
	case <-ctx.Done():
	}
	if v.ended(ctx) { // even if it was let in: no new attempt starts
		v.lane.withdraw(w, v)
		return ctx.Err()
	}
	return nil
}

// ended reports whether ctx has ended, or waits for that when it is about to.
func (v *visit) ended(ctx context.Context) bool {
	if v.call.over() {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// register admits a visit at once and returns nil, or returns its place in the
// queue, or why it has none.
func (l *lane) register(v *visit) (*waiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if l.queue.waiting == 0 {
		l.rested(now)
	}
	if err := l.gate.refusal(v, now); err != nil {
		return nil, err
	}
	w := &waiter{visit: v}
	l.queue.push(w)
	l.admit(now)
	if w.visit == nil {
		return nil, nil
	}
	w.admitted = make(chan struct{})
	return w, nil
}

// rested takes back what could be mistaken for arrears: nobody waited.
func (l *lane) rested(now time.Time) {
	l.calls.rest(now)
	l.tokens.rest(now)
	l.learnt.rest(now)
	if l.running == 0 && now.Sub(l.idle) > idleTime {
		l.window = newWindow(l.window.most)
	}
}

// admit lets in whoever may go, in turn. The caller holds mu.
func (l *lane) admit(now time.Time) {
	calm := l.window.calm(now)
	for l.running < l.window.size() && l.queue.ready() {
		if wait := l.closedFor(now); wait > 0 {
			l.wakeIn(wait, now)
			return
		}
		w := l.queue.pop()
		if w == nil {
			continue
		}
		v := w.visit
		l.running++
		l.calls.spend(now, 1)
		l.tokens.spend(now, v.cost)
		l.gate.note(v, now)
		l.learnt.step = l.window.interval()
		l.learnt.spend(now, 1)
		v.started, v.epoch, v.began = true, l.window.epoch, now
		w.visit = nil
		if w.admitted != nil {
			close(w.admitted)
		}
	}
	if calm > 0 && l.queue.ready() {
		l.wakeIn(calm, now) // none of those under way may ever answer
	}
}

// closedFor is how long nobody may go, by the service's word or by the quota.
func (l *lane) closedFor(now time.Time) time.Duration {
	l.learnt.step = l.window.interval()
	return max(l.gate.until.Sub(now), l.calls.wait(now), l.tokens.wait(now), l.learnt.wait(now))
}

// wakeIn makes sure that the lane is looked at once wait has passed.
func (l *lane) wakeIn(wait time.Duration, now time.Time) {
	alarm := now.Add(wait)
	if l.timer != nil {
		if !l.alarm.After(alarm) {
			return
		}
		l.timer()
	}
	l.alarm = alarm
	l.timer = l.clock.AfterFunc(wait, func() { l.wake(alarm) })
}

// wake is what the timer set for alarm does.
func (l *lane) wake(alarm time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer == nil || !l.alarm.Equal(alarm) {
		return // another has taken its place
	}
	l.timer = nil
	l.admit(l.clock.Now())
}

// withdraw takes back a wait that ended without admission, or the admission
// that came in the same moment.
func (l *lane) withdraw(w *waiter, v *visit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.refused != nil {
		return
	}
	if w.visit != nil {
		l.queue.remove(w)
		return
	}
	l.running--
	l.over(v, 0, 1)
	l.admit(l.clock.Now())
}

// over gives back to the allowance of a visit's statement what has ended. The
// shares of other lanes that this lets go are looked at by another goroutine: no
// lane's lock is taken with another's.
func (l *lane) over(v *visit, calls, attempts int) {
	held := v.share.allowance.give(calls, attempts)
	l.queue.seat(v.share)
	delete(held, v.share)
	if len(held) > 0 {
		go resume(held)
	}
}

// end notes that a visit's call has ended, and returns 1 if it had begun.
func (v *visit) end() (calls int) {
	if !v.started {
		return 0
	}
	v.started = false
	return 1
}

// pass gives a turn back that cannot be used yet.
func (v *visit) pass() {
	l := v.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	l.running--
	l.calls.spend(now, -1)
	l.tokens.spend(now, -v.cost)
	l.over(v, 0, 1)
	l.admit(now)
}

// exit ends an attempt and lets in whoever may go next. The lane learns from
// how the attempt went.
func (v *visit) exit(o outcome) {
	l := v.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if o.throttled {
		l.window.throttled = now
	}
	l.window.learn(o, v.epoch, l.running)
	l.running--
	l.idle = now
	l.mind(o, now)
	if o.tokens > 0 {
		l.tokens.spend(now, o.tokens-v.cost)
	}
	calls := 0
	if o.answered {
		l.window.measure(now.Sub(v.began))
		calls = v.end()
	}
	l.over(v, calls, 1)
	l.admit(now)
}

// closed is how long the service still wants nobody to come.
func (v *visit) closed() time.Duration {
	v.lane.mu.Lock()
	defer v.lane.mu.Unlock()
	return v.lane.gate.wanted(v.lane.clock.Now())
}

// leave ends the visit, which must not be between enter and exit.
func (v *visit) leave() {
	v.lanes.mu.Lock()
	v.lane.users--
	v.lanes.mu.Unlock()
	l := v.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	if calls := v.end(); calls > 0 {
		l.over(v, calls, 0)
	}
	l.queue.leave(v)
	l.admit(l.clock.Now())
}
