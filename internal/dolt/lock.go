package dolt

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"

	"github.com/gofrs/flock"
)

// opened is true while this process has a Storage open. It mirrors a fact about
// Dolt, whose own state is the process's, and is changed by lockDir and
// unlockDir alone.
var opened atomic.Bool

// lockDir takes the directory for this process.
func lockDir(dir string) (*flock.Flock, error) {
	if !opened.CompareAndSwap(false, true) {
		return nil, errors.New("this process has a data directory open already, and can have only one")
	}
	lock := flock.New(filepath.Join(dir, "airglow.lock"))
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = errors.New("another airglow has this data directory open; stop it, or choose another directory")
	}
	if err != nil {
		opened.Store(false)
		return nil, err
	}
	return lock, nil
}

func unlockDir(lock *flock.Flock) error {
	defer opened.Store(false)
	if err := lock.Unlock(); err != nil {
		return fmt.Errorf("release the lock of the data directory: %w", err)
	}
	return nil
}
