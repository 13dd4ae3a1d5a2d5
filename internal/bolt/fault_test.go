package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// service answers each request with its body, so many bytes long.
type service struct {
	calls atomic.Int64
	size  int
}

func (*service) Name() string { return "p" }

func (s *service) Invoke(_ context.Context, r model.Request) (model.Response, error) {
	s.calls.Add(1)
	return model.Response{Body: append([]byte("answer to "+string(r.Body)), make([]byte, s.size)...)}, nil
}

func runner(t *testing.T, store *bolt.Store, p *service) *infer.Runner {
	t.Helper()
	models, err := infer.NewMap([]infer.Rule{{Pattern: "*", Provider: "p"}}, map[string]model.Provider{"p": p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return infer.New(infer.Options{Map: models, Ledger: store, Recordings: store})
}

func callOf(body string) infer.Call {
	return infer.Call{
		Request: model.Request{Service: model.SageMaker, Model: "m", Body: []byte(body)}, Origin: origin(0),
		Policy: ledger.Policy{Reuse: ledger.ReuseAlways},
	}
}

// TestDiskFull fills the disk: it limits how large a file may be, in a process of
// its own.
func TestDiskFull(t *testing.T) {
	if os.Getenv("BOLT_TEST_LIMITED") != "" {
		fillDisk(t)
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
	command.Env = append(os.Environ(), "BOLT_TEST_LIMITED=1")
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// tooLarge reports whether an error is the system's about a file's size; bbolt keeps
// the text alone.
func tooLarge(err error) bool {
	return err != nil && strings.Contains(err.Error(), syscall.EFBIG.Error())
}

func fillDisk(t *testing.T) {
	dir := t.TempDir()
	store := open(t, dir, func(o *bolt.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	limited := before
	limited.Cur = 8 << 20 // the reserve takes half of it
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		t.Fatal(err)
	}
	p := &service{size: 10_000}
	r := runner(t, store, p)
	filled := fillAtOnce(t, r, p)
	if err := store.Ready(); !tooLarge(err) {
		t.Errorf("ready: %v", err)
	}
	for a, err := range store.Attempts() {
		if err != nil || a.State != ledger.Done {
			t.Errorf("%+v, %v", a, err)
		}
	}
	failed := 0
	for i := filled; failed < 20; i++ {
		calls := p.calls.Load()
		answer, err := r.Call(t.Context(), callOf(fmt.Sprint(i)))
		if err == nil {
			continue // of those at once
		}
		failed++
		if model.KindOf(err) != model.NotRecorded || !tooLarge(err) || answer.Response.Body != nil {
			t.Fatalf("call %d: %+v, %v", i, answer, err)
		}
		if p.calls.Load() > calls || !strings.Contains(err.Error(), "nothing was sent") ||
			!strings.Contains(err.Error(), "see to the disk of the data directory") {
			t.Errorf("%d calls before, %d after: %v", calls, p.calls.Load(), err)
		}
	}
	if err := store.Keep("r", recordedAnswer("q", strings.Repeat("a", 6<<20))); !tooLarge(err) {
		t.Errorf("a recording: %v", err)
	}
	// Once there is room, it goes on, with what was recorded.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := store.Ready(); err != nil {
		t.Error(err)
	}
	calls := p.calls.Load()
	for i := range filled {
		if a, err := r.Call(t.Context(), callOf(fmt.Sprint(i))); err != nil || !strings.HasPrefix(string(a.Response.Body), fmt.Sprint("answer to ", i)) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if again := p.calls.Load() - calls; again > 0 {
		t.Errorf("%d of %d answers were lost", again, filled)
	}
	closeStore(t, store)
	closeStore(t, open(t, dir))
}

// fillAtOnce makes 64 calls at once until the disk takes no more. None is sent whose
// answer is lost. It returns how many were tried, and answered, before.
func fillAtOnce(t *testing.T, r *infer.Runner, p *service) (answered int) {
	const together = 64
	for failed := false; !failed; {
		var all sync.WaitGroup
		var got atomic.Int64
		for i := range together {
			all.Go(func() {
				if _, err := r.Call(t.Context(), callOf(fmt.Sprint(answered+i))); err == nil {
					got.Add(1)
				} else if !strings.Contains(err.Error(), "nothing was sent") {
					t.Error(err)
				}
			})
		}
		all.Wait()
		failed = got.Load() < together
		if !failed {
			answered += together
		} else if sent := p.calls.Load() - int64(answered); sent != got.Load() {
			t.Errorf("%d of %d answers were lost", sent-got.Load(), sent)
		}
	}
	if answered == 0 {
		t.Error("the disk was full at once")
	}
	return answered
}

// An answer that the file takes in no way leaves no call that is under way for ever:
// what it cost is known.
func TestAnswerNotKept(t *testing.T) {
	full := false
	store := open(t, t.TempDir(), func(o *bolt.Options) {
		o.Logger = slog.New(slog.DiscardHandler)
		o.Commit = func(commit func() error) error {
			if full {
				return syscall.ENOSPC
			}
			return commit()
		}
	})
	defer closeStore(t, store)
	a := attempt(0, "q")
	if err := store.Begin(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	full = true
	if err := store.End(t.Context(), answer(a, noon)); !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	if err := store.Begin(t.Context(), attempt(0, "q2")); !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	full = false
	if err := store.Ready(); err != nil {
		t.Error(err)
	}
	for a, err := range store.Attempts() {
		if err != nil || a.State != ledger.Unknown || a.Code != "NotRecorded" || !a.Requests[0].Answered {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if found := find(t, store, ledger.Question{Origin: origin(0), Key: keyOf("q"), Provider: "p", Policy: ledger.Policy{Reuse: ledger.ReuseAlways}}); found != "" {
		t.Errorf("found %q", found)
	}
}

// TestSlowSync: nothing is sent, and no answer used, before the disk has it; a
// statement that is ended meanwhile gets none.
func TestSlowSync(t *testing.T) {
	store := open(t, t.TempDir(), func(o *bolt.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	defer closeStore(t, store)
	p := &service{}
	r := runner(t, store, p)
	for _, c := range []struct{ fault error }{{nil}, {errors.New("input/output error")}} {
		release := make(chan struct{})
		store.Hold(release, c.fault)
		begun := make(chan error, 1)
		a := attempt(0, "direct")
		go func() { begun <- store.Begin(context.Background(), a) }()
		done := make(chan error, 1)
		go func() {
			_, err := r.Call(context.Background(), callOf(fmt.Sprint(c.fault)))
			done <- err
		}()
		select {
		case err := <-begun:
			t.Fatalf("an attempt began before it was durable: %v", err)
		case err := <-done:
			t.Fatalf("a call ended before it was durable: %v", err)
		case <-time.After(50 * time.Millisecond): // nothing happens, which no signal tells
		}
		if n := p.calls.Load(); n > 0 {
			t.Fatalf("%d calls were sent before they were durable", n)
		}
		close(release)
		if err := <-begun; c.fault == nil && err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil && (c.fault == nil || model.KindOf(err) != model.NotRecorded || !errors.Is(err, c.fault)) {
			t.Errorf("%v: %v", c.fault, err)
		}
		p.calls.Store(0)
	}
}

// numbered is the i-th request; some are larger than a page.
func numbered(i int) string {
	if i%20 == 0 {
		return fmt.Sprint("question ", i, strings.Repeat("?", 5000))
	}
	return fmt.Sprint("question ", i)
}

// written returns the file of a ledger with answers, and how many.
func written(t testing.TB) (file []byte, answers int) {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	const many = 100
	var list []ledger.Recorded
	var all sync.WaitGroup
	for i := range many {
		body := numbered(i)
		list = append(list, recordedAnswer(body, "recorded answer to "+body))
		all.Go(func() { record(t, s, attempt(0, body), noon) })
	}
	all.Wait()
	if err := s.KeepAll("r", list); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	file, err := os.ReadFile(filepath.Join(dir, "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	return file, many
}

// TestDamagedFile damages copies of a file at random. It is refused, with a
// sentence that says what to do, or what it answers is right.
func TestDamagedFile(t *testing.T) {
	file, answers := written(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	refused := 0
	const tries = 60
	for try := range tries {
		torn := append([]byte(nil), file...)
		switch try % 3 {
		case 0: // cut short
			torn = torn[:random.IntN(len(torn))]
		case 1: // a page that was not written
			at := random.IntN(len(torn)/4096) * 4096
			clear(torn[at : at+4096])
		default: // some bytes
			for range 1 + random.IntN(20) {
				torn[random.IntN(len(torn))] ^= byte(1 + random.IntN(255))
			}
		}
		if !tornAnswers(t, torn, answers) {
			refused++
		}
	}
	t.Logf("%d of %d were refused", refused, tries)
	if refused == 0 || refused == tries {
		t.Errorf("%d of %d were refused", refused, tries)
	}
}

// tornAnswers opens a file and checks what it answers; false if it does not open.
func tornAnswers(t *testing.T, file []byte, answers int) bool {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ledger"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(bolt.Options{Path: filepath.Join(dir, "ledger"), Bodies: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		if !errors.Is(err, bolt.ErrDamaged) || !strings.Contains(err.Error(), "restore the file from a backup") {
			t.Errorf("refused with %v", err)
		}
		return false
	}
	defer s.Close()
	for i := range answers {
		body := numbered(i)
		q := ledger.Question{Origin: origin(0), Key: keyOf(body), Provider: "p", Policy: ledger.Policy{Reuse: ledger.ReuseAlways}}
		if found, ok, err := s.Find(q); ok && err == nil && string(found.Body) != "answer to "+body {
			t.Errorf("%q was answered with %q", body, found.Body)
		}
		want := recordedAnswer(body, "recorded answer to "+body)
		if r, ok, err := s.Recall("r", want.Function, want.Request); ok && err == nil && string(r.Response.Body) != string(want.Response.Body) {
			t.Errorf("%q was replayed as %q", body, r.Response.Body)
		}
	}
	return true
}

// A transaction whose last page was being written when the power went is as if it
// had not been made.
func TestTornMetaPage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger")
	s := open(t, dir)
	record(t, s, attempt(0, "early"), noon)
	record(t, s, attempt(0, "late"), noon)
	closeStore(t, s)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for meta := range 2 {
		torn := append([]byte(nil), file...)
		clear(torn[meta*os.Getpagesize()+40 : meta*os.Getpagesize()+512])
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		q := ledger.Question{Origin: origin(0), Key: keyOf("early"), Provider: "p", Policy: ledger.Policy{Reuse: ledger.ReuseAlways}}
		if found, ok, err := s.Find(q); !ok || err != nil || string(found.Body) != "answer to early" {
			t.Errorf("without meta page %d: %q, %t, %v", meta, found.Body, ok, err)
		}
		closeStore(t, s)
	}
}

// What passes the check does not make bbolt panic.
func FuzzCheck(f *testing.F) {
	dir := f.TempDir()
	s := open(f, dir)
	record(f, s, attempt(0, "question"), noon)
	if err := s.Keep("r", recordedAnswer("q", "a")); err != nil {
		f.Fatal(err)
	}
	closeStore(f, s)
	file, err := os.ReadFile(filepath.Join(dir, "ledger"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(4096*3+8), uint64(1), uint32(0), uint64(0), uint32(0))
	f.Add(uint32(4096*4+10), uint64(1)<<40, uint32(4096*5), uint64(7), uint32(5000))
	f.Fuzz(func(t *testing.T, at uint32, change uint64, at2 uint32, change2 uint64, cut uint32) {
		torn := append([]byte(nil), file[:len(file)-int(cut)%len(file)]...)
		for i := range 16 {
			if i == 8 {
				at, change = at2, change2
			}
			torn[(int(at)+i%8)%len(torn)] ^= byte(change >> (8 * (i % 8)))
		}
		path := filepath.Join(t.TempDir(), "ledger")
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		if bolt.Check(path) != nil {
			return
		}
		if s, err := bolt.Open(bolt.Options{Path: path, Bodies: true, Logger: slog.New(slog.DiscardHandler)}); err == nil {
			for _, err := range s.Attempts() {
				if err != nil {
					break
				}
			}
			closeStore(t, s)
		}
	})
}
