package compat

import (
	"flag"
	"strings"
	"testing"
	"time"
)

var (
	count = flag.Int("random", 100, "how many random procedures to compare with MariaDB")
	first = flag.Uint64("seed", 0, "the seed of the first; zero takes the time")
)

func TestRandomProcedures(t *testing.T) {
	if !*withMariaDB {
		t.Skip("compares with MariaDB under -mariadb only")
	}
	seed := *first
	if seed == 0 {
		seed = uint64(time.Now().Unix())
	}
	t.Logf("seeds from %d", seed)
	for i := range *count {
		s := Random(seed + uint64(i))
		want := run(t, mariadb, s)
		if got := run(t, airglow, s); got != want {
			t.Errorf("seed %d: got\n%s\nMariaDB says\n%s\nto\n%s", seed+uint64(i), got, want, strings.Join(s.Statements, "\n"))
		}
	}
}

func TestRandomIsRepeatable(t *testing.T) {
	for seed := range uint64(50) {
		a, b := Random(seed), Random(seed)
		if strings.Join(a.Statements, "\n") != strings.Join(b.Statements, "\n") {
			t.Fatalf("seed %d writes two procedures", seed)
		}
	}
}
