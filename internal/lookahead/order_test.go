package lookahead

import (
	"slices"
	"testing"
)

// condition is one of a test: what its call costs, and the share of rows that
// pass, in percent.
type condition struct {
	price   float64
	passing int
}

// decide runs rows through conditions in the order that is learned, and returns
// what they cost. Each row's calls are its own.
func decide(o *order, rows int, list []condition) float64 {
	total := 0.0
	for range rows {
		row := o.rows
		for _, i := range o.turns(0) {
			passed := (row*37+i*11)%100 < list[i].passing
			o.evaluated(i, passed, []spent{{uint64(row*len(list) + i), list[i].price}})
			total += list[i].price
			if !passed {
				break
			}
		}
		o.decided()
	}
	return total
}

func TestOrderIsByPriceAndSelectivity(t *testing.T) {
	for _, test := range []struct {
		name string
		list []condition
		want []int
	}{
		{"few pass the last", []condition{{1, 90}, {1, 60}, {1, 10}}, []int{2, 1, 0}},
		{"the last is cheap", []condition{{100, 50}, {100, 50}, {1, 90}}, []int{2, 0, 1}},
		{"nobody fails the cheap one", []condition{{1, 100}, {100, 10}}, []int{1, 0}},
		{"equal", []condition{{1, 0}, {1, 0}}, []int{0, 1}},
	} {
		o := newOrder(len(test.list))
		decide(o, 2000, test.list)
		if got := o.turns(0); !slices.Equal(got, test.want) {
			t.Errorf("%s: the order is %v, not %v", test.name, got, test.want)
		}
	}
}

// TestOrderFollowsTheRows: when other rows come, the order becomes another.
func TestOrderFollowsTheRows(t *testing.T) {
	o := newOrder(2)
	decide(o, 20_000, []condition{{1, 90}, {1, 10}})
	cost := decide(o, 20_000, []condition{{1, 10}, {1, 90}})
	if got := o.turns(0); got[0] != 0 || cost > 20_000*1.3 {
		t.Errorf("the order is %v and has cost %v", got, cost)
	}
}

// TestOrderIsKnownAhead: what turns says of a row that is still to come is what it
// says when the row comes, wherever known says so. That is always of 32 rows.
func TestOrderIsKnownAhead(t *testing.T) {
	list := []condition{{1, 90}, {3, 30}, {2, 50}}
	o := newOrder(len(list))
	said := map[int][]int{}
	for range 10_000 {
		after := 0
		for ; o.known(after) && after < 3*lastEpoch; after++ {
			row := o.rows + after
			if before, ok := said[row]; ok && !slices.Equal(before, o.turns(after)) {
				t.Fatalf("at row %d, row %d has the order %v; it was %v", o.rows, row, o.turns(after), before)
			}
			said[row] = o.turns(after)
		}
		if after <= firstEpoch || after > 2*lastEpoch {
			t.Fatalf("at row %d, the order is known of %d rows", o.rows, after)
		}
		if o.rows > 2*lastEpoch && after <= lastEpoch {
			t.Fatalf("at row %d, the order is known of %d rows only", o.rows, after)
		}
		decide(o, 1, list)
	}
}

// TestOrderIsSetAtPowersOfTwo, as docs/lookahead.md says.
func TestOrderIsSetAtPowersOfTwo(t *testing.T) {
	o, ends := newOrder(2), []int{}
	for range 4000 {
		if at := len(ends); at == 0 || ends[at-1] != o.end {
			ends = append(ends, o.end)
		}
		decide(o, 1, []condition{{1, 90}, {1, 10}})
	}
	if want := []int{32, 64, 128, 256, 512, 1024, 2048, 3072, 4096}; !slices.Equal(ends, want) {
		t.Errorf("the epochs end at %v, not %v", ends, want)
	}
}

// TestEqualCallsCostOnce: a dear condition whose inputs recur comes before a cheap
// one whose inputs do not.
func TestEqualCallsCostOnce(t *testing.T) {
	o := newOrder(2)
	for row := range 500 {
		for _, i := range o.turns(0) {
			call := spent{uint64(1000 + row), 10}
			if i == 1 {
				call = spent{uint64(row % 5), 100}
			}
			o.evaluated(i, true, []spent{call})
		}
		o.decided()
	}
	if got := o.turns(0); !slices.Equal(got, []int{1, 0}) {
		t.Errorf("the order is %v", got)
	}
}
