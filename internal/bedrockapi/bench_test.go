package bedrockapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"airglow/internal/model"
)

// streamsAtOnce is how many streams BenchmarkFirstToken passes through at a time.
const streamsAtOnce = 64

// BenchmarkFirstToken reports what the endpoint adds to the first token of each
// of 64 streams that run at once, at the median and at the 95th part of a hundred:
// from when the answerer gives it until the client has read it. Then each stream
// goes on for some tokens, so that they are all under way together.
func BenchmarkFirstToken(b *testing.B) {
	const tokens = 20
	var given sync.Map // the time, by the request's body
	piece := []byte(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one token"}}`)
	stream := &streamer{stream: func(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error) {
		// The answerer thinks, as one that computes elsewhere, and its streams begin
		// one after another.
		pause := time.NewTimer(time.Duration(len(req.Body)) * time.Millisecond)
		defer pause.Stop()
		for n := range tokens {
			select {
			case <-pause.C:
			case <-ctx.Done():
				return model.Response{}, ctx.Err()
			}
			if n == 0 {
				given.Store(string(req.Body), time.Now())
			}
			if err := emit(piece); err != nil {
				return model.Response{}, err
			}
			pause.Reset(20 * time.Millisecond)
		}
		return model.Response{Body: []byte(`{}`)}, nil
	}}
	k := start(b, stream, nil)
	k.client = h2c()
	defer k.client.CloseIdleConnections()
	var mu sync.Mutex
	var added []time.Duration
	for b.Loop() {
		var all sync.WaitGroup
		for i := range streamsAtOnce {
			all.Go(func() {
				body := `{"n":"` + strings.Repeat("x", 50+3*i) + `"}`
				took, err := firstToken(b.Context(), k, body, &given)
				if err != nil {
					b.Error(err)
				}
				mu.Lock()
				added = append(added, took)
				mu.Unlock()
			})
		}
		all.Wait()
	}
	slices.Sort(added)
	b.ReportMetric(float64(added[len(added)/2].Microseconds()), "µs-median")
	b.ReportMetric(float64(added[len(added)*95/100].Microseconds()), "µs-95th")
	b.ReportMetric(0, "ns/op") // says how long the streams are
}

// firstToken reads a stream to its end, and returns how much later than it was
// given its first event was read.
func firstToken(ctx context.Context, k *kit, body string, given *sync.Map) (time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, k.url+"/model/"+streaming+"/invoke-with-response-stream", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+k.key.Bearer())
	answer, err := k.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.ReadFull(answer.Body, make([]byte, 64)); err != nil {
		return 0, fmt.Errorf("status %d: %w", answer.StatusCode, err)
	}
	read := time.Now()
	_, err = io.Copy(io.Discard, answer.Body)
	at, _ := given.Load(body)
	return read.Sub(at.(time.Time)), err
}
