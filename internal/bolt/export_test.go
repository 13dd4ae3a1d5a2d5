package bolt

import bbolt "go.etcd.io/bbolt"

// Check is check, for the fuzzer.
var Check = check

// ErrDamaged is errDamaged.
var ErrDamaged = errDamaged

// Hold has the writer wait within its next transaction until release is closed, as
// a disk does that syncs slowly. It fails with err.
func (s *Store) Hold(release <-chan struct{}, err error) {
	s.writes <- write{done: make(chan error, 1), do: func(*bbolt.Tx) error {
		<-release
		return err
	}}
}

// InUse is how much of the file is in use, as Purge counts it.
func (s *Store) InUse() (n int64) {
	_ = s.db.View(func(tx *bbolt.Tx) error { n = s.inUse(tx); return nil })
	return n
}
