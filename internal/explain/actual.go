package explain

import (
	"fmt"
	"math"
	"strconv"
)

// Actual is what running a node of a plan came to.
type Actual struct {
	// Rows is how many rows it gave, all runs together.
	Rows uint64
	// Loops is how often it was run.
	Loops uint64
}

// String is MySQL's form, with the rows of an average run; it has no times.
func (a Actual) String() string {
	each := math.Round(100*float64(a.Rows)/float64(max(a.Loops, 1))) / 100
	return fmt.Sprintf("(actual rows=%s loops=%d)", strconv.FormatFloat(each, 'f', -1, 64), a.Loops)
}
