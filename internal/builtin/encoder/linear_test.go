package encoder

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// someMatrix is a matrix of the greatest and other weights.
func someMatrix(in, out int) matrix {
	random := rand.New(rand.NewPCG(1, 2))
	cells := make([]byte, in*out)
	for i := range cells {
		cells[i] = byte(random.IntN(255) - 127)
	}
	for i := range in { // one row as far from zero as a row can be
		cells[i] = 127
	}
	m := matrix{in: in, out: out, cells: string(cells), scales: make([]float32, out), bias: make([]float32, out)}
	for o := range out {
		m.scales[o], m.bias[o] = random.Float32()/100, random.Float32()-0.5
	}
	return m
}

func someTokens(tokens, in int) []float32 {
	random := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, tokens*in)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	for i := range in { // all at the peak, so that the first sum is the greatest there is
		x[i] = 3
	}
	return x
}

// TestVectorsOfIntegersEqualPlainGo: both ways give the same numbers, bit for bit,
// for the shapes of the network and counts of tokens around the groups.
func TestVectorsOfIntegersEqualPlainGo(t *testing.T) {
	if !haveSIMD {
		t.Skip("this processor has no AVX2; it computes in plain Go alone")
	}
	turn := turn{context.Background()}
	for _, shape := range [][2]int{{16, 2}, {256, 768}, {512, 512}, {1536, 512}} {
		m := someMatrix(shape[0], shape[1])
		for _, tokens := range []int{1, 2, 3, 4, 5, 7, 8, 9, 64} {
			x := someTokens(tokens, m.in)
			got, want := m.applyWith(turn, x, true), m.applyWith(turn, x, false)
			for i := range want {
				if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
					t.Fatalf("%v, %d tokens: value %d is %v, in plain Go %v", shape, tokens, i, got[i], want[i])
				}
			}
		}
	}
}

// FuzzSums puts any weights and activations through both ways.
func FuzzSums(f *testing.F) {
	f.Add([]byte{1, 2, 3, 128, 255}, []byte{0, 0, 128, 63, 0, 0, 128, 191})
	f.Fuzz(func(t *testing.T, weights, activations []byte) {
		m := someMatrix(32, 4)
		cells := []byte(m.cells)
		copy(cells, weights)
		for i, c := range cells {
			if c == 128 {
				cells[i] = 129 // the converter makes no -128
			}
		}
		m.cells = string(cells)
		x := someTokens(3, m.in)
		for i := 0; i+4 <= len(activations) && i/4 < len(x); i += 4 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(activations[i:]))
			if v == v && math.Abs(float64(v)) < 1e30 {
				x[i/4] = v
			}
		}
		turn := turn{t.Context()}
		got, want := m.applyWith(turn, x, haveSIMD), m.applyWith(turn, x, false)
		for i := range want {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				t.Fatalf("value %d is %v, in plain Go %v", i, got[i], want[i])
			}
		}
	})
}

// BenchmarkMatrix is the largest product of the network, 64 tokens at once.
func BenchmarkMatrix(b *testing.B) {
	m, turn := someMatrix(512, 1536), turn{context.Background()}
	x := someTokens(64, m.in)
	for _, way := range []struct {
		name string
		simd bool
	}{{"AVX2", true}, {"plain Go", false}} {
		b.Run(way.name, func(b *testing.B) {
			if way.simd && !haveSIMD {
				b.Skip("no AVX2")
			}
			for b.Loop() {
				m.applyWith(turn, x, way.simd)
			}
			b.ReportMetric(float64(64*m.in*m.out)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gmul/s")
		})
	}
}
