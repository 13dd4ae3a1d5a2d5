package model

import "context"

// BatchProvider is a Provider that can answer several requests of one target in
// one attempt.
//
// The requests of a batch agree in all but Body, and number at least two.
// InvokeBatch makes exactly one attempt and returns one Result for each request,
// in their order, never fewer and never shifted. An error instead is the whole
// batch's: no request of it got an answer that could be told apart. Context,
// errors, ownership and concurrency are as Provider has them.
type BatchProvider interface {
	Provider
	// BatchLimits says how req may travel with others. A request that Invoke
	// would refuse by itself may not: it must not spoil the others.
	BatchLimits(req Request) BatchLimits
	// InvokeBatch answers several requests.
	InvokeBatch(ctx context.Context, reqs []Request) ([]Result, error)
}

// BatchLimits are what one attempt takes. The zero value takes no batches.
type BatchLimits struct {
	// Requests is how many go together where the SQL names no number; at
	// least 2.
	Requests int
	// MostRequests is the most that may be named; zero bounds nothing.
	MostRequests int
	// MostBytes bounds the sum of all bodies and a byte for each; zero bounds
	// nothing.
	MostBytes int
}

// Size returns how many requests go together when the SQL names a number, which
// is zero when it names none.
func (l BatchLimits) Size(named int) int {
	size := l.Requests
	if named > 0 {
		size = named
	}
	if l.MostRequests > 0 {
		size = min(size, l.MostRequests)
	}
	return size
}

// Result is what became of one request of a batch.
type Result struct {
	// Response is the answer, unless Err says why there is none.
	Response Response
	// Err is an *Error.
	Err error
}
