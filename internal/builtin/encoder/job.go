package encoder

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// blockTokens is how many tokens go through the network together, so that each
// weight read from memory is used many times; leastTokens is how many make it
// worth while for one more core to read the weights.
const (
	blockTokens = 64
	leastTokens = 16
)

// part is a text, or the part of a long one that the network takes at once.
type part struct {
	text   int // its place among the texts
	ids    []int
	vector Vector
}

// job is the work of one call: parts, cut into blocks of neighbours. Whoever works
// on it takes the next block until there is none.
type job struct {
	net    *network
	ctx    context.Context
	parts  []part
	blocks [][]part
	next   atomic.Int64
}

// cut makes the blocks, of as many tokens that each of so many workers may have one.
func (j *job) cut(workers int) {
	tokens := 0
	for _, p := range j.parts {
		tokens += len(p.ids)
	}
	size := min(max((tokens+workers-1)/workers, leastTokens), blockTokens)
	start, held := 0, 0
	for i, p := range j.parts {
		if held += len(p.ids); held >= size || i == len(j.parts)-1 {
			j.blocks = append(j.blocks, j.parts[start:i+1])
			start, held = i+1, 0
		}
	}
}

// step does the next block and reports whether there was one.
func (j *job) step() bool {
	i := int(j.next.Add(1)) - 1
	if i >= len(j.blocks) || j.ctx.Err() != nil {
		return false
	}
	b := block{turn: turn{j.ctx}}
	for _, p := range j.blocks[i] {
		b.add(p.ids)
	}
	for k, v := range j.net.run(&b) {
		j.blocks[i][k].vector = v
	}
	return true
}

// vectors returns those of the texts: of a long one the mean of its parts', each
// counting as its length. The parts are added in their order, whoever had them.
func (j *job) vectors(texts int) []Vector {
	out := make([]Vector, texts)
	for i := range out {
		out[i] = make(Vector, Dim)
	}
	for _, p := range j.parts {
		for i, v := range p.vector {
			out[p.text][i] += v * float32(len(p.ids))
		}
	}
	for _, v := range out {
		normalise(v)
	}
	return out
}

// crew counts who computes, in all calls at one encoder, so that there are no more
// than cores to compute on. A call always computes in its own goroutine; others
// help it only while cores are idle.
type crew struct{ working atomic.Int64 }

// run does a job, with helpers, and returns when all of it is done or its context
// ended.
func (c *crew) run(j *job) {
	cores := int64(runtime.GOMAXPROCS(0))
	idle := max(cores-c.working.Add(1), 0)
	defer c.working.Add(-1)
	j.cut(int(idle) + 1)
	var helpers sync.WaitGroup
	for range min(int(idle), len(j.blocks)-1) {
		if c.working.Add(1) > cores { // another call was faster
			c.working.Add(-1)
			break
		}
		helpers.Go(func() {
			defer c.working.Add(-1)
			for j.step() && c.working.Load() <= cores {
			}
		})
	}
	for j.step() {
	}
	helpers.Wait()
}
