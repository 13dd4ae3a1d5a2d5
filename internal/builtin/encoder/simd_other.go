//go:build !amd64

package encoder

// Processors other than amd64 compute in plain Go.
const (
	haveSIMD  = false
	simdWidth = 1
)

func (m matrix) applyVector(turn turn, x, y []float32) { m.applyScalar(turn, x, y) }
