//go:build !race

package app_test

// What race_test.go has other values of.
const (
	slower       = 1
	answerFactor = 1
	billsWithin  = 9
)
