package infer

import "time"

// catchUp is how far a pace makes up for what a late timer missed. Without it a
// timer that is a millisecond late each time would cost a twentieth of a quota
// of 50 a second; with more, a service would see bursts.
const catchUp = 100 * time.Millisecond

// pace keeps a quota smoothly: each unit spent moves the next a step away.
// The zero pace keeps none.
type pace struct {
	step time.Duration // of one unit; zero is no quota
	next time.Time     // when the next unit may be spent
}

func newPace(perMinute int) pace {
	if perMinute <= 0 {
		return pace{}
	}
	return pace{step: time.Minute / time.Duration(perMinute)}
}

// wait is how long nothing may be spent.
func (p *pace) wait(now time.Time) time.Duration {
	if p.step == 0 {
		return 0
	}
	return p.next.Sub(now)
}

// spend takes units; a negative number gives back what was taken too much.
func (p *pace) spend(now time.Time, units int64) {
	if p.step == 0 {
		return
	}
	if earliest := now.Add(-catchUp); p.next.Before(earliest) {
		p.next = earliest
	}
	p.next = p.next.Add(time.Duration(units) * p.step)
}

// rest says that nobody waited until now: there is nothing to catch up with.
func (p *pace) rest(now time.Time) {
	if p.next.Before(now) {
		p.next = now
	}
}
