package bolt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	bbolt "go.etcd.io/bbolt"
)

// write is a part of a transaction. It fails only when the file does: what it
// writes is encoded before.
type write struct {
	do   func(*bbolt.Tx) error
	done chan<- error // nil when nobody waits
	// begins is true for one that a call is sent after: it needs the reserve.
	begins bool
}

// mostWrites is how many writes share a transaction: more would only make the
// first of them wait for the last.
const mostWrites = 2048

// mostLeft is how many writes wait for a disk that takes none, or for company.
const mostLeft = mostWrites / 2

// company is how long writes that nobody waits for wait for one that somebody does,
// to share its transaction: by themselves they would only keep the next call's
// beginning waiting for the disk.
const company = 20 * time.Millisecond

// errClosed is a write to a closed store.
var errClosed = errors.New("the ledger is closed")

// commit makes a write and returns when it is durable, or when ctx has ended: then
// it may be made all the same.
func (s *Store) commit(ctx context.Context, do func(*bbolt.Tx) error) error {
	return s.enqueue(ctx, write{do: do})
}

// enqueue has a write made as commit does.
func (s *Store) enqueue(ctx context.Context, w write) error {
	done := make(chan error, 1)
	w.done = done
	select {
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case s.writes <- w:
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

// later has a write made without waiting for it, with the next that somebody waits for
// or soon after. Writes are made in order; one that the disk did not take is made with
// the next transaction.
func (s *Store) later(do func(*bbolt.Tx) error) { s.leave(write{do: do}) }

// leave has a write made as later does.
func (s *Store) leave(w write) {
	select {
	case <-s.closed:
	case s.writes <- w:
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
	var left []write // nobody waits for these
	var lonely <-chan time.Time
	for {
		select {
		case first := <-s.writes:
			together := s.gather(append(left, first))
			if len(together) < mostLeft && !slices.ContainsFunc(together, write.awaited) {
				if left = together; lonely == nil {
					lonely = s.after(company)
				}
				continue
			}
			left, lonely = s.transact(together), nil
		case <-lonely:
			left, lonely = s.transact(s.gather(left)), nil
		case <-s.closed:
			for len(s.writes) > 0 {
				left = s.transact(s.gather(append(left, <-s.writes)))
			}
			s.transact(left)
			return
		}
	}
}

// awaited reports whether somebody waits for w.
func (w write) awaited() bool { return w.done != nil }

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

// transact makes writes, those that calls are sent after only when there is room for
// the answers. It returns those that are to be made later.
func (s *Store) transact(together []write) (left []write) {
	if s.reserved {
		return s.make(together)
	}
	var others, begins []write
	for _, w := range together {
		if w.begins {
			begins = append(begins, w)
		} else {
			others = append(others, w)
		}
	}
	left = s.make(others)
	if len(begins) == 0 {
		return left
	}
	if err := s.reserve(); err != nil {
		return append(left, s.answer(begins, -1, err)...)
	}
	return append(left, s.make(begins)...)
}

// make makes writes together. What fails, fails for all of them: the file is as it
// was before. It returns those that nobody waits for and that are to be made later,
// but for one that failed by itself.
func (s *Store) make(together []write) (left []write) {
	if len(together) == 0 {
		return nil
	}
	culprit := -1
	all := func(tx *bbolt.Tx) error {
		for i, w := range together {
			if err := w.do(tx); err != nil {
				culprit = i
				return err
			}
		}
		return nil
	}
	err := s.update(all)
	if err != nil && culprit < 0 {
		if s.release() {
			err = s.update(all)
		}
		if err != nil {
			s.failing.Store(&err)
		}
	}
	return s.answer(together, culprit, err)
}

// update makes a transaction, with the sums of usage.
func (s *Store) update(do func(*bbolt.Tx) error) error {
	err := s.around(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			if err := do(tx); err != nil {
				return err
			}
			return s.writeUsage(tx)
		})
	})
	if err != nil {
		err = fmt.Errorf("write %s: %w", s.db.Path(), err)
	}
	s.usageWritten(err)
	return err
}

// answer tells those who wait for writes what became of them, and returns those that
// are to be made later.
func (s *Store) answer(together []write, culprit int, err error) (left []write) {
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
