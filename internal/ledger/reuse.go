package ledger

import (
	"fmt"
	"strings"
	"time"

	"airglow/internal/model"
)

// Reuse says which recorded answers serve a statement again. Equal calls within
// a statement share their answer whatever it says.
type Reuse int

// The modes, each with what the one before it allows.
const (
	// ReuseStatement: nothing that another statement asked for.
	ReuseStatement Reuse = iota
	// ReuseResume: what a statement of the same user and digest asked for that was not
	// completed, until one is that asked for the same.
	ReuseResume
	// ReuseDeterministic: also what anybody asked a function that is declared
	// DETERMINISTIC, or with temperature 0.
	ReuseDeterministic
	// ReuseAlways: every recorded answer.
	ReuseAlways
)

var reuseNames = [...]string{"statement", "resume", "deterministic", "always"}

// ReuseNames are the modes as SQL names them, in their order.
func ReuseNames() []string { return append([]string(nil), reuseNames[:]...) }

// String returns the mode as SQL names it.
func (r Reuse) String() string {
	if r < 0 || int(r) >= len(reuseNames) {
		return fmt.Sprintf("reuse %d", int(r))
	}
	return reuseNames[r]
}

// ParseReuse returns the mode of a name, in any case.
func ParseReuse(name string) (Reuse, bool) {
	for i, known := range reuseNames {
		if strings.EqualFold(name, known) {
			return Reuse(i), true
		}
	}
	return 0, false
}

// Question is a request that may have been answered before.
type Question struct {
	// Origin is who asks. An answer was asked for by the same function; whose answers
	// ReuseResume allows its user and digest say.
	Origin Origin
	// Key, Provider and Target, the model's name there, are the routed request's.
	Key              model.Key
	Provider, Target string
	// Uncounted is true for a look that is not to count as a use.
	Uncounted bool
	Policy
}

// Policy says which recorded answers a call may have. The zero value allows none.
type Policy struct {
	Reuse Reuse
	// Mode says whether providers are asked at all, and Recording which recording
	// it means; it is empty for one that means none.
	Mode      Mode
	Recording string
	// Repeatable is true when the same request has the same answer: the function is
	// declared DETERMINISTIC or the temperature is 0.
	Repeatable bool
	// NotBefore is the oldest that an answer may be.
	NotBefore time.Time
}

// Possible reports whether any recorded answer could serve, which saves the look.
func (p Policy) Possible() bool { return p.Reuse > ReuseStatement }

// AllowsAny reports whether an answer may serve whoever asked for it.
func (p Policy) AllowsAny() bool {
	return p.Reuse == ReuseAlways || p.Reuse == ReuseDeterministic && p.Repeatable
}
