package infer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptrace"
	"runtime"
	"strings"
	"testing"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/bedrock"
	"airglow/internal/comprehend"
	"airglow/internal/ledger"
	"airglow/internal/model"
	"airglow/internal/sagemaker"
)

// runnerOfAWS returns a runner over AWS on loopback whose pauses take no time.
func runnerOfAWS(t *testing.T, server *awstest.Server, o Options) *Runner {
	t.Helper()
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	session, err := awsclient.Load(t.Context(), awsclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	o.Map, err = NewMap(nil, map[string]model.Provider{
		"bedrock": bedrock.New(session), "sagemaker": sagemaker.New(session), "comprehend": comprehend.New(session),
	}, map[model.Service]string{model.Bedrock: "bedrock", model.SageMaker: "sagemaker", model.Comprehend: "comprehend"})
	if err != nil {
		t.Fatal(err)
	}
	if o.Clock == nil {
		o.Jitter = func(time.Duration) time.Duration { return 0 }
	}
	return New(o)
}

// A fault that passes is tried again to success; another surfaces as what it is.
// Either way the counters are what the service saw.
func TestFaultsOfAService(t *testing.T) {
	ok := awstest.JSON(`{"good":1}`)
	for name, c := range map[string]struct {
		faults []awstest.Answer
		want   string // of the error; empty is an answer
	}{
		"throttled": {faults: []awstest.Answer{awstest.Failure(429, "ThrottlingException", "slow"), awstest.Failure(429, "ThrottlingException", "slow")}},
		"loading":   {faults: []awstest.Answer{awstest.Failure(429, "ModelNotReadyException", "soon")}},
		"500":       {faults: []awstest.Answer{awstest.Failure(500, "InternalServerException", "oh")}},
		"502":       {faults: []awstest.Answer{{Status: 502, Body: []byte("<html>bad gateway</html>")}}},
		"503":       {faults: []awstest.Answer{awstest.Failure(503, "ServiceUnavailableException", "busy")}},
		"reset":     {faults: []awstest.Answer{{Hangup: true}, {Hangup: true}}},
		"truncated": {faults: []awstest.Answer{{Body: []byte(`{"good":1}`), Truncate: true}}},
		"denied":    {faults: []awstest.Answer{awstest.Failure(403, "AccessDeniedException", "no")}, want: "Bedrock API returned error: AccessDeniedException: no"},
		"invalid":   {faults: []awstest.Answer{awstest.Failure(400, "ValidationException", "bad")}, want: "Bedrock API returned error: ValidationException: bad"},
		"quota":     {faults: []awstest.Answer{awstest.Failure(400, "ServiceQuotaExceededException", "full")}, want: "ServiceQuotaExceededException"},
		"model":     {faults: []awstest.Answer{awstest.Failure(424, "ModelErrorException", "crash")}, want: "ModelErrorException: crash"},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			server.Queue(awstest.InvokeModel, c.faults...)
			server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer { return ok })
			var counters Counters
			s := runnerOfAWS(t, server, Options{Counters: &counters}).Statement(nil)
			defer s.Close()
			a, err := s.Call(t.Context(), ask(`{}`))
			if c.want == "" && (err != nil || string(a.Response.Body) != `{"good":1}`) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s, %v", a.Response.Body, err)
			}
			sent := int64(server.Count(awstest.InvokeModel))
			want := Counts{LogicalRequest: 1, ActualRequest: sent, RetryRequest: sent - 1, SingleRequest: 1}
			if c.want == "" {
				want.LogicalResponse, want.ActualResponse = 1, 1
			}
			if counters.Snapshot() != want {
				t.Errorf("%d were sent; counted %+v", sent, counters.Snapshot())
			}
		})
	}
}

