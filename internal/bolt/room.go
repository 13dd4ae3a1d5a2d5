package bolt

import (
	"context"

	bbolt "go.etcd.io/bbolt"
)

// A call is sent only while its answer has room: else a disk that takes the small
// record that a call begins, but not its answer, would have calls paid for whose
// answers are lost. So the file has a reserve that was really written. When a
// transaction fails, the reserve is given up and the transaction made again in its
// place: the answers of the calls that are under way. Nothing begins after that until
// the reserve has been written again.

// The reserve is of many small values, since a large one needs pages that follow on
// each other. 4 MiB have room for 64 calls at once of 64 KiB.
const (
	roomValues    = 256
	roomValueSize = 16<<10 - 256 // with its key, four pages
	roomBytes     = roomValues * 16 << 10
)

// roomBucket is the reserve; it is missing where there is none.
var roomBucket = []byte("room")

// Ready returns nil when calls may be sent, and else why the ledger cannot record
// them. After a failed write it tries again.
func (s *Store) Ready() error {
	if s.failing.Load() == nil {
		return nil
	}
	return s.enqueue(context.Background(), write{do: func(*bbolt.Tx) error { return nil }, begins: true})
}

// hasRoom reports whether the reserve is whole.
func hasRoom(tx *bbolt.Tx) bool {
	b := tx.Bucket(roomBucket)
	return b != nil && lastNumber(b) == roomValues
}

// reserve writes the reserve, unless it is there.
func (s *Store) reserve() error {
	if s.reserved {
		return nil
	}
	err := s.update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(roomBucket)
		if err != nil {
			return err
		}
		value := make([]byte, roomValueSize)
		for i := range roomValues {
			if err := b.Put(number(uint64(i+1)), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.failing.Store(&err)
		return err
	}
	s.reserved = true
	if s.failing.Swap(nil) != nil {
		s.log.Info("the ledger can be written again")
	}
	return nil
}

// release gives the reserve up, for what is written next. It reports whether there
// was one.
func (s *Store) release() bool {
	if !s.reserved {
		return false
	}
	s.reserved = false
	err := s.update(func(tx *bbolt.Tx) error { return tx.DeleteBucket(roomBucket) })
	return err == nil
}
