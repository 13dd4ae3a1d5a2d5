package infer

import (
	"context"
	"slices"

	"airglow/internal/model"
)

// batch is calls asked ahead that wait to travel in one request. It goes when it
// is full, when Flush says that nothing else is coming, or when one of its calls
// is evaluated. Its statement's lock guards it until then.
type batch struct {
	company company
	ctx     context.Context
	calls   []Call
	entries []*entry
	bytes   int
	sent    bool
	left    int // calls without a result
	most    int // calls that it has room for
}

// Flush says that nothing more will be asked for until an answer comes: the
// batches that are not full go as they are.
func (s *Statement) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flush()
}

// Gathered is how many calls wait in batches that are not full.
func (s *Statement) Gathered() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.gathering {
		n += len(b.calls)
	}
	return n
}

// flush is Flush for a caller who holds mu.
func (s *Statement) flush() {
	for _, b := range s.gathering {
		s.send(b)
	}
}

// sendWith sends the batch that an entry waits in, if it does.
func (s *Statement) sendWith(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.batch != nil && !e.batch.sent {
		s.send(e.batch)
	}
}

// gather puts a call into the batch of its company. The caller holds mu.
func (s *Statement) gather(ctx context.Context, e *entry, call Call, limits model.BatchLimits) {
	of := companyOf(ctx, call)
	size := len(call.Request.Body) + 1
	b := s.gathering[of]
	if b != nil && limits.MostBytes > 0 && b.bytes+size > limits.MostBytes {
		s.send(b)
		b = nil
	}
	if b == nil {
		b = &batch{company: of, ctx: ctx, most: limits.Size(call.BatchSize)}
		if s.gathering == nil {
			s.gathering = map[company]*batch{}
		}
		s.gathering[of] = b
	}
	b.left++
	if n := len(b.calls); n == cap(b.calls) { // append would make more copies of what is large
		b.calls = slices.Grow(b.calls, min(n+8, b.most-n))
	}
	b.calls, b.entries, b.bytes = append(b.calls, call), append(b.entries, e), b.bytes+size
	e.batch, e.batched = b, true
	if len(b.calls) == b.most {
		s.send(b)
	}
}

// send starts a batch. The caller holds mu.
func (s *Statement) send(b *batch) {
	delete(s.gathering, b.company)
	s.asked.Add(1)
	calls, entries := b.calls, b.entries
	b.sent, b.calls, b.entries = true, nil, nil // the entries keep b, and are not to keep these
	s.inBackground(b.ctx, func(ctx context.Context) {
		s.runner.Batch(ctx, calls, func(i int, a Answer, err error) { s.finish(entries[i], calls[i], a, err) })
	})
}
