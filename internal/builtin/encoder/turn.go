package encoder

import (
	"context"
	"runtime"
)

// turn is the right to compute, for as long as a context lives. Nothing here
// waits for anything, so the end of a context is noticed by looking: whoever
// computes looks again after a millisecond or two, and leaves what it has begun
// when its turn is over. Embed then returns no vectors.
type turn struct{ ctx context.Context }

// over reports whether to stop. Until then it lets others have the processor: on
// a machine whose cores all compute, the one who is to stop this would otherwise
// wait for the scheduler.
func (t turn) over() bool {
	if t.ctx.Err() != nil {
		return true
	}
	runtime.Gosched()
	return false
}
