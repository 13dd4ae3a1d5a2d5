package encoder

import "golang.org/x/sys/cpu"

// haveSIMD says whether the processor has AVX2, as those since 2015 do.
var haveSIMD = cpu.X86.HasAVX2

// simdWidth is how many products one instruction takes.
const simdWidth = 16

// simdTokens is how many tokens go through two rows of weights together: their
// eight sums stay in registers.
const simdTokens = 4

// sumPairs gives the sums of products of two rows of weights, one behind the
// other, with four tokens of as many integers each: first the four of the first
// row. The number of weights in a row is a multiple of simdWidth.
//
//go:noescape
func sumPairs(rows string, tokens []int16, sums *[2 * simdTokens]int32)

// applyVector is apply by sumPairs.
func (m matrix) applyVector(turn turn, x, y []float32) {
	tokens := len(x) / m.in
	// The last group is filled up with tokens of zeros.
	groups := (tokens + simdTokens - 1) / simdTokens
	ints := make([]int16, groups*simdTokens*m.in)
	scales := make([]float32, tokens)
	for t := range tokens {
		scales[t] = round(x[t*m.in:(t+1)*m.in], ints[t*m.in:(t+1)*m.in])
	}
	var sums [2 * simdTokens]int32
	for o := 0; o < m.out; o += 2 {
		if o%looksAfter == 0 && turn.over() {
			return
		}
		rows := m.cells[o*m.in : (o+2)*m.in]
		for g := range groups {
			sumPairs(rows, ints[g*simdTokens*m.in:(g+1)*simdTokens*m.in], &sums)
			for t := g * simdTokens; t < min((g+1)*simdTokens, tokens); t++ {
				i := t - g*simdTokens
				y[t*m.out+o] = float32(sums[i])*(scales[t]*m.scales[o]) + m.bias[o]
				y[t*m.out+o+1] = float32(sums[simdTokens+i])*(scales[t]*m.scales[o+1]) + m.bias[o+1]
			}
		}
	}
}
