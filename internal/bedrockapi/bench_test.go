package bedrockapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"airglow/internal/model"
)

// streamsAtOnce is how many streams BenchmarkFirstToken passes through at a time.
const streamsAtOnce = 64

// firstPiece is the first of a stream's pieces, and tokenPause lies between them.
var firstPiece = []byte(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one token"}}`)

const (
	tokens     = 20
	tokenPause = 20 * time.Millisecond
)

// tokenStream gives tokens as a model does that computes elsewhere: after a pause
// that depends on the request, so that streams begin one after another, then one by
// one, so that they are all under way together. given is told when the first was.
func tokenStream(ctx context.Context, body []byte, given *sync.Map, emit func([]byte) error) error {
	pause := time.NewTimer(time.Duration(len(body)) * time.Millisecond)
	defer pause.Stop()
	for n := range tokens {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if n == 0 {
			given.Store(string(body), time.Now())
		}
		if err := emit(firstPiece); err != nil {
			return err
		}
		pause.Reset(tokenPause)
	}
	return nil
}

// BenchmarkFirstToken reports what the endpoint adds to the first token of each
// of 64 streams that run at once, at the median and at the 95th part of a hundred:
// from when the answerer gives it until the client has read it. Beside it stands the
// ideal, the same of a server that does nothing but write the token.
func BenchmarkFirstToken(b *testing.B) {
	var given sync.Map // the time, by the request's body
	stream := &streamer{stream: func(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error) {
		return model.Response{Body: []byte(`{}`)}, tokenStream(ctx, req.Body, &given, emit)
	}}
	k := start(b, stream, nil)
	bare := bareServer(b, &given)
	var added, ideal []time.Duration
	for b.Loop() {
		added = append(added, firstTokens(b, k.url+"/model/"+streaming+"/invoke-with-response-stream", k.key.Bearer(), &given)...)
		ideal = append(ideal, firstTokens(b, bare, "none", &given)...)
	}
	slices.Sort(added)
	slices.Sort(ideal)
	b.ReportMetric(float64(added[len(added)/2].Microseconds()), "µs-median")
	b.ReportMetric(float64(added[len(added)*95/100].Microseconds()), "µs-95th")
	b.ReportMetric(float64(ideal[len(ideal)/2].Microseconds()), "ideal-µs-median")
	b.ReportMetric(float64(ideal[len(ideal)*95/100].Microseconds()), "ideal-µs-95th")
	b.ReportMetric(0, "ns/op") // says how long the streams are
}

// bareServer writes tokens, and is no more than that. It returns its URL.
func bareServer(b *testing.B, given *sync.Map) string {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		_ = tokenStream(r.Context(), body, given, func(piece []byte) error {
			if _, err := w.Write(piece); err != nil {
				return err
			}
			return http.NewResponseController(w).Flush()
		})
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	b.Cleanup(server.Close)
	return server.URL
}

// firstTokens reads streams that run at once.
func firstTokens(b *testing.B, url, key string, given *sync.Map) []time.Duration {
	client := h2c()
	defer client.CloseIdleConnections()
	took := make([]time.Duration, streamsAtOnce)
	var all sync.WaitGroup
	for i := range took {
		all.Go(func() {
			body := `{"n":"` + strings.Repeat("x", 50+3*i) + `"}`
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+key)
			if took[i], err = firstToken(client, r, given, body); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	return took
}

// firstToken reads a stream to its end, and returns how much later than it was
// given its first token was read.
func firstToken(client *http.Client, r *http.Request, given *sync.Map, body string) (time.Duration, error) {
	answer, err := client.Do(r)
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
