package testkit

import (
	"sync"
	"sync/atomic"
	"time"

	"airglow/internal/disk"
	"airglow/internal/infer"
)

// Disk stands between a kit's server and its data directory. Until Fail or Free is
// called it is as the machine's.
type Disk struct {
	mu    sync.Mutex
	fault func(commit func() error) error
	free  func() int64
}

// Free has the disk have so many bytes free from now on, and with nil as many as it has.
func (d *Disk) Free(bytes func() int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.free = bytes
}

func (d *Disk) freeBytes(dir string) (int64, error) {
	d.mu.Lock()
	free := d.free
	d.mu.Unlock()
	if free == nil {
		return disk.Free(dir)
	}
	return free(), nil
}

// Fail has f make the ledger's transactions from now on, as bolt.Options.Commit has
// it, and with nil the disk again.
func (d *Disk) Fail(f func(commit func() error) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

func (d *Disk) commit(commit func() error) error {
	d.mu.Lock()
	fault := d.fault
	d.mu.Unlock()
	if fault == nil {
		return commit()
	}
	return fault(commit)
}

// Clock is a kit's. It goes as the computer's does, ahead of it by what it was
// advanced by; what waits for a time to pass waits by the computer's.
type Clock struct {
	infer.SystemClock
	ahead atomic.Int64
}

// Advance puts the clock ahead.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

// Now implements infer.Clock.
func (c *Clock) Now() time.Time { return c.SystemClock.Now().Add(time.Duration(c.ahead.Load())) }
