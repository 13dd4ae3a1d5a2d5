package encoder

import "math"

// matrix is a linear layer's weights: one row per output. Cells stay the
// bytes of the file, each a signed integer to be multiplied by its row's scale.
type matrix struct {
	in, out int
	cells   string
	scales  []float32
	bias    []float32
}

// Activations are rounded to integers of 14 bits, sign included. With 7-bit
// weights and at most 1,536 inputs, a sum of products stays below
// 8191 × 127 × 1536 < 2³¹. It is exact, so every way to compute it gives the
// same: sixteen at a time where the processor can (simd_amd64.go), else two
// tokens in the halves of one int64 (scalar.go). The rounding is 64 times finer
// than that of the weights.
const activationPeak = 8191

// looksAfter is after how many outputs apply looks whether its turn is over:
// some milliseconds at most, of the longest block in plain Go. It is even.
const looksAfter = 16

// apply returns, for each row of x, the matrix times that row plus the bias.
func (m matrix) apply(turn turn, x []float32) []float32 {
	return m.applyWith(turn, x, haveSIMD)
}

// applyWith is apply with or without the instructions that simd_amd64.go wants.
func (m matrix) applyWith(turn turn, x []float32, simd bool) []float32 {
	rows := len(x) / m.in
	y := make([]float32, rows*m.out)
	if simd && m.in%simdWidth == 0 && m.out%2 == 0 {
		m.applyVector(turn, x, y)
	} else {
		m.applyScalar(turn, x, y)
	}
	return y
}

// integer is what activations are rounded to.
type integer interface{ int16 | int64 }

// round writes x as integers and returns what to multiply them by. It works on
// the bits of the numbers: their signs come in no order that a processor could
// guess. Without the sign, larger numbers have larger bits.
//
//go:norace
func round[T integer](x []float32, to []T) float32 {
	const sign = 1 << 31
	var most uint32
	for _, v := range x {
		most = max(most, math.Float32bits(v)&^sign)
	}
	if most == 0 {
		clear(to)
		return 0
	}
	peak := math.Float32frombits(most)
	scale, half := activationPeak/peak, math.Float32bits(0.5)
	to = to[:len(x)]
	for i, v := range x {
		// Adding a half away from zero before the cut rounds to nearest.
		v *= scale
		to[i] = T(v + math.Float32frombits(half|math.Float32bits(v)&sign))
	}
	return peak / activationPeak
}

// dot is the product of two float vectors of equal length. Four sums let the
// processor overlap additions.
//
//go:norace
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s, t, u, v float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s += a[i] * b[i]
		t += a[i+1] * b[i+1]
		u += a[i+2] * b[i+2]
		v += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s += a[i] * b[i]
	}
	return s + t + u + v
}
