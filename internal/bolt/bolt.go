// Package bolt keeps the ledger in one file of go.etcd.io/bbolt.
//
// A store has one writer, commit.go, which puts whatever waits into one
// transaction and syncs the file once for all of it. So 64 calls at once cost
// about as many syncs as one. What nobody waits for goes with the next that somebody
// waits for. Everything else only makes writes for it:
//
//	attempts.go    attempts and their bodies, begun and ended
//	answers.go     the index that finds an answer again
//	resume.go      which answers serve the repetition of a statement
//	statements.go  the statements
//	usage.go       sums by day, user, function and model
//	read.go        reading for tables, in short transactions
//	history.go     what is known of calls, for estimates
//	room.go        room for the answers of calls under way
//	purge.go       forgetting what is too old or too much
//	prices.go      what models cost
//	budgets.go     what may be spent, and what was
//	recordings.go  answers kept by the name of a recording
//	kept.go        what counts of a file whose server records nothing
//	seal.go        encryption of bodies
//	check.go       refuses a damaged file before bbolt opens it
//
// Why bbolt: 64 callers that record each call twice, durably, with an answer of
// 1 KB got through 7,400 calls a second at a median of 5.8 ms on two busy cores
// whose disk syncs in 0.23 ms (256 callers: 10,800). Pebble did 31,000, but
// brings 15 MB of program and compaction in the background; tables of the SQL
// storage write their trees anew for each commit. Since a model takes 100 ms and
// more, one file that any tool can copy, and that needs no upkeep, weighs more.
package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	bbolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"airglow/internal/ledger"
)

// Options are what a Store is opened with.
type Options struct {
	// Path is the file; it is made if missing, for this user alone.
	Path string
	// Bodies is false where bodies of requests and answers are not to be kept, nor the
	// literals of statements.
	Bodies bool
	// Secret encrypts the bodies and the texts of statements, if it is not empty: 32 bytes. Bodies written
	// with another one, or without, are as if they were not there.
	Secret []byte
	// Prices are known beside ledger.DefaultPrices.
	Prices []ledger.Price
	// Logger receives failures of writes that nobody waits for; nil is
	// slog.Default().
	Logger *slog.Logger
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// After is a timer; nil is time.After.
	After func(time.Duration) <-chan time.Time
	// Commit makes a transaction by calling what it is given, and returns its error or
	// one of its own, with which the transaction counts as not made: tests stand in
	// for a disk with it. nil makes it.
	Commit func(commit func() error) error
}

// Store is an open ledger. Close it. It is safe for concurrent use and
// implements ledger.Recorder.
type Store struct {
	db     *bbolt.DB
	bodies bool
	seal   *seal
	log    *slog.Logger
	now    func() time.Time
	after  func(time.Duration) <-chan time.Time
	writes chan write
	around func(commit func() error) error
	extra  []ledger.Price
	prices atomic.Pointer[ledger.PriceList]
	closed chan struct{} // by Close, before the last write
	ended  chan struct{} // by the writer
	// failing is why the file could not be written last, nil when it can be.
	failing atomic.Pointer[error]
	// reserved is the writer's: whether there is room for answers; room.go.
	reserved bool

	// finding is held by readers of answers, while they read the file and what is kept
	// beside it, and before mu.
	finding sync.RWMutex

	mu sync.Mutex
	// lastAttempt and lastStatement are the ids that were given last.
	lastAttempt, lastStatement uint64
	// running has the statements whose end is not written.
	running map[uint64]*ledger.Statement
	// standings has those whose answers may be resumed; lastOrder counts ends.
	standings map[who]*standing
	lastOrder uint64
	// uses has what is not written yet of usesBucket.
	uses map[string]uint64
	// sums has all usage; dirty names what the next transaction is to write.
	sums  map[ledger.Scope]*ledger.Usage
	dirty map[ledger.Scope]bool
	// changed has the statements that the transaction under way changes, each with
	// what it had used before.
	changed map[*ledger.Statement]ledger.Usage

	// usesWritten and endsWritten are the writer's: what the transaction under way
	// writes of uses, and of the ends of statements.
	usesWritten []use
	endsWritten []uint64
}