// An endpoint that gives a wrong number of lines never shifts an answer: rows are
// told apart in halves, and one that has no line of its own says so.
func TestWrongLineCounts(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(rows []string) []string
		failed string
	}{
		"one too few of several": {answer: func(rows []string) []string { return rows[:max(1, len(rows)-1)] }},
		"one too many of five and more": {answer: func(rows []string) []string {
			if len(rows) >= 5 {
				return append(rows, "extra")
			}
			return rows
		}},
		"none for a row": {answer: func(rows []string) []string {
			var out []string
			for _, r := range rows {
				if r != "17" {
					out = append(out, r)
				}
			}
			return out
		}, failed: "17: endpoint e must answer one CSV line to each record, but: 0 answer line(s) for 1 record(s)"},
		"two for a row": {answer: func(rows []string) []string {
			var out []string
			for _, r := range rows {
				if out = append(out, r); r == "17" {
					out = append(out, r)
				}
			}
			return out
		}, failed: "17: endpoint e must answer one CSV line to each record, but: 2 answer line(s) for 1 record(s)"},
	} {
		t.Run(name, func(t *testing.T) {
			server := awstest.Start(t)
			server.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer {
				var body strings.Builder
				for _, line := range c.answer(strings.Split(string(call.Body), "\n")) {
					body.WriteString(line + "\n")
				}
				return awstest.CSV(body.String())
			})
			var counters Counters
			s := runnerOfAWS(t, server, Options{Counters: &counters}).Statement(nil)
			defer s.Close()
			failed := strings.Join(rows(t, s, 1, 40), "; ")
			if cut, _, _ := strings.Cut(failed, " (request id"); cut != c.failed {
				t.Errorf("failed %q, want %q", failed, c.failed)
			}
			n := counters.Snapshot()
			if n.ActualRequest != int64(server.Count(awstest.InvokeEndpoint)) || n.RetryRequest != n.ActualRequest-1 || n.SingleRequest != 0 {
				t.Errorf("%d were sent; counted %+v", server.Count(awstest.InvokeEndpoint), n)
			}
		})
	}
}

// Batches of texts: at most 25 and of one language, a throttled one stays whole,
// an item's failure is its row's, and a text that is too long spoils nothing.
func TestBatchesOfTexts(t *testing.T) {
	server := awstest.Start(t)
	server.Queue(awstest.BatchDetectSentiment, awstest.Failure(400, "ThrottlingException", "slow"))
	server.Handle(awstest.BatchDetectSentiment, func(call awstest.Call) awstest.Answer {
		var sent struct {
			TextList     []string
			LanguageCode string
		}
		if err := json.Unmarshal(call.Body, &sent); err != nil || len(sent.TextList) > 25 {
			return awstest.Failure(400, "BatchSizeLimitExceededException", "too many")
		}
		var results, errors []string
		for i, text := range sent.TextList {
			if !strings.HasPrefix(text, sent.LanguageCode) {
				errors = append(errors, fmt.Sprintf(`{"Index":%d,"ErrorCode":"UnsupportedLanguageException","ErrorMessage":"not %s"}`, i, sent.LanguageCode))
				continue
			}
			results = append(results, fmt.Sprintf(`{"Index":%d,"Sentiment":"MIXED","SentimentScore":{"Positive":%d,"Negative":0,"Neutral":0,"Mixed":1}}`, i, len(text)))
		}
		return awstest.JSON(`{"ResultList":[` + strings.Join(results, ",") + `],"ErrorList":[` + strings.Join(errors, ",") + `]}`)
	})
	var counters Counters
	s := runnerOfAWS(t, server, Options{Counters: &counters}).Statement(nil)
	defer s.Close()
	var calls []Call
	for i := range 60 {
		for _, language := range []string{"en", "fr"} {
			text := language + strings.Repeat("x", i)
			switch {
			case i == 7 && language == "fr":
				text = "?" + text
			case i == 9:
				text += strings.Repeat("x", 5000)
			}
			calls = append(calls, Call{Request: model.Request{Service: model.Comprehend, Model: "sentiment", Language: language, Body: []byte(text)}})
		}
	}
	for _, call := range calls {
		s.Ask(t.Context(), call, nil)
	}
	s.Flush()
	kinds := map[model.Kind]int{}
	for _, call := range calls {
		a, err := s.Call(t.Context(), call)
		if err != nil {
			kinds[model.KindOf(err)]++
		} else if !strings.Contains(string(a.Response.Body), fmt.Sprintf(`"Positive":%d,`, len(call.Request.Body))) {
			t.Errorf("%.10s: %s", call.Request.Body, a.Response.Body)
		}
	}
	if len(kinds) != 2 || kinds[model.Invalid] != 1 || kinds[model.TooLarge] != 2 {
		t.Errorf("failures %v", kinds)
	}
	// 59 texts of each language are three batches, one of which was throttled
	if n := counters.Snapshot(); server.Count(awstest.BatchDetectSentiment) != 7 || n.ActualRequest != 7 || n.RetryRequest != 1 || server.Requests() != 7 {
		t.Errorf("%d batches in %d requests; counted %+v", server.Count(awstest.BatchDetectSentiment), server.Requests(), n)
	}
}

