package infer

import (
	"context"
	"net/http/httptrace"
	"sync"
	"sync/atomic"

	"airglow/internal/model"
)

// request asks the provider, and counts the request once it is on its way: one that is
// cancelled before is no request that a service has seen.
func (r *Runner) request(ctx context.Context, at attempt, requests []model.Request, first Call) ([]model.Result, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s := sending{count: func() { tally{r.counters, first.Session}.attempt(at.number) }}
	results, err := exchange(s.traced(ctx), at.route, requests, first.stream)
	if !s.overHTTP.Load() || !cancelled(err) {
		s.counted.Do(s.count)
	}
	return results, err
}

// sending counts a request when it is sent. One over HTTP is from the moment that a
// connection has taken it, which a call may wait for; any other at once.
type sending struct {
	count    func()
	counted  sync.Once
	overHTTP atomic.Bool
}

func (s *sending) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.overHTTP.Store(true) },
		WroteRequest: func(sent httptrace.WroteRequestInfo) {
			if sent.Err == nil {
				s.counted.Do(s.count)
			}
		},
	})
}
