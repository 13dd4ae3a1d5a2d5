package bolt

import (
	"context"
	"errors"
	"fmt"

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

// mostLeft is how many writes wait for a disk that takes none.
const mostLeft = mostWrites / 2

// errClosed is a write to a closed store.
var errClosed = errors.New("the ledger is closed")

// commit makes a write and returns when it is durable, or when ctx has ended: then
// it may be made all the same.
func (s *Store) commit(ctx context.Context, do func(*bbolt.Tx) error) error {
	done := make(chan error, 1)
	select {
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case s.writes <- write{do, done}:
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended: // it may have come in after the writer's last look
		select {
		case err := <-done:
			return err
		default:
			return errClosed
		}
	}
}

// later has a write made without waiting for it. Writes are made in order; one that
// the disk did not take is made with the next transaction.
func (s *Store) later(do func(*bbolt.Tx) error) {
	select {
	case <-s.closed:
	case s.writes <- write{do: do}:
	}
}

// Sync returns when everything written before is durable.
func (s *Store) Sync() error {
	return s.commit(context.Background(), func(*bbolt.Tx) error { return nil })
}

// work is the writer: it takes what waits, as one transaction, until the store is
// closed and nothing is left.
func (s *Store) work() {
	defer close(s.ended)
	var left []write
	for {
		select {
		case first := <-s.writes:
			left = s.transact(s.gather(append(left, first)))
		case <-s.closed:
			for len(s.writes) > 0 {
				left = s.transact(s.gather(append(left, <-s.writes)))
			}
			s.transact(left)
			return
		}
	}
}

// gather adds those that wait already to writes.
func (s *Store) gather(together []write) []write {
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
// as it was before. It returns those that nobody waits for and that are to be made
// later, but for one that failed by itself.
func (s *Store) transact(together []write) (left []write) {
	if len(together) == 0 {
		return nil
	}
	culprit := -1
	err := s.around(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			for i, w := range together {
				if err := w.do(tx); err != nil {
					culprit = i
					return err
				}
			}
			return s.writeUsage(tx)
		})
	})
	if err != nil {
		err = fmt.Errorf("write %s: %w", s.db.Path(), err)
	}
	s.usageWritten(err)
	for i, w := range together {
		switch {
		case w.done != nil:
			w.done <- err
		case err != nil && i != culprit && len(left) < mostLeft:
			left = append(left, w)
		case err != nil:
			s.log.Error("a write to the ledger failed", "error", err)
		}
	}
	if len(left) > 0 {
		s.log.Error("the ledger could not be written; what nobody waits for goes with the next write", "writes", len(left), "error", err)
	}
	return left
}
