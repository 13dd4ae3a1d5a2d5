package bolt_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/bolt"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

// clock is a time that tests set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// open opens the ledger of a directory; the test closes it.
func open(t testing.TB, dir string, change ...func(*bolt.Options)) *bolt.Store {
	t.Helper()
	o := bolt.Options{Path: filepath.Join(dir, "ledger"), Bodies: true}
	for _, c := range change {
		c(&o)
	}
	s, err := bolt.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t testing.TB, s *bolt.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func origin(statement uint64) ledger.Origin {
	return ledger.Origin{Statement: statement, User: "ada@%", Database: "shop", Connection: 7, Function: "shop.ask", Digest: "d"}
}

// attempt is one at the request with this body.
func attempt(statement uint64, bodies ...string) *ledger.Attempt {
	a := &ledger.Attempt{
		Origin: origin(statement), Service: model.Bedrock, Asked: "m", Provider: "p", Number: 1, Begun: noon,
	}
	for _, body := range bodies {
		a.Requests = append(a.Requests, ledger.Request{Key: keyOf(body), Body: []byte(body)})
	}
	return a
}

func keyOf(body string) model.Key { return model.Request{Model: "m", Body: []byte(body)}.Key() }

// answer ends an attempt with "answer to <body>".
func answer(a *ledger.Attempt, at time.Time) *ledger.Attempt {
	a.State, a.Ended, a.Answered, a.RequestID = ledger.Done, at, "m-2", "id-1"
	for i := range a.Requests {
		r := &a.Requests[i]
		r.Answered, r.Answer = true, []byte("answer to "+string(r.Body))
		r.Usage = model.Usage{Known: true, InputTokens: 10, OutputTokens: 5}
		cost := ledger.Dollars(0.01)
		r.Cost = &cost
	}
	return a
}

func record(t testing.TB, s *bolt.Store, a *ledger.Attempt, at time.Time) {
	t.Helper()
	if err := s.Begin(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.End(context.Background(), answer(a, at)); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, s *bolt.Store, q ledger.Question) string {
	t.Helper()
	r, ok, err := s.Find(q)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return ""
	}
	if want := (model.Usage{Known: true, InputTokens: 10, OutputTokens: 5}); r.Provider != "p" || r.Model != "m-2" || r.RequestID != "id-1" || r.Usage != want {
		t.Errorf("the answer was recorded otherwise: %+v", r)
	}
	return string(r.Body)
}

func question(body string) ledger.Question {
	return ledger.Question{Origin: origin(9), Key: keyOf(body), Provider: "p", Target: "m", Policy: ledger.Policy{Reuse: ledger.ReuseAlways}}
}

func TestAnAnswerIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	record(t, s, attempt(1, "a"), noon)
	record(t, s, attempt(1, "b", "c"), noon)
	for range 2 {
		for _, body := range []string{"a", "b", "c"} {
			if got := find(t, s, question(body)); got != "answer to "+body {
				t.Errorf("%s: %q", body, got)
			}
		}
		other := question("a")
		other.Origin.Function = "shop.other"
		late := question("a")
		late.NotBefore = noon.Add(time.Second)
		for name, q := range map[string]ledger.Question{"another body": question("d"), "another function": other, "too old": late} {
			if got := find(t, s, q); got != "" {
				t.Errorf("%s: %q", name, got)
			}
		}
		closeStore(t, s)
		s = open(t, dir)
	}
	closeStore(t, s)
}

