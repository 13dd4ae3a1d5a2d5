package infer

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"airglow/internal/model"
)

const (
	// restTime is how long a destination that is down is left alone by calls that
	// have somewhere else to go; then one of them finds out.
	restTime = 30 * time.Second
	// longestRest bounds what the service itself asks for.
	longestRest = 5 * time.Minute
	// down is how many strikes make a destination count as down.
	down = 3
	// patience is what a destination must have had before its silence says anything
	// about it: a session may have a limit that nobody could keep.
	patience = 5 * time.Second
	// mostHealths bounds how many destinations are remembered; model ids come from
	// SQL.
	mostHealths = 1024
	// mostFailureText bounds a remembered failure, in bytes.
	mostFailureText = 500
)

// Health is what the last calls of a destination showed.
type Health struct {
	// Known is false where none has been made, or none for long.
	Known bool
	// Failing is true when the last call failed for a reason of the destination's
	// own, not of the request's, or had an answer that cannot be used.
	Failing bool
	// Throttled is true when Failing is for too many calls alone.
	Throttled bool
	// Since is when it began to fail, or to answer.
	Since time.Time
	// LastError is its last failure, and LastErrorAt when that was. Whoever may not
	// see what others do should not see the text.
	LastError   string
	LastErrorAt time.Time
}

// healths remembers how the destinations of calls fare, by provider and model. A
// destination that is down is passed by where the map names another.
type healths struct {
	clock Clock

	mu    sync.Mutex // held for moments, with no other lock
	known map[laneName]*health
	// asked are the models of calls that have ended, and when one did last.
	asked map[Asked]time.Time
	// falls counts how often a destination went down, so that a call can tell
	// whether that was before or after it chose its way.
	falls int
}

// Asked is a model as calls name it.
type Asked struct {
	Service model.Service
	Model   string
}

type health struct {
	Health
	service model.Service
	asked   string
	strikes int
	// until is how long it is left alone, and fall the number of the fall.
	until time.Time
	fall  int
	used  time.Time
}

func newHealths(clock Clock) *healths {
	return &healths{clock: clock, known: map[laneName]*health{}, asked: map[Asked]time.Time{}}
}

// plan puts the routes that are known to be down behind the others, for a call
// that begins now. mark is for fellSince.
func (h *healths) plan(routes []Route) (order []Route, mark int) {
	if len(routes) == 1 {
		return routes, 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var last []Route
	for _, route := range routes {
		if h.passedBy(route) {
			last = append(last, route)
		} else {
			order = append(order, route)
		}
	}
	return append(order, last...), h.falls
}

// passedBy reports whether a route is left alone. Once its rest is over the caller
// is the one who finds out, and the others go on around it meanwhile.
func (h *healths) passedBy(route Route) bool {
	e := h.known[laneOf(route)]
	if e == nil || e.strikes < down {
		return false
	}
	now := h.clock.Now()
	if now.Before(e.until) {
		return true
	}
	e.until = now.Add(restTime)
	return false
}

// first is the route that a call would begin with.
func (h *healths) first(routes []Route) Route {
	if len(routes) > 1 {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, route := range routes {
			if e := h.known[laneOf(route)]; e == nil || e.strikes < down || !h.clock.Now().Before(e.until) {
				return route
			}
		}
	}
	return routes[0]
}

// fellSince reports whether a route went down after a call had planned its way.
func (h *healths) fellSince(mark int, route Route) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.known[laneOf(route)]
	return e != nil && e.strikes >= down && e.fall > mark
}

// failure is what a route that is passed by failed with; nil when it is not down.
func (h *healths) failure(route Route) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.known[laneOf(route)]
	if e == nil || e.strikes < down {
		return nil
	}
	return &model.Error{Kind: model.Unavailable, Service: route.Request.Service,
		Message: fmt.Sprintf("provider %s is not asked for a while since it failed: %s", route.Provider.Name(), e.LastError)}
}

// answered notes that a route gave an answer.
func (h *healths) answered(route Route) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.entry(route)
	if e.Failing || !e.Known {
		e.Since = e.used
	}
	e.Known, e.Failing, e.Throttled, e.strikes = true, false, false, 0
}

// failed notes that a call gave a route up. had is how much time the route had.
// What a model made of one request is told, and is no reason to leave it alone. Nor
// is being throttled: the gate of the lane keeps those away who would wait in vain.
func (h *healths) failed(route Route, err error, had time.Duration) {
	strikes := strikesOf(err, had)
	throttled := isServiceError(err) && model.KindOf(err) == model.Throttled
	if strikes == 0 && !garbled(err) && !throttled {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.entry(route)
	if !e.Failing || !e.Known {
		e.Since = e.used
	}
	e.Known, e.Failing, e.Throttled = true, true, throttled
	e.LastError, e.LastErrorAt = shortened(err.Error(), mostFailureText), e.used
	before := e.strikes
	if e.strikes = min(down, e.strikes+strikes); strikes > 0 && e.strikes == down {
		e.until = e.used.Add(min(max(restTime, model.RetryAfter(err)), longestRest))
		if before < down {
			h.falls++
			e.fall = h.falls
		}
	}
}

// garbled reports whether a destination answered, and with nothing that can be used.
func garbled(err error) bool {
	kind := model.KindOf(err)
	return isServiceError(err) && (kind == model.BadAnswer || kind == model.ModelFailed)
}

// strikesOf is what a failure says about the destination: nothing, that it is down,
// or that it may be.
func strikesOf(err error, had time.Duration) int {
	if !isServiceError(err) {
		return 0
	}
	switch model.KindOf(err) {
	case model.Unavailable, model.NotReady, model.NotFound, model.Quota, model.NoCredentials, model.Denied, model.NotConfigured:
		return down
	case model.ModelTimeout:
		return 1
	case model.Timeout:
		// Its cause is the last failure before the time was over.
		if of := strikesOf(errors.Unwrap(err), had); of > 0 || had < patience {
			return of
		}
		return 1
	}
	return 0
}

// entry returns what is known of a route's destination. The caller holds mu.
func (h *healths) entry(route Route) *health {
	name := laneOf(route)
	e := h.known[name]
	if e == nil {
		if len(h.known) >= mostHealths {
			forgetOldest(h.known, func(e *health) time.Time { return e.used })
		}
		e = &health{}
		h.known[name] = e
	}
	e.service, e.asked, e.used = route.Request.Service, route.Request.Model, h.clock.Now()
	asked := Asked{e.service, e.asked}
	if _, seen := h.asked[asked]; !seen && len(h.asked) >= mostHealths {
		forgetOldest(h.asked, func(at time.Time) time.Time { return at })
	}
	h.asked[asked] = e.used
	return e
}

// forgetOldest makes room for one more.
func forgetOldest[K comparable, V any](all map[K]V, used func(V) time.Time) {
	var oldest K
	var at time.Time
	for key, value := range all {
		if t := used(value); at.IsZero() || t.Before(at) {
			oldest, at = key, t
		}
	}
	delete(all, oldest)
}

// shortened cuts a text at a character.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xC0 == 0x80 {
		most--
	}
	return text[:most] + "…"
}