// A service that begins an answer and never ends it is left when the time is up.
func TestSlowBody(t *testing.T) {
	clock := &handClock{timers: map[time.Time][]func(){}}
	server := awstest.Start(t)
	started := make(chan struct{})
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer {
		close(started)
		return awstest.Answer{Body: []byte(`{"half":1}`), Stall: true}
	})
	r := runnerOfAWS(t, server, Options{Clock: clock})
	failed := make(chan error)
	go func() {
		_, err := r.Call(t.Context(), ask(`{}`))
		failed <- err
	}()
	<-started
	clock.jump(DefaultTimeout)
	if err := <-failed; model.KindOf(err) != model.Timeout || !strings.Contains(err.Error(), "did not answer within 30000 ms") {
		t.Errorf("error %v", err)
	}
}

// A call that is cancelled before it is sent is no request: not while the ledger
// writes, not while it waits for a connection. One that was sent is.
func TestRequestsCountOnceTheyAreSent(t *testing.T) {
	var counters Counters
	server := awstest.Start(t)
	arrived := make(chan struct{})
	server.Handle(awstest.InvokeModel, func(awstest.Call) awstest.Answer {
		close(arrived)
		return awstest.Answer{Body: []byte(`{}`), Stall: true}
	})
	r := runnerOfAWS(t, server, Options{Counters: &counters, Ledger: &stopping{}})
	end := func(ctx context.Context, want int64) {
		t.Helper()
		if _, err := r.Call(ctx, ask(`{}`)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		got := counters.Snapshot().ActualRequest
		for end := time.Now().Add(10 * time.Second); got < want && time.Now().Before(end); got = counters.Snapshot().ActualRequest {
			runtime.Gosched() // the connection's goroutine is about to count it
		}
		if got != want || int(want) != server.Count(awstest.InvokeModel) {
			t.Errorf("%d requests counted, %d seen, want %d", got, server.Count(awstest.InvokeModel), want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.ledger = &stopping{stop: cancel}
	end(ctx, 0)
	r.ledger = nil
	ctx, cancel = context.WithCancel(t.Context())
	// The dial is held: with a connection at hand as well, net/http may choose to send.
	left := make(chan struct{})
	end(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{ConnectStart: func(string, string) { cancel(); <-left }}), 0)
	close(left)
	ctx, cancel = context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	end(ctx, 1)
}

// stopping is a ledger while whose writing the caller is cancelled.
type stopping struct {
	ledger.Recorder
	stop func()
}

func (s *stopping) Begin(context.Context, *ledger.Attempt) error { s.stop(); return nil }
func (s *stopping) End(context.Context, *ledger.Attempt) error   { return nil }

// What the service asks to wait is waited, on the clock that is given.
func TestRetryAfterOfAService(t *testing.T) {
	clock := &handClock{timers: map[time.Time][]func(){}, set: make(chan time.Duration, 9)}
	server := awstest.Start(t)
	server.Queue(awstest.InvokeModel, awstest.Failure(429, "ThrottlingException", "slow").With("Retry-After", "20"), awstest.JSON(`{}`))
	var counters Counters
	r := runnerOfAWS(t, server, Options{Clock: clock, Counters: &counters, Jitter: func(time.Duration) time.Duration { return 0 }})
	failed := make(chan error)
	go func() {
		_, err := r.Call(t.Context(), ask(`{}`))
		failed <- err
	}()
	for d := range clock.set {
		if d == 20*time.Second {
			break
		}
	}
	clock.jump(19 * time.Second)
	if server.Count(awstest.InvokeModel) != 1 {
		t.Error("tried again too early")
	}
	clock.jump(time.Second)
	if err := <-failed; err != nil || server.Count(awstest.InvokeModel) != 2 || counters.Snapshot().RetryRequest != 1 {
		t.Errorf("%d requests, %v", server.Count(awstest.InvokeModel), err)
	}
}
