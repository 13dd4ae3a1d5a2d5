//go:build race

package app_test

// slower is how many times longer than stopLimit a statement may take to stop under
// the race detector: there the tests are about races, not about time.
const slower = 10
