package language

// matrix is rows of weights: as they are, or product-quantised, which is to say
// that each stretch of a row is one byte, the number of a centroid.
type matrix struct {
	rows, cols int
	plain      []float32
	codes      string
	stretches  quantiser
	// norms has a byte for each row, the number of its length among lengths; it is
	// empty where rows have the length of their stretches.
	norms   string
	lengths quantiser
}

// quantiser is the centroids of each stretch: all of the first, then all of the
// second, and so on.
type quantiser struct {
	// count stretches of step numbers; the last has tail numbers.
	count, step, tail int
	values            []float32
}

func readMatrix(r *reader, quantised bool) matrix {
	if !quantised {
		m := matrix{rows: r.int64(), cols: r.int64()}
		if m.rows < 0 || m.cols < 1 || m.cols > maxDim {
			r.fail("a matrix has %d by %d weights", m.rows, m.cols)
			return matrix{}
		}
		m.plain = r.floats(r.size(m.rows, 4*m.cols) * m.cols)
		return m
	}
	withNorms := r.bool()
	m := matrix{rows: r.int64(), cols: r.int64()}
	m.codes = r.bytes(r.int32())
	m.stretches = readQuantiser(r)
	if withNorms {
		m.norms = r.bytes(m.rows)
		m.lengths = readQuantiser(r)
	}
	s, l := m.stretches, m.lengths
	switch {
	case m.rows < 0 || m.codes == "" || len(m.codes)%max(s.count, 1) != 0 || len(m.codes)/max(s.count, 1) != m.rows:
		r.fail("a matrix has %d rows and %d codes", m.rows, len(m.codes))
	case m.cols != (s.count-1)*s.step+s.tail:
		r.fail("a matrix has %d columns and codes for others", m.cols)
	case withNorms && (l.count != 1 || l.tail != 1):
		r.fail("a matrix has lengths that are no single numbers")
	}
	return m
}

func readQuantiser(r *reader) quantiser {
	dim := r.int32()
	q := quantiser{count: r.int32(), step: r.int32(), tail: r.int32()}
	if dim < 1 || dim > maxDim || q.count < 1 || q.count > dim || q.step < 1 || q.step > dim || q.tail < 1 || q.tail > q.step ||
		(q.count-1)*q.step+q.tail != dim {
		r.fail("a quantiser has %d stretches of %d and %d for %d numbers", q.count, q.step, q.tail, dim)
		return quantiser{}
	}
	q.values = r.floats(dim * centroids)
	return q
}

// centroid returns the numbers that a code stands for in a stretch.
func (q *quantiser) centroid(stretch int, code byte) []float32 {
	size := q.step
	if stretch == q.count-1 {
		size = q.tail
	}
	at := stretch*centroids*q.step + int(code)*size
	return q.values[at : at+size]
}

// addTo adds a row to a vector.
func (m *matrix) addTo(v []float32, row int) {
	if m.codes == "" {
		for i, w := range m.plain[row*m.cols : (row+1)*m.cols] {
			v[i] += w
		}
		return
	}
	length := float32(1)
	if m.norms != "" {
		length = m.lengths.centroid(0, m.norms[row])[0]
	}
	s := &m.stretches
	for i := range s.count {
		part := v[i*s.step:]
		for k, w := range s.centroid(i, m.codes[row*s.count+i]) {
			part[k] += length * w
		}
	}
}

// dot returns the product of a row and a vector.
func (m *matrix) dot(v []float32, row int) (sum float64) {
	weights := make([]float32, m.cols)
	m.addTo(weights, row)
	for i, w := range weights {
		sum += float64(w) * float64(v[i])
	}
	return sum
}
