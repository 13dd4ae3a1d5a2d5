package encoder

// lanes is how many pairs of tokens go through a row of weights together.
const lanes = 4

// packed is the activations of a block of tokens as integers: groups of four
// pairs for as long as there are eight tokens, then single pairs.
type packed struct {
	quads  [][][lanes]int64
	pairs  [][]int64
	scales []float32
}

// pack rounds rows of width values each.
//
//go:norace
func pack(x []float32, width int) packed {
	rows := len(x) / width
	p := packed{scales: make([]float32, rows)}
	ints := make([]int64, len(x))
	for r := range rows {
		p.scales[r] = round(x[r*width:(r+1)*width], ints[r*width:(r+1)*width])
	}
	r := 0
	for ; r+2*lanes <= rows; r += 2 * lanes {
		quad := make([][lanes]int64, width)
		for lane := range lanes {
			lo := ints[(r+2*lane)*width : (r+2*lane+1)*width]
			hi := ints[(r+2*lane+1)*width : (r+2*lane+2)*width]
			for i := range quad {
				quad[i][lane] = lo[i] + hi[i]<<32
			}
		}
		p.quads = append(p.quads, quad)
	}
	for ; r < rows; r += 2 {
		pair := ints[r*width : (r+1)*width]
		if r+1 < rows {
			for i, hi := range ints[(r+1)*width : (r+2)*width] {
				pair[i] += hi << 32
			}
		}
		p.pairs = append(p.pairs, pair)
	}
	return p
}

// applyScalar is apply in plain Go, on any processor.
func (m matrix) applyScalar(turn turn, x, y []float32) {
	p := pack(x, m.in)
	for o := range m.out {
		if o%looksAfter == 0 && turn.over() {
			return
		}
		row := m.cells[o*m.in : (o+1)*m.in]
		t := 0
		for _, quad := range p.quads {
			for _, sum := range dotQuad(row, quad) {
				m.store(y, p.scales, outputs{t, o, sum})
				t += 2
			}
		}
		for _, pair := range p.pairs {
			m.store(y, p.scales, outputs{t, o, dotPair(row, pair)})
			t += 2
		}
	}
}

// outputs is the sum of products of two tokens, first and first+1, for one
// output.
type outputs struct {
	first, out int
	sum        int64
}

// store takes the two halves of a sum apart and writes them as floats. The
// high half is one too small when the low half is negative.
func (m matrix) store(y, scales []float32, s outputs) {
	lo := int32(s.sum)
	hi := int32((s.sum - int64(lo)) >> 32)
	y[s.first*m.out+s.out] = float32(lo)*(scales[s.first]*m.scales[s.out]) + m.bias[s.out]
	if s.first+1 < len(scales) {
		y[(s.first+1)*m.out+s.out] = float32(hi)*(scales[s.first+1]*m.scales[s.out]) + m.bias[s.out]
	}
}

// dotQuad is the inner loop: nearly all the time of the program goes here. It
// and the other loops below read weights that never change and slices of
// their caller alone, so the race detector need not watch them; watched, the
// tests take fifteen times as long.
//
//go:norace
func dotQuad(row string, x [][lanes]int64) [lanes]int64 {
	var a, b, c, d int64
	x = x[:len(row)]
	for i := range x {
		w, v := int64(int8(row[i])), &x[i]
		a += w * v[0]
		b += w * v[1]
		c += w * v[2]
		d += w * v[3]
	}
	return [lanes]int64{a, b, c, d}
}

//go:norace
func dotPair(row string, x []int64) int64 {
	var a, b int64
	x = x[:len(row)]
	i := 0
	for ; i+1 < len(x); i += 2 {
		a += int64(int8(row[i])) * x[i]
		b += int64(int8(row[i+1])) * x[i+1]
	}
	for ; i < len(x); i++ {
		a += int64(int8(row[i])) * x[i]
	}
	return a + b
}
