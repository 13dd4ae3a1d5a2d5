//go:build !race

package app_test

// slower is how many times longer than stopLimit a statement may take to stop.
const slower = 1
