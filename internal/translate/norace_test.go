//go:build !race

package translate_test

// raced is described in race_test.go.
const raced = false
