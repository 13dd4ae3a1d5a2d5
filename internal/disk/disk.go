// Package disk tells whether the disk of the data directory has room to write.
//
// The storage ends the process when a write finds no space, since it cannot know what
// of it is on the disk. So nothing is written that could come to that: a [Floor] keeps
// some space free.
package disk

import (
	"fmt"
	"sync"
	"time"
)

// Floor is the space that is to stay free. It is safe for concurrent use.
type Floor struct {
	// Dir is the directory whose disk it is; Least the bytes that stay free, 0 for none.
	Dir   string
	Least int64
	// Free returns the bytes that are free; Free is the system's.
	Free func(dir string) (int64, error)
	// Now tells the time.
	Now func() time.Time
	// Changed, which may be nil, is told why nothing is written from now on, and with nil
	// that there is room again.
	Changed func(low error)

	mu     sync.Mutex
	looked time.Time
	low    error
}

// lookEvery is how long what was seen counts: a look takes a microsecond, which a
// short statement would feel, and a disk takes in a few megabytes meanwhile.
const lookEvery = 20 * time.Millisecond

// Room returns why nothing may be written, nil where it may. A disk that cannot tell
// its space has room.
func (f *Floor) Room() error {
	if f == nil || f.Least == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Now()
	if now.Sub(f.looked) < lookEvery {
		return f.low
	}
	f.looked = now
	was := f.low
	f.low = nil
	if free, err := f.Free(f.Dir); err == nil && free < f.Least {
		f.low = fmt.Errorf("the disk of %s has %d MB left, and %d MB are to stay free (min-free-mb)", f.Dir, free>>20, f.Least>>20)
	}
	if f.Changed != nil && (was == nil) != (f.low == nil) {
		f.Changed(f.low)
	}
	return f.low
}
