package infer

import "sync/atomic"

// Counters count calls; the zero value is ready. One counts for the process,
// others for a session each. All counts are since the start or the last Reset.
//
// While no call fails, LogicalResponse = LogicalRequest − CacheHit.
type Counters struct {
	logicalRequest, logicalResponse atomic.Int64
	actualRequest, actualResponse   atomic.Int64
	cacheHit, retryRequest, single  atomic.Int64
	reused                          atomic.Int64
}

// Counts is one reading of Counters, a field for each Aurora_ml_…_cnt and one for
// Airglow_ml_reused_cnt.
type Counts struct {
	// LogicalRequest counts evaluations of model functions.
	LogicalRequest int64
	// LogicalResponse counts evaluations that got an answer of their own, that
	// is, one that was called for and that no equal evaluation got before.
	LogicalResponse int64
	// ActualRequest counts requests sent to providers, retries included; a batch
	// is one.
	ActualRequest int64
	// ActualResponse counts answers received from providers.
	ActualResponse int64
	// CacheHit counts evaluations answered by an equal one's answer, or by a
	// recorded one.
	CacheHit int64
	// RetryRequest counts the requests sent again after a failure, a batch in
	// parts included.
	RetryRequest int64
	// SingleRequest counts evaluations whose call was not made for a batch.
	SingleRequest int64
	// Reused counts the recorded answers that were used again.
	Reused int64
}

// Snapshot reads the counters. Each is exact; taken while calls run, they may
// be a call apart from each other.
func (c *Counters) Snapshot() Counts {
	return Counts{
		LogicalRequest: c.logicalRequest.Load(), LogicalResponse: c.logicalResponse.Load(),
		ActualRequest: c.actualRequest.Load(), ActualResponse: c.actualResponse.Load(),
		CacheHit: c.cacheHit.Load(), RetryRequest: c.retryRequest.Load(), SingleRequest: c.single.Load(),
		Reused: c.reused.Load(),
	}
}

// Reset sets every counter to zero, as FLUSH STATUS does.
func (c *Counters) Reset() {
	for _, n := range []*atomic.Int64{&c.logicalRequest, &c.logicalResponse, &c.actualRequest,
		&c.actualResponse, &c.cacheHit, &c.retryRequest, &c.single, &c.reused} {
		n.Store(0)
	}
}

// tally counts one event in the process's counters and in the session's; either
// may be nil.
type tally [2]*Counters

func (t tally) each(count func(*Counters)) {
	for _, c := range t {
		if c != nil {
			count(c)
		}
	}
}

// attempt counts the n-th request of a call.
func (t tally) attempt(n int) {
	t.each(func(c *Counters) {
		c.actualRequest.Add(1)
		if n > 1 {
			c.retryRequest.Add(1)
		}
	})
}

// reused counts a recorded answer that is used again.
func (t tally) reused() { t.each(func(c *Counters) { c.reused.Add(1) }) }

func (t tally) answered() { t.each(func(c *Counters) { c.actualResponse.Add(1) }) }

// evaluated counts an evaluation.
func (t tally) evaluated(batched bool) {
	t.each(func(c *Counters) {
		c.logicalRequest.Add(1)
		if !batched {
			c.single.Add(1)
		}
	})
}

// got counts how an evaluation was answered.
func (t tally) got(first bool) {
	t.each(func(c *Counters) {
		if first {
			c.logicalResponse.Add(1)
		} else {
			c.cacheHit.Add(1)
		}
	})
}
