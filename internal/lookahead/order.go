package lookahead

import (
	"slices"
	"sync"
)

// Rows are numbered in the order in which their conditions are evaluated, and
// come in epochs. The order of an epoch follows from the rows before the epoch
// before it: so the rows of one can be asked on while the answers of the other
// are still coming, and nobody waits at the end of each.
const (
	// firstEpoch is how many rows the first two epochs have. Each of their rows
	// begins with another condition. 64 calls at once, the default, have enough
	// to do with both.
	firstEpoch = 32
	// lastEpoch is how many rows the longest have. Until then each epoch is twice
	// as long as that before it. Two hold more rows than there can be calls at
	// once.
	lastEpoch = 1024
	// remembered is how many evaluations of a condition count fully; older ones
	// fade, as the rows of a table may change on the way.
	remembered = 1024
)

// The price of a call is in bytes, with a part that all calls have: a short call
// takes a place among those at once, and of a quota, as a long one does. Models
// are paid for what they write at about four times what they read.
const (
	callPrice   = 1024
	answerPrice = 4
	// rememberedCalls is how many different calls are known to cost nothing when
	// they are met again. Later ones cost each time.
	rememberedCalls = 1 << 16
)

// order is the order in which conditions are evaluated, learned from the rows
// that went by: the cheap and those that few rows pass come first. It depends on
// the rows that come to the conditions, their answers and nothing else, so that a
// statement makes the same calls with lookahead on and off. Any goroutine may use
// it.
type order struct {
	mu sync.Mutex
	// rows is how many rows are decided, end where their epoch ends, and length
	// how many rows the next one has.
	rows, end, length int
	// now is the order in this epoch and next that in the one after it; nil begins
	// each row with another condition.
	now, next []int
	// rotations are the orders of such rows.
	rotations [][]int
	tallies   []tally
	called    map[uint64]struct{}
}

// tally is what is known of a condition.
type tally struct {
	// seen, passed and price are how many evaluations there were, how many gave
	// true, and what they cost. They fade.
	seen, passed, price float64
	// rows and true count all evaluations.
	rows, true int
}

// newOrder returns the order of so many conditions.
func newOrder(conditions int) *order {
	o := &order{
		end: firstEpoch, length: firstEpoch, tallies: make([]tally, conditions), called: map[uint64]struct{}{},
	}
	for first := range conditions {
		rotation := make([]int, conditions)
		for i := range rotation {
			rotation[i] = (first + i) % conditions
		}
		o.rotations = append(o.rotations, rotation)
	}
	return o
}

// turns returns the order of the row that is so many after the next to be
// decided. A nil order is that of one condition.
func (o *order) turns(after int) []int {
	if o == nil {
		return []int{0}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	row, turns := o.rows+after, o.now
	if row >= o.end {
		turns = o.next
	}
	if turns == nil {
		turns = o.rotations[row%len(o.rotations)]
	}
	return turns
}

// known reports whether the order of that row depends on no row that is not
// decided.
func (o *order) known(after int) bool {
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rows+after < o.end+o.length
}

// evaluated takes in that a condition was evaluated on the row to be decided.
func (o *order) evaluated(condition int, passed bool, calls []spent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := &o.tallies[condition]
	t.seen, t.rows = t.seen+1, t.rows+1
	if passed {
		t.passed, t.true = t.passed+1, t.true+1
	}
	for _, call := range calls {
		t.price += o.charge(call)
	}
}

// charge is what a call costs. One that was made before costs nothing.
func (o *order) charge(call spent) float64 {
	if _, made := o.called[call.key]; made {
		return 0
	}
	if len(o.called) < rememberedCalls {
		o.called[call.key] = struct{}{}
	}
	return call.price
}

// decided ends a row.
func (o *order) decided() {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rows++
	if o.rows < o.end {
		return
	}
	for i := range o.tallies {
		o.tallies[i].fade()
	}
	o.now, o.next = o.next, o.ranked()
	o.end += o.length
	if o.end >= 2*firstEpoch {
		o.length = min(2*o.length, lastEpoch)
	}
}

// ranked are the conditions by their price for each row that they keep from the
// others; equal ones as they are written.
func (o *order) ranked() []int {
	turns := slices.Clone(o.rotations[0])
	slices.SortStableFunc(turns, func(a, b int) int {
		switch x, y := o.tallies[a].rank(), o.tallies[b].rank(); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return turns
}

// rank is the price of an evaluation over the chance that it ends the row. What
// was never evaluated comes first. One row of each kind is added, so that no
// chance is 0 or 1.
func (t tally) rank() float64 {
	if t.seen == 0 {
		return 0
	}
	return t.price / t.seen * (t.seen + 2) / (t.seen - t.passed + 1)
}

func (t *tally) fade() {
	for t.seen > remembered {
		t.seen, t.passed, t.price = t.seen/2, t.passed/2, t.price/2
	}
}
