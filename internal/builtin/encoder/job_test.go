package encoder

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// meeting is a context that lets nobody go on until two have looked at it at once,
// or the time for that is up.
type meeting struct {
	context.Context
	meet chan struct{}
	over chan struct{}
	once sync.Once
	met  atomic.Bool
}

func newMeeting(t *testing.T) *meeting {
	return &meeting{Context: t.Context(), meet: make(chan struct{}), over: make(chan struct{})}
}

func (m *meeting) Err() error {
	select {
	case m.meet <- struct{}{}:
	case <-m.meet:
		m.met.Store(true)
		m.once.Do(func() { close(m.over) })
	case <-m.over:
	case <-time.After(10 * time.Second):
		m.once.Do(func() { close(m.over) })
	}
	return nil
}

// someJob has four blocks for a network whose layers do nothing.
func someJob(ctx context.Context) *job {
	j := &job{net: &network{embedding: matrix{in: width, out: 1, cells: string(make([]byte, width)), scales: make([]float32, 1)}}, ctx: ctx}
	small := layer{in: width,
		widen: someMatrix(width, Dim), qkv: someMatrix(width, 3*width), attention: someMatrix(width, Dim),
		norm1: layerNorm{make([]float32, width), make([]float32, width)}, norm2: layerNorm{make([]float32, Dim), make([]float32, Dim)},
		ffn1: someMatrix(Dim, 16), ffn2: someMatrix(16, Dim)}
	large := small
	large.in, large.widen, large.qkv, large.attention = Dim, matrix{}, someMatrix(Dim, 3*Dim), someMatrix(Dim, Dim)
	large.norm1 = small.norm2
	j.net.layers, j.net.output = [2]layer{small, large}, someMatrix(Dim, Dim)
	for range 4 {
		j.parts = append(j.parts, part{ids: make([]int, blockTokens)})
	}
	return j
}

func TestIdleCoresHelp(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var c crew
	ctx := newMeeting(t)
	j := someJob(ctx)
	c.run(j)
	if !ctx.met.Load() {
		t.Error("nobody helped on a machine with an idle core")
	}
	for i, p := range j.parts {
		if len(p.vector) != Dim {
			t.Errorf("part %d has no vector", i)
		}
	}
	if n := c.working.Load(); n != 0 {
		t.Errorf("%d still work", n)
	}
}

// A core on which another call computes is not idle.
func TestBusyCoresDoNotHelp(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var c crew
	c.working.Add(1)
	before := runtime.NumGoroutine()
	most := 0
	c.run(someJob(watched{t.Context(), func() { most = max(most, runtime.NumGoroutine()) }}))
	if most > before {
		t.Errorf("%d goroutines helped", most-before)
	}
}

// watched is a context that tells when it is looked at.
type watched struct {
	context.Context
	look func()
}

func (w watched) Err() error {
	w.look()
	return w.Context.Err()
}
