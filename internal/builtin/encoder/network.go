package encoder

import (
	"fmt"
	"math"
)

const (
	// width is the size of a token's embedding and of the first layer's input.
	width = 256
	heads = 4
	// hidden is the size of the layers' inner vectors.
	hidden = 1536
)

// network is the transformer: embeddings, two layers, the mean over tokens,
// and a tanh layer on top.
type network struct {
	embedding matrix
	// timing[t] is what tells the network that a token stands at place t.
	timing [MaxTokens][width]float32
	layers [2]layer
	output matrix
}

// layer is attention followed by two linear layers, each with its input
// normalised before and added after.
type layer struct {
	in int
	// widen takes the residual of the first layer from 256 to 512 values; the
	// second layer has none.
	widen                      matrix
	norm1, norm2               layerNorm
	qkv, attention, ffn1, ffn2 matrix
}

type layerNorm struct{ scale, bias []float32 }

func newNetwork(w *weights) *network {
	n := &network{
		embedding: w.matrix("embedding", width, 0),
		output:    w.matrix("output", Dim, Dim),
	}
	n.output.bias = w.vector("output.bias", Dim)
	n.layers[0] = newLayer(w, 0, width)
	n.layers[1] = newLayer(w, 1, Dim)
	n.layers[0].widen = w.matrix("layer0.dense", width, Dim)
	n.layers[0].widen.bias = w.vector("layer0.dense.bias", Dim)
	n.setTiming(w.vector("timing", width/2))
	return n
}

func newLayer(w *weights, i, in int) layer {
	name := func(s string) string { return fmt.Sprintf("layer%d.%s", i, s) }
	linear := func(s string, in, out int) matrix {
		m := w.matrix(name(s), in, out)
		m.bias = w.vector(name(s)+".bias", out)
		return m
	}
	return layer{
		in:        in,
		norm1:     layerNorm{w.vector(name("norm1.scale"), in), w.vector(name("norm1.bias"), in)},
		norm2:     layerNorm{w.vector(name("norm2.scale"), Dim), w.vector(name("norm2.bias"), Dim)},
		qkv:       linear("qkv", in, 3*in),
		attention: linear("attention", in, Dim),
		ffn1:      linear("ffn1", Dim, hidden),
		ffn2:      linear("ffn2", hidden, Dim),
	}
}

func (n *network) setTiming(frequencies []float32) {
	for t := range n.timing {
		for i, f := range frequencies {
			sin, cos := math.Sincos(float64(float32(t) * f))
			n.timing[t][i], n.timing[t][width/2+i] = float32(sin), float32(cos)
		}
	}
}

// block is several texts on their way through the network together. Linear
// layers see one list of tokens; attention keeps to each text's own.
type block struct {
	turn  turn
	ids   []int
	texts []span
}

// span is a text of a block, tokens from start to end.
type span struct{ start, end int }

func (b *block) add(ids []int) {
	start := len(b.ids)
	b.ids = append(b.ids, ids...)
	b.texts = append(b.texts, span{start, len(b.ids)})
}

// run returns the vectors of the block's texts, of length 1. They are not whole
// when the block's turn ended meanwhile.
func (n *network) run(b *block) []Vector {
	x := n.embed(b)
	for _, l := range n.layers {
		x = l.run(x, b)
	}
	means := make([]float32, len(b.texts)*Dim)
	for i, s := range b.texts {
		mean := means[i*Dim : (i+1)*Dim]
		for t := s.start; t < s.end; t++ {
			add(mean, x[t*Dim:(t+1)*Dim])
		}
		for j := range mean {
			mean[j] /= float32(s.end - s.start)
		}
	}
	out := n.output.apply(b.turn, means)
	vectors := make([]Vector, len(b.texts))
	for i := range vectors {
		v := out[i*Dim : (i+1)*Dim : (i+1)*Dim]
		for j := range v {
			v[j] = float32(math.Tanh(float64(v[j])))
		}
		normalise(v)
		vectors[i] = v
	}
	return vectors
}

// embed looks the tokens up. The published graph adds the embedding twice, so
// it counts double against the timing signal.
func (n *network) embed(b *block) []float32 {
	x := make([]float32, len(b.ids)*width)
	for _, s := range b.texts {
		for t := s.start; t < s.end; t++ {
			id := b.ids[t]
			row := x[t*width : (t+1)*width]
			cells, scale := n.embedding.cells[id*width:(id+1)*width], 2*n.embedding.scales[id]
			timing := &n.timing[t-s.start]
			for i := range row {
				row[i] = float32(int8(cells[i]))*scale + timing[i]
			}
		}
	}
	return x
}

func (l *layer) run(x []float32, b *block) []float32 {
	residual := x
	if l.widen.in != 0 {
		residual = l.widen.apply(b.turn, x)
	}
	qkv := l.qkv.apply(b.turn, l.norm1.apply(x))
	mixed := make([]float32, len(x))
	for _, s := range b.texts {
		l.attend(b.turn, qkv[s.start*3*l.in:s.end*3*l.in], mixed[s.start*l.in:s.end*l.in])
	}
	x = l.attention.apply(b.turn, mixed)
	add(x, residual)

	inner := l.ffn1.apply(b.turn, l.norm2.apply(x))
	for i, v := range inner {
		inner[i] = max(v, 0)
	}
	add(x, l.ffn2.apply(b.turn, inner))
	return x
}

// attend mixes one text's values by how well each query meets each key. A
// token's row of qkv holds its query, key and value, each cut into heads.
func (l *layer) attend(turn turn, qkv, out []float32) {
	tokens, size := len(out)/l.in, l.in/heads
	scale := float32(1 / math.Sqrt(float64(size)))
	share := make([]float32, tokens)
	part := func(t, which, head int) []float32 {
		at := t*3*l.in + which*l.in + head*size
		return qkv[at : at+size]
	}
	for head := range heads {
		if turn.over() {
			return
		}
		for t := range tokens {
			query := part(t, 0, head)
			for k := range share {
				share[k] = dot(query, part(k, 1, head)) * scale
			}
			softmax(share)
			to := out[t*l.in+head*size : t*l.in+(head+1)*size]
			for k, p := range share {
				value := part(k, 2, head)[:len(to)]
				for i := range to {
					to[i] += p * value[i]
				}
			}
		}
	}
}

func softmax(x []float32) {
	peak := x[0]
	for _, v := range x {
		peak = max(peak, v)
	}
	var sum float32
	for i, v := range x {
		x[i] = float32(math.Exp(float64(v - peak)))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

// apply returns x with each row brought to mean 0 and variance 1, then scaled.
func (n layerNorm) apply(x []float32) []float32 {
	const epsilon = 1e-6
	y, size := make([]float32, len(x)), len(n.scale)
	for at := 0; at < len(x); at += size {
		row, to := x[at:at+size], y[at:at+size]
		var mean, variance float32
		for _, v := range row {
			mean += v
		}
		mean /= float32(size)
		for _, v := range row {
			variance += (v - mean) * (v - mean)
		}
		scale := float32(1 / math.Sqrt(float64(variance/float32(size)+epsilon)))
		for i, v := range row {
			to[i] = (v-mean)*scale*n.scale[i] + n.bias[i]
		}
	}
	return y
}

func add(to, x []float32) {
	x = x[:len(to)]
	for i := range to {
		to[i] += x[i]
	}
}