func TestTheNewestAnswerThatMayServe(t *testing.T) {
	s := open(t, t.TempDir())
	defer closeStore(t, s)
	for i := range 3 {
		st := &ledger.Statement{User: "ada@%", Digest: "d"}
		if err := s.BeginStatement(st, nil); err != nil {
			t.Fatal(err)
		}
		a := attempt(st.ID, "a")
		if err := s.Begin(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		answer(a, noon.Add(time.Duration(i)*time.Hour))
		a.Requests[0].Answer = fmt.Appendf(nil, "answer %d", i+1)
		if err := s.End(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			s.EndStatement(st.ID, ledger.Ending{State: ledger.Failed})
		}
	}
	resume := question("a")
	resume.Reuse = ledger.ReuseResume
	once := question("a")
	once.Reuse = ledger.ReuseDeterministic
	repeatable := once
	repeatable.Repeatable = true
	own := question("a")
	once.Origin.User, own.Origin.User = "bob@%", "bob@%"
	own.Reuse = ledger.ReuseStatement
	for want, q := range map[string]ledger.Question{"answer 3": question("a"), "answer 2": resume} {
		if got := find(t, s, q); got != want {
			t.Errorf("%s: %q, want %q", q.Reuse, got, want)
		}
	}
	if got := find(t, s, repeatable); got != "answer 3" {
		t.Errorf("repeatable: %q", got)
	}
	for _, q := range []ledger.Question{once, own} {
		if got := find(t, s, q); got != "" {
			t.Errorf("%s: %q", q.Reuse, got)
		}
	}
}

func TestARejectedAnswerIsNotFoundAgain(t *testing.T) {
	s := open(t, t.TempDir())
	defer closeStore(t, s)
	record(t, s, attempt(1, "a"), noon)
	record(t, s, attempt(1, "b"), noon)
	if err := s.Reject(question("a")); err != nil {
		t.Fatal(err)
	}
	if find(t, s, question("a")) != "" || find(t, s, question("b")) == "" {
		t.Error("not the rejected one is gone")
	}
}

func TestWhatWasUnderWayIsUnknownAfterwards(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	st := &ledger.Statement{User: "ada@%", Digest: "d", Begun: noon}
	if err := s.BeginStatement(st, nil); err != nil {
		t.Fatal(err)
	}
	record(t, s, attempt(st.ID, "a"), noon)
	if err := s.Begin(t.Context(), attempt(st.ID, "b")); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s) // a crash leaves the same: both are on disk
	s = open(t, dir)
	defer closeStore(t, s)
	var states []ledger.State
	for a, err := range s.Attempts() {
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, a.State)
	}
	if len(states) != 2 || states[0] != ledger.Unknown || states[1] != ledger.Done {
		t.Errorf("attempts: %v", states)
	}
	for st, err := range s.Statements() {
		if err != nil || st.State != ledger.CutOff {
			t.Errorf("%+v, %v", st, err)
		}
		if u := st.Usage; u.Calls != 1 || u.Unknown != 1 || u.Attempts != 2 || u.Cost != ledger.Dollars(0.01) || u.Tokens.InputTokens != 10 {
			t.Errorf("a statement that was cut off has used %+v", u)
		}
	}
	again := resumed("a")
	again.Uncounted = true
	if find(t, s, again) == "" {
		t.Error("a statement that was cut off cannot be resumed")
	}
	usage, err := s.Usage()
	if err != nil || len(usage) != 1 {
		t.Fatalf("%v, %v", usage, err)
	}
	for _, u := range usage {
		if u.Calls != 1 || u.Unknown != 1 || u.Attempts != 2 || u.Cost != ledger.Dollars(0.01) {
			t.Errorf("%+v", u)
		}
	}
}

