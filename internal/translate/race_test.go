//go:build race

package translate_test

// raced is true under the race detector, under which pools drop what they are given.
const raced = true
