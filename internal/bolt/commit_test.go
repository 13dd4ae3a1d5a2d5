package bolt_test

import (
	"sync/atomic"
	"testing"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/ledger"
)

// What nobody waits for is written with the next that somebody waits for, or when
// nothing comes: a statement of one call syncs the disk twice, not four times.
func TestWhatNobodyWaitsForSharesATransaction(t *testing.T) {
	var made atomic.Int64
	written := make(chan struct{}, 9)
	nothingCame := make(chan time.Time)
	s := open(t, t.TempDir(), func(o *bolt.Options) {
		o.After = func(time.Duration) <-chan time.Time { return nothingCame }
		o.Commit = func(commit func() error) error {
			defer func() { written <- struct{}{} }()
			made.Add(1)
			return commit()
		}
	})
	defer closeStore(t, s)
	record(t, s, attempt(0, "first"), noon) // makes the room for answers
	for before := made.Swap(0); before > 0; before-- {
		<-written
	}
	const statements = 3
	for range statements {
		st := &ledger.Statement{User: "ada@%", Digest: "d"}
		if err := s.BeginStatement(st, nil); err != nil {
			t.Fatal(err)
		}
		record(t, s, attempt(st.ID, "a"), noon)
		s.EndStatement(st.ID, ledger.Ending{State: ledger.Done})
	}
	if n := made.Load(); n != 2*statements {
		t.Errorf("%d transactions for %d statements of a call", n, statements)
	}
	for range 2 * statements {
		<-written
	}
	nothingCame <- time.Time{}
	<-written
	if n := made.Load(); n != 2*statements+1 {
		t.Errorf("%d transactions when nothing came", n)
	}
}
