package infer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"airglow/internal/model"
)

// lines is a service that takes batches, echoes each row, and keeps what it was
// sent, a request a line.
type lines struct {
	limits model.BatchLimits
	// fault, when it returns an error, fails a request; item a row of it.
	fault func(attempt int, rows []string) error
	item  func(attempt int, row string) error

	mu   sync.Mutex
	sent []string
}

func newLines() *lines { return &lines{limits: model.BatchLimits{Requests: 100}} }

func (p *lines) Name() string { return "sagemaker" }

func (p *lines) BatchLimits(model.Request) model.BatchLimits { return p.limits }

func (p *lines) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	results, err := p.InvokeBatch(ctx, []model.Request{req})
	if err != nil {
		return model.Response{}, err
	}
	return results[0].Response, results[0].Err
}

func (p *lines) InvokeBatch(ctx context.Context, reqs []model.Request) ([]model.Result, error) {
	var rows []string
	for _, r := range reqs {
		rows = append(rows, string(r.Body))
	}
	p.mu.Lock()
	p.sent = append(p.sent, strings.Join(rows, " "))
	attempt := len(p.sent)
	p.mu.Unlock()
	if p.fault != nil {
		if err := p.fault(attempt, rows); err != nil {
			return nil, err
		}
	}
	results := make([]model.Result, len(rows))
	for i, row := range rows {
		if p.item != nil {
			results[i].Err = p.item(attempt, row)
		}
		if results[i].Err == nil {
			results[i].Response = model.Response{Body: []byte(row), Provider: p.Name(), Model: "e"}
		}
	}
	return results, ctx.Err()
}

func (p *lines) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.sent...)
}

func runnerOfLines(t *testing.T, p *lines, o Options) *Runner {
	t.Helper()
	routes, err := NewMap(nil, map[string]model.Provider{"sagemaker": p}, map[model.Service]string{model.SageMaker: "sagemaker", model.Comprehend: "sagemaker"})
	if err != nil {
		t.Fatal(err)
	}
	o.Map = routes
	o.Jitter = func(most time.Duration) time.Duration { return most }
	return New(o)
}

func row(body string) Call {
	return Call{Request: model.Request{Service: model.SageMaker, Model: "e", Body: []byte(body)}}
}

// rows asks ahead for rows, from and to included, and evaluates them.
func rows(t *testing.T, s *Statement, from, to int) (failed []string) {
	t.Helper()
	for n := from; n <= to; n++ {
		s.Ask(t.Context(), row(fmt.Sprint(n)), nil)
	}
	s.Flush()
	for n := from; n <= to; n++ {
		a, err := s.Call(t.Context(), row(fmt.Sprint(n)))
		switch {
		case err != nil:
			failed = append(failed, fmt.Sprintf("%d: %v", n, err))
		case string(a.Response.Body) != fmt.Sprint(n):
			t.Errorf("row %d got the answer %s", n, a.Response.Body)
		}
	}
	return failed
}

func TestWhenABatchGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLines()
		p.limits = model.BatchLimits{Requests: 3, MostRequests: 4, MostBytes: 20}
		s := runnerOfLines(t, p, Options{}).Statement(nil)
		defer s.Close()
		ask := func(calls ...Call) {
			for _, c := range calls {
				s.Ask(t.Context(), c, nil)
				synctest.Wait()
			}
		}
		sized := func(size int, body string) Call {
			c := row(body)
			c.BatchSize = size
			return c
		}
		ask(row("1"), row("2"), row("1"))
		if got := p.requests(); len(got) != 0 || s.Asked() != 0 {
			t.Errorf("sent %q before the batch was full, asked %d", got, s.Asked())
		}
		ask(row("3")) // full
		ask(sized(2, "4"), sized(9, "5"), sized(2, "6"), sized(9, "7"), sized(9, "8"), sized(9, "9"))
		french := row("10")
		french.Request.Service, french.Request.Language = model.Comprehend, "fr"
		ask(french, row("11"))
		s.Flush()
		synctest.Wait()
		ask(row("eleven byte"), row("12 bytes now"))                        // too many bytes for one
		if _, err := s.Call(t.Context(), row("12 bytes now")); err != nil { // nothing else is coming
			t.Error(err)
		}
		if _, err := s.Call(t.Context(), row("alone")); err != nil {
			t.Error(err)
		}
		got := p.requests()
		if got[3] > got[4] { // the flush has no order
			got[3], got[4] = got[4], got[3]
		}
		want := []string{"1 2 3", "4 6", "5 7 8 9", "10", "11", "eleven byte", "12 bytes now", "alone"}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) || s.Asked() != 0 {
			t.Errorf("sent %q, want %q; %d still asked", got, want, s.Asked())
		}
	})
}

func TestCountsOfBatches(t *testing.T) {
	var counters, session Counters
	p := newLines()
	s := runnerOfLines(t, p, Options{Counters: &counters}).Statement(&session)
	defer s.Close()
	for range 2 {
		if failed := rows(t, s, 1, 250); failed != nil {
			t.Error(failed)
		}
	}
	if _, err := s.Call(t.Context(), row("alone")); err != nil {
		t.Error(err)
	}
	want := Counts{LogicalRequest: 501, LogicalResponse: 251, CacheHit: 250, ActualRequest: 4, ActualResponse: 4, SingleRequest: 1}
	if counters.Snapshot() != want || session.Snapshot() != want {
		t.Errorf("counted %+v, want %+v", counters.Snapshot(), want)
	}
}