var (
	_ ledger.Recorder = (*Store)(nil)
	_ ledger.Pricing  = (*Store)(nil)
)

// The buckets. Numbers in keys are big-endian, so that they sort.
var (
	// openAttempts has the attempts under way and attemptsBucket those that ended,
	// each by id, as JSON.
	openAttempts   = []byte("open")
	attemptsBucket = []byte("attempts")
	// bodiesBucket has the bodies: id, place in the attempt, and q or a.
	bodiesBucket = []byte("bodies")
	// answersBucket finds answers; answers.go has its keys.
	answersBucket    = []byte("answers")
	statementsBucket = []byte("statements")
	// usageBucket has a ledger.Usage for each ledger.Scope, both as JSON.
	usageBucket = []byte("usage")

	buckets = [][]byte{openAttempts, attemptsBucket, bodiesBucket, answersBucket, usesBucket, statementsBucket, usageBucket, pricesBucket,
		budgetsBucket, chargesBucket, recordingsBucket}
)

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = 200 * time.Millisecond

// worthSaying is how many bytes a file has whose reading somebody may wait for.
const worthSaying = 1 << 29

// ErrInUse is what Open's error wraps when another process has the file open.
var ErrInUse = errors.New("another process has it open")

// Open opens the ledger of a file, which it reads whole to see that it is not
// damaged. Attempts that were under way when it was last
// open become unknown, and statements cut off.
func Open(o Options) (*Store, error) {
	s := &Store{
		bodies: o.Bodies, log: o.Logger, now: o.Now, after: o.After, extra: o.Prices, around: o.Commit,
		writes: make(chan write, 1024), closed: make(chan struct{}), ended: make(chan struct{}),
		running: map[uint64]*ledger.Statement{}, standings: map[who]*standing{}, uses: map[string]uint64{},
		sums: map[ledger.Scope]*ledger.Usage{}, dirty: map[ledger.Scope]bool{}, changed: map[*ledger.Statement]ledger.Usage{},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.after == nil {
		s.after = time.After
	}
	if s.around == nil {
		s.around = func(commit func() error) error { return commit() }
	}
	var err error
	if s.seal, err = newSeal(o.Secret); err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", o.Path, err)
	}
	info, missing := os.Stat(o.Path)
	if missing == nil && info.Size() >= worthSaying {
		s.log.Info("the ledger is read, which takes about two seconds a gigabyte", "file", o.Path, "megabytes", info.Size()>>20)
	}
	if err := check(o.Path); err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", o.Path, err)
	}
	s.db, err = bbolt.Open(o.Path, 0o600, &bbolt.Options{Timeout: lockWait, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrInUse
	} else if err != nil && errors.Is(missing, fs.ErrNotExist) {
		err = errors.Join(err, os.Remove(o.Path)) // what was begun of it is no ledger
	}
	if err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", o.Path, err)
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("read ledger %s: %w", o.Path, damaged("%v", err)), s.db.Close())
	}
	s.warnOfSecret()
	go s.work()
	return s, nil
}

// load makes the buckets, ends what was under way, and reads what is kept in
// memory.
func (s *Store) load() error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		s.reserved = hasRoom(tx)
		if err := s.loadUsage(tx); err != nil {
			return err
		}
		if err := s.loadPrices(tx); err != nil {
			return err
		}
		if err := s.loadStatements(tx); err != nil {
			return err
		}
		if err := s.recoverAttempts(tx); err != nil {
			return err
		}
		return s.writeUsage(tx)
	})
	clear(s.dirty)
	return err
}

// Close writes what waits and closes the file. Nothing else is to be called
// after, or meanwhile.
func (s *Store) Close() error {
	close(s.closed)
	<-s.ended
	return s.db.Close()
}

// number is the key of an id.
func number(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

// lastNumber is the highest id of a bucket, 0 when it is empty.
func lastNumber(b *bbolt.Bucket) uint64 {
	key, _ := b.Cursor().Last()
	if len(key) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(key)
}
