package bolt

import (
	"errors"

	bbolt "go.etcd.io/bbolt"
)

// write is a part of a transaction. It fails only when the file does: what it
// writes is encoded before.
type write struct {
	do   func(*bbolt.Tx) error
	done chan<- error // nil when nobody waits
}

// mostWrites is how many writes share a transaction: more would only make the
// first of them wait for the last.
const mostWrites = 2048

// errClosed is a write to a closed store.
var errClosed = errors.New("the ledger is closed")

// commit makes a write and returns when it is durable.
func (s *Store) commit(do func(*bbolt.Tx) error) error {
	done := make(chan error, 1)
	select {
	case <-s.closed:
		return errClosed
	case s.writes <- write{do, done}:
	}
	select {
	case err := <-done:
		return err
	case <-s.ended: // it may have come in after the writer's last look
		select {
		case err := <-done:
			return err
		default:
			return errClosed
		}
	}
}

// later has a write made without waiting for it. Writes are made in order.
func (s *Store) later(do func(*bbolt.Tx) error) {
	select {
	case <-s.closed:
	case s.writes <- write{do: do}:
	}
}

// Sync returns when everything written before is durable.
func (s *Store) Sync() error { return s.commit(func(*bbolt.Tx) error { return nil }) }

// work is the writer: it takes what waits, as one transaction, until the store is
// closed and nothing is left.
func (s *Store) work() {
	defer close(s.ended)
	for {
		select {
		case first := <-s.writes:
			s.transact(s.gather(first))
		case <-s.closed:
			for len(s.writes) > 0 {
				s.transact(s.gather(<-s.writes))
			}
			return
		}
	}
}

// gather adds to a write those that wait already.
func (s *Store) gather(first write) []write {
	together := []write{first}
	for len(together) < mostWrites {
		select {
		case next := <-s.writes:
			together = append(together, next)
		default:
			return together
		}
	}
	return together
}

// transact makes writes together. What fails, fails for all of them: the file is
// as it was before.
func (s *Store) transact(together []write) {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for _, w := range together {
			if err := w.do(tx); err != nil {
				return err
			}
		}
		return s.writeUsage(tx)
	})
	s.usageWritten(err)
	for _, w := range together {
		if w.done != nil {
			w.done <- err
		} else if err != nil {
			s.log.Error("a write to the ledger failed", "error", err)
		}
	}
}
