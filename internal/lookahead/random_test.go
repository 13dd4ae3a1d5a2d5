package lookahead_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"
)

var (
	count = flag.Int("random", 200, "how many random statements to compare with lookahead on and off")
	first = flag.Uint64("seed", 1, "the seed of the first; zero takes the time")
	show  = flag.Bool("show", false, "print every statement and what it came to")
)

// TestRandomStatements runs random statements with lookahead on and off. What
// they give and what they leave is equal, and so are the calls, but for one
// window under LIMIT.
func TestRandomStatements(t *testing.T) {
	seed := *first
	if seed == 0 {
		seed = uint64(time.Now().Unix())
	}
	t.Logf("seeds from %d", seed)
	b := newBench(t)
	failed := 0
	for i := range *count {
		s := Random(seed + uint64(i))
		fault := b.compare(s)
		if b.failed {
			failed++
		}
		if *show {
			t.Logf("seed %d: %s\n  %s", s.Seed, s.Text, b.last)
		}
		if fault != "" {
			small, fault := shrink(b, s, fault)
			t.Errorf("seed %d: %s\nin short: %s\n%s", s.Seed, s.Text, small, fault)
		}
	}
	t.Logf("%d of %d statements failed, equally", failed, *count)
	if failed > *count/3+10 {
		t.Errorf("%d of %d statements failed: the grammar writes too much that the server does not take", failed, *count)
	}
}

// shrink returns a short statement that differs as well, and how.
func shrink(b *bench, s Statement, fault string) (Statement, string) {
	for size := len(s.Choices); size > 0; size /= 2 {
		for at := 0; at < len(s.Choices); {
			smaller, ok := Statement{}, false
			for _, choices := range [][]int{without(s.Choices, at, size), zeroed(s.Choices, at, size)} {
				if choices == nil {
					continue
				}
				if smaller = Replay(choices); len(smaller.Text) >= len(s.Text) {
					continue
				}
				if found := b.compare(smaller); found != "" {
					fault, ok = found, true
					break
				}
			}
			if !ok {
				at += size
				continue
			}
			s = smaller
		}
	}
	return s, fault
}

func without(list []int, at, size int) []int {
	if at+size > len(list) {
		return nil
	}
	return append(append([]int{}, list[:at]...), list[at+size:]...)
}

// zeroed has zeros, the simplest choices, in a part.
func zeroed(list []int, at, size int) []int {
	changed, next := false, append([]int{}, list...)
	for i := at; i < min(at+size, len(next)); i++ {
		changed = changed || next[i] != 0
		next[i] = 0
	}
	if !changed {
		return nil
	}
	return next
}

func TestRandomIsRepeatable(t *testing.T) {
	kinds := map[string]bool{}
	for seed := range uint64(300) {
		s := Random(seed)
		if again := Random(seed); again.String() != s.String() {
			t.Fatalf("seed %d writes two statements:\n%s\n%s", seed, s, again)
		}
		if again := Replay(s.Choices); again.String() != s.String() {
			t.Fatalf("the choices of seed %d write another statement:\n%s\n%s", seed, s, again)
		}
		word, _, _ := strings.Cut(s.Text, " ")
		kinds[word] = true
	}
	if len(kinds) < 6 {
		t.Errorf("300 statements are of the kinds %s only", fmt.Sprint(kinds))
	}
}
