package infer

import (
	"fmt"
	"time"

	"airglow/internal/model"
)

// longestHold is the most that a lane is closed to all because of what the
// service asked one call to wait; then some of those that wait find out.
const longestHold = time.Minute

// gate is the pause that a service has asked for, or that its throttling calls for.
// Its lane's lock guards it.
type gate struct {
	// until is when it opens, wanted at the latest. The second may be hours later,
	// and is what the service has said.
	until, told time.Time
	why         *model.Error
	// since is when the service began to keep calls out without answering any;
	// zero when it has answered.
	since time.Time
}

func (g *gate) closed(now time.Time) bool { return g.until.After(now) }

// wanted is how long the service wants nobody to come.
func (g *gate) wanted(now time.Time) time.Duration {
	if !g.closed(now) {
		return 0
	}
	return g.told.Sub(now)
}

// close closes the gate for a time, and reports whether that is longer than it was
// closed already.
func (g *gate) close(hold time.Duration, why *model.Error, now time.Time) bool {
	if g.since.IsZero() {
		g.since = now
	}
	open := !g.closed(now)
	if until := now.Add(min(hold, longestHold)); until.After(g.until) {
		g.until = until
	}
	if told := now.Add(hold); open || told.After(g.told) {
		g.told, g.why = told, why
		return true
	}
	return false
}

// answered opens the gate: the service answers.
func (g *gate) answered() { *g = gate{} }

// note notes how long a visit that has not begun has been kept out by now.
func (g *gate) note(v *visit, now time.Time) {
	if v.deadline.IsZero() && !g.since.IsZero() {
		v.held = max(0, earlier(now, g.until).Sub(g.from(v)))
	}
}

// from is since when a visit's waiting counts: from its own beginning, but not for
// what it waited behind others who were answered.
func (g *gate) from(v *visit) time.Time {
	if v.came.After(g.since) {
		return v.came
	}
	return g.since
}

// refusal is the error of a visit that cannot go within its time, because the service
// wants to be left alone for longer; nil when it can. Waiting would not make it go.
func (g *gate) refusal(v *visit, now time.Time) error {
	if !g.closed(now) {
		return nil
	}
	latest := v.deadline
	if latest.IsZero() {
		latest = g.from(v).Add(v.patience)
	}
	if !g.told.Add(shortestLeft).After(latest) {
		return nil
	}
	g.note(v, now)
	refused := *g.why
	refused.RequestID, refused.RetryAfter, refused.Err = "", g.told.Sub(now), g.why
	refused.Message = fmt.Sprintf("%s; not asked now, because that is to be left alone for another %d ms, which would pass the limit of %s",
		model.Message(g.why), refused.RetryAfter.Milliseconds(), v.call.limited().bound())
	return &refused
}

// mind opens the gate for an answer, and closes it for a throttled attempt: until the
// next answer, or for a moment, while others are under way or were answered just now,
// and else for as long as the service asks.
func (l *lane) mind(o outcome, now time.Time) {

	switch {
	case o.answered:
		l.answered = true
		l.gate.answered()
	case !o.throttled:
		if o.hold > 0 {
			l.close(o.hold, o.why, now)
		}
	case l.running > 0:
		l.close(l.rest(o), o.why, now)
	case l.answered:
		l.answered = false
		l.window.single()
		l.close(l.rest(o), o.why, now)
	default:
		l.close(max(o.hold, l.window.interval()), o.why, now)
	}
}

// rest is how long nobody goes after an attempt that was throttled among others.
func (l *lane) rest(o outcome) time.Duration {
	rest := shortRest
	if paced := l.window.interval(); l.window.sure || paced > rest {
		rest = paced
	}
	if o.hold > 0 {
		return min(o.hold, rest)
	}
	return rest
}

// close closes the gate and sends those away who cannot wait for it.
func (l *lane) close(hold time.Duration, why *model.Error, now time.Time) {
	l.learnt.rest(now.Add(min(hold, longestHold))) // there is nothing to catch up with after
	if !l.gate.close(hold, why, now) {
		return
	}
	for w := range l.queue.all() {
		if w.refused = l.gate.refusal(w.visit, now); w.refused != nil {
			l.queue.remove(w)
			close(w.admitted)
		}
	}
}
