//go:build race

package app_test

// Under the race detector the tests are about races, not about time.
const (
	// slower is how many times longer a statement may take to stop.
	slower = 10
	// answerFactor is how many times longer calls take that are answered, as a
	// statement takes longer to ask for others meanwhile.
	answerFactor = 5
	// billsWithin is how many of ten statements must cost what EXPLAIN has said. It
	// reads a sample for as long as it may, which is less of one.
	billsWithin = 5
)