// A record that is damaged keeps no ledger from being opened: what counts it is told
// in the log, and all others are recovered.
func TestDamagedRecordsAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	st := &ledger.Statement{User: "ada@%", Digest: "d", Begun: noon}
	if err := s.BeginStatement(st, nil); err != nil {
		t.Fatal(err)
	}
	record(t, s, attempt(0, "a"), noon)
	for _, statement := range []uint64{st.ID, 0, 0} {
		if err := s.Begin(t.Context(), attempt(statement, "b")); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	const damagedAttempt, lastAttempt = 3, 4
	overwrite(t, dir, "statements", st.ID)
	overwrite(t, dir, "open", damagedAttempt)
	var log strings.Builder
	s = open(t, dir, func(o *bolt.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	defer closeStore(t, s)
	if said := log.String(); !strings.Contains(said, "a statement of the ledger is damaged") || !strings.Contains(said, "under way is damaged") {
		t.Errorf("the log says %q", said)
	}
	states := map[uint64]ledger.State{}
	for a, err := range s.Attempts() {
		if err == nil {
			states[a.ID] = a.State
		}
	}
	want := map[uint64]ledger.State{1: ledger.Done, 2: ledger.Unknown, lastAttempt: ledger.Unknown}
	if !maps.Equal(states, want) {
		t.Errorf("attempts %v, want %v", states, want)
	}
	if find(t, s, question("a")) == "" {
		t.Error("an answer beside the damaged records is lost")
	}
}

// overwrite damages a record of a bucket of a directory's ledger.
func overwrite(t *testing.T, dir, bucket string, id uint64) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "ledger"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucket)).Put(binary.BigEndian.AppendUint64(nil, id), []byte("{damaged"))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestBodiesAreEncrypted(t *testing.T) {
	dir := t.TempDir()
	secret := func(text string) func(*bolt.Options) {
		sum := sha256.Sum256([]byte(text))
		return func(o *bolt.Options) { o.Secret = sum[:] }
	}
	s := open(t, dir, secret("one"))
	record(t, s, attempt(1, "a"), noon)
	if got := find(t, s, question("a")); got != "answer to a" {
		t.Errorf("%q", got)
	}
	closeStore(t, s)
	file, err := os.ReadFile(filepath.Join(dir, "ledger"))
	if err != nil || len(file) == 0 || bytes.Contains(file, []byte("answer to a")) {
		t.Errorf("the answer is in the file, or %v", err)
	}
	for _, change := range []func(*bolt.Options){secret("two"), func(*bolt.Options) {}, func(o *bolt.Options) { o.Bodies = false }} {
		var log bytes.Buffer
		s = open(t, dir, change, func(o *bolt.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		if got := find(t, s, question("a")); got != "" {
			t.Errorf("%q with another secret", got)
		}
		closeStore(t, s)
		if !strings.Contains(log.String(), "see ledger.secret-file") {
			t.Errorf("the log says nothing of it: %s", log.String())
		}
	}
	if _, err := bolt.Open(bolt.Options{Path: filepath.Join(dir, "x"), Secret: []byte("short")}); err == nil {
		t.Error("a short secret was taken")
	}
}

// A size is met by forgetting the oldest, and no more of them than it takes.
func TestPurgeToASize(t *testing.T) {
	for _, size := range []int{200, 5_000, 40_000} {
		s := open(t, t.TempDir())
		const calls = 600
		var all sync.WaitGroup
		for i := range calls {
			a := attempt(0, fmt.Sprint(i, strings.Repeat("?", size)))
			if err := s.Begin(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				if err := s.End(t.Context(), answer(a, noon)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		used := s.InUse()
		purged, err := s.Purge(bolt.Limits{MostBytes: used / 2})
		if err != nil || purged.Attempts < calls*4/10 || purged.Attempts > calls*6/10 || s.InUse() > used/2 {
			t.Errorf("%d bytes each, %d in all: %+v, %d are left: %v", size, used, purged, s.InUse(), err)
		}
		if again, err := s.Purge(bolt.Limits{MostBytes: used / 2}); err != nil || again.Attempts != 0 {
			t.Errorf("%+v, %v", again, err)
		}
		closeStore(t, s)
	}
}

func TestPurge(t *testing.T) {
	c := &clock{noon}
	s := open(t, t.TempDir(), func(o *bolt.Options) { o.Now = c.now })
	defer closeStore(t, s)
	for i := range 1200 {
		record(t, s, attempt(0, fmt.Sprint(i)), noon.Add(time.Duration(i)*time.Minute))
	}
	if err := s.Begin(t.Context(), attempt(0, "under way")); err != nil {
		t.Fatal(err)
	}
	purged, err := s.Purge(bolt.Limits{Before: noon.Add(1000 * time.Minute)})
	if err != nil || purged.Attempts != 1000 {
		t.Errorf("%+v, %v", purged, err)
	}
	if find(t, s, question("999")) != "" || find(t, s, question("1000")) == "" {
		t.Error("the wrong answers are forgotten")
	}
	c.t = noon.Add(2000 * time.Minute)
	if purged, err = s.Purge(bolt.Limits{MostBytes: 1}); err != nil || purged.Attempts != 200 {
		t.Errorf("%+v, %v", purged, err)
	}
	left := 0
	for range s.Attempts() {
		left++
	}
	if left != 1 {
		t.Errorf("%d attempts are left", left)
	}
	if usage, _ := s.Usage(); len(usage) != 1 {
		t.Errorf("%d sums are left", len(usage))
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer closeStore(t, s)
	if _, err := bolt.Open(bolt.Options{Path: filepath.Join(dir, "ledger")}); !errors.Is(err, bolt.ErrInUse) {
		t.Errorf("%v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), func(o *bolt.Options) { o.Now = (&clock{noon}).now })
	var group sync.WaitGroup
	for w := range 32 {
		group.Go(func() {
			for i := range 50 {
				record(t, s, attempt(0, fmt.Sprint(w, i)), noon)
				if find(t, s, question(fmt.Sprint(w, i))) == "" {
					t.Error("an answer that was recorded is not there")
				}
			}
		})
	}
	group.Wait()
	n := 0
	for _, err := range s.Attempts() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	usage, err := s.Usage()
	if err != nil || n != 1600 {
		t.Errorf("%d attempts, %v", n, err)
	}
	for _, u := range usage {
		if u.Calls != 1600 || u.Reused != 1600 {
			t.Errorf("%+v", u)
		}
	}
	closeStore(t, s)
	if err := s.Begin(t.Context(), attempt(0, "late")); err == nil {
		t.Error("a closed ledger took an attempt")
	}
}

// BenchmarkRecord is 64 callers that record begin and end, each durably.
func BenchmarkRecord(b *testing.B) {
	s := open(b, b.TempDir())
	defer closeStore(b, s)
	next := make(chan int)
	var group sync.WaitGroup
	body := make([]byte, 1000)
	for range 64 {
		group.Go(func() {
			for i := range next {
				a := attempt(1, fmt.Sprint(i))
				if err := s.Begin(context.Background(), a); err != nil {
					b.Error(err)
				}
				answer(a, noon)
				a.Requests[0].Answer = body
				if err := s.End(context.Background(), a); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for b.Loop() {
		next <- b.N
	}
	close(next)
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkFind serves recorded answers.
func BenchmarkFind(b *testing.B) {
	s := open(b, b.TempDir())
	defer closeStore(b, s)
	var bodies []string
	for i := range 1000 {
		bodies = append(bodies, fmt.Sprint(i))
	}
	record(b, s, attempt(1, bodies...), noon)
	i := 0
	for b.Loop() {
		if _, ok, err := s.Find(question(bodies[i%1000])); !ok || err != nil {
			b.Fatal(ok, err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}