// A row that fails its batch is found by halves; no other row fails, and few are
// sent again.
func TestOneBadRowOfABatch(t *testing.T) {
	for _, kind := range []model.Kind{model.ModelFailed, model.Invalid, model.BadAnswer, model.TooLarge, model.ModelTimeout} {
		var counters Counters
		p := newLines()
		p.limits.Requests = 1000
		p.fault = func(_ int, rows []string) error {
			for _, r := range rows {
				if r == "333" {
					return &model.Error{Kind: kind, Service: model.SageMaker, Message: plural(len(rows), "row")}
				}
			}
			return nil
		}
		s := runnerOfLines(t, p, Options{Counters: &counters}).Statement(nil)
		if failed := rows(t, s, 1, 1000); fmt.Sprint(failed) != "[333: 1 row]" {
			t.Errorf("%v: failed %v", kind, failed)
		}
		n := counters.Snapshot()
		if sent := int64(len(p.requests())); sent > 21 || n.ActualRequest != sent || n.RetryRequest != sent-1 || n.ActualResponse != 10 {
			t.Errorf("%v: %d requests, counted %+v", kind, sent, n)
		}
		s.Close()
	}
}

func TestWhatIsNoRowsFaultFailsTheBatchAtOnce(t *testing.T) {
	p := newLines()
	p.fault = func(int, []string) error {
		return &model.Error{Kind: model.Denied, Service: model.SageMaker, Message: "no"}
	}
	s := runnerOfLines(t, p, Options{}).Statement(nil)
	defer s.Close()
	if failed := rows(t, s, 1, 50); len(failed) != 50 || len(p.requests()) != 1 {
		t.Errorf("%d rows failed in %d requests", len(failed), len(p.requests()))
	}
}

// A throttled batch stays a batch.
func TestThrottledBatchIsTriedAgainWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLines()
		p.fault = func(attempt int, _ []string) error {
			if attempt <= 3 {
				return throttled()
			}
			return nil
		}
		s := runnerOfLines(t, p, Options{}).Statement(nil)
		defer s.Close()
		if failed := rows(t, s, 1, 100); failed != nil || len(p.requests()) != 4 {
			t.Errorf("failed %v in %d requests", failed, len(p.requests()))
		}
	})
}

// What a batch's answer says of single rows concerns those rows alone.
func TestItemsOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLines()
		p.item = func(attempt int, row string) error {
			switch {
			case row == "5":
				return &model.Error{Kind: model.Invalid, Service: model.SageMaker, Message: "five"}
			case attempt == 1 && (row == "2" || row == "3"):
				return throttled()
			case attempt == 1 && row == "7":
				return &model.Error{Kind: model.BadAnswer, Service: model.SageMaker, Message: "missing"}
			}
			return nil
		}
		s := runnerOfLines(t, p, Options{}).Statement(nil)
		defer s.Close()
		if failed := rows(t, s, 1, 9); fmt.Sprint(failed) != "[5: five]" {
			t.Errorf("failed %v", failed)
		}
		if got := p.requests(); fmt.Sprintf("%q", got) != `["1 2 3 4 5 6 7 8 9" "7" "2 3"]` {
			t.Errorf("sent %q", got)
		}
	})
}

func TestTimeLimitOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLines()
		var s *Statement
		never := make(chan struct{})
		p.fault = func(attempt int, rows []string) error {
			if len(rows) > 1 {
				time.Sleep(20 * time.Second)
				return &model.Error{Kind: model.ModelTimeout, Service: model.SageMaker, Message: "slow"}
			}
			<-never
			return nil
		}
		s = runnerOfLines(t, p, Options{}).Statement(nil)
		start := time.Now()
		p.limits.Requests = 2
		time.AfterFunc(31*time.Second, func() { close(never) }) // the service does not honour the end
		failed := rows(t, s, 1, 2)
		if len(failed) != 2 || !strings.Contains(failed[0], "did not answer within 30000 ms") || time.Since(start) > 31*time.Second {
			t.Errorf("after %v: %v", time.Since(start), failed)
		}
		s.Close()
	})
}

func TestDefectsOfABatchProvider(t *testing.T) {
	for name, fault := range map[string]func(int, []string) error{
		"panic":       func(int, []string) error { panic("private") },
		"unexplained": func(int, []string) error { return errors.New("odd") },
	} {
		p := newLines()
		p.fault = fault
		s := runnerOfLines(t, p, Options{}).Statement(nil)
		pending := s.Ask(t.Context(), row("1"), nil)
		s.Ask(t.Context(), row("2"), nil)
		s.Flush()
		<-pending.Done()
		if _, err := pending.Result(); model.KindOf(err) != model.Internal || !isServiceError(err) || strings.Contains(err.Error(), "private") {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

func TestCloseEndsWhatWaitsForCompany(t *testing.T) {
	p := newLines()
	s := runnerOfLines(t, p, Options{}).Statement(nil)
	pending := s.Ask(t.Context(), row("1"), nil)
	s.Close()
	if _, err := pending.Result(); !pending.Known() || !errors.Is(err, context.Canceled) || len(p.requests()) != 0 {
		t.Errorf("%v, %d requests", err, len(p.requests()))
	}
}

// However asks, evaluations and flushes meet, each row gets its own answer once.
func TestBatchesFromManySides(t *testing.T) {
	p := newLines()
	p.limits.Requests = 7
	p.fault = func(attempt int, rows []string) error {
		if attempt%3 == 0 && len(rows) > 1 {
			return &model.Error{Kind: model.BadAnswer, Service: model.SageMaker, Message: "count"}
		}
		return nil
	}
	s := runnerOfLines(t, p, Options{}).Statement(nil)
	defer s.Close()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if failed := rows(t, s, 1, 300); failed != nil {
				t.Error(failed)
			}
		})
	}
	all.Wait()
}
