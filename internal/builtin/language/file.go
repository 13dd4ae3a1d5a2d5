package language

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// What a file of fastText begins with: its mark and the version of the format
// that its releases since 2017 write.
const (
	magic   = 793712314
	version = 12
)

// The limits of what is read. They are far above what lid.176.ftz has, and keep a
// damaged file from asking for memory that its own length does not warrant.
const (
	maxDim    = 1 << 10
	maxNgram  = 64
	centroids = 256 // what a byte tells apart
)

// reader takes a file apart from its start. The first failure stays; what is read
// after it is zero.
type reader struct {
	rest string
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.rest = ""
}

func (r *reader) bytes(n int) string {
	if n < 0 || n > len(r.rest) {
		r.fail("the file ends too early")
		return ""
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) int32() int {
	b := r.bytes(4)
	if b == "" {
		return 0
	}
	return int(int32(binary.LittleEndian.Uint32([]byte(b))))
}

func (r *reader) int64() int {
	b := r.bytes(8)
	if b == "" {
		return 0
	}
	return int(int64(binary.LittleEndian.Uint64([]byte(b))))
}

// size reads a count of things that take so many bytes each in what is left.
func (r *reader) size(n, each int) int {
	if n < 0 || n > len(r.rest)/each {
		r.fail("the file counts %d of something and has no room for it", n)
		return 0
	}
	return n
}

func (r *reader) bool() bool { return r.bytes(1) == "\x01" }

func (r *reader) floats(n int) []float32 {
	b := r.bytes(4 * r.size(n, 4))
	f := make([]float32, len(b)/4)
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32([]byte(b[4*i : 4*i+4])))
		if math.IsNaN(float64(f[i])) || math.IsInf(float64(f[i]), 0) {
			r.fail("the file has weights that are no numbers")
			return nil
		}
	}
	return f
}

// word reads the bytes up to a zero.
func (r *reader) word() string {
	word, rest, ok := strings.Cut(r.rest, "\x00")
	if !ok {
		r.fail("the file ends within a word")
		return ""
	}
	r.rest = rest
	return word
}

// read makes a Detector of a file.
func read(file string) (*Detector, error) {
	r := &reader{rest: file}
	if r.int32() != magic || r.int32() != version {
		return nil, errors.New("not a fastText model of format 12")
	}
	d := &Detector{}
	d.readSettings(r)
	counts := d.readWords(r)
	d.input = readMatrix(r, r.bool())
	// The output's matrix is quantised only if the input's is, too.
	d.output = readMatrix(r, r.bool() && d.input.codes != "")
	if r.err == nil && r.rest != "" {
		r.fail("the file goes on behind its end")
	}
	if r.err == nil {
		d.check(r)
	}
	if r.err != nil {
		return nil, r.err
	}
	d.tree = growTree(counts)
	return d, nil
}

// readSettings reads how the model was trained, as far as it matters for asking it:
// words and n-grams of characters, and a tree of labels.
func (d *Detector) readSettings(r *reader) {
	const hierarchical, supervised = 1, 3
	d.dim = r.int32()
	r.bytes(4 * 4) // window, epochs, least count, negatives
	words, loss, model := r.int32(), r.int32(), r.int32()
	d.buckets, d.shortest, d.longest = r.int32(), r.int32(), r.int32()
	r.bytes(4 + 8) // learning rate, sampling
	switch {
	case words != 1 || loss != hierarchical || model != supervised:
		r.fail("not a classifier over single words and a tree of labels")
	case d.dim < 1 || d.dim > maxDim, d.buckets < 1, d.shortest < 1, d.longest < d.shortest, d.longest > maxNgram:
		r.fail("its settings cannot be those of a model")
	}
}

// readWords reads words, labels with how often each occurred, and which n-grams
// were kept.
func (d *Detector) readWords(r *reader) (counts []int) {
	const leastEntry = 1 + 8 + 1
	all := r.int32()
	d.words = map[string]int{}
	words, labels := r.int32(), r.int32()
	r.bytes(8) // tokens in the training data
	kept := r.int64()
	if words < 0 || labels < 2 || words+labels != all {
		r.fail("its dictionary has %d words and %d labels of %d", words, labels, all)
	}
	for i := range r.size(all, leastEntry) {
		word, count, isLabel := r.word(), r.int64(), r.bool()
		switch {
		case isLabel != (i >= words):
			r.fail("its labels do not follow its words")
		case isLabel:
			d.labels = append(d.labels, strings.TrimPrefix(word, "__label__"))
			counts = append(counts, max(count, 0))
		default:
			d.words[word] = i
		}
	}
	d.kept = map[int]int{}
	for range r.size(kept, 8) {
		hash := r.int32()
		d.kept[hash] = r.int32()
	}
	return counts
}

// check holds the parts of a file against each other.
func (d *Detector) check(r *reader) {
	for _, row := range d.kept {
		if row < 0 || len(d.words)+row >= d.input.rows {
			r.fail("it keeps n-grams that it has no weights for")
		}
	}
	if d.input.cols != d.dim || d.output.cols != d.dim || d.input.rows < len(d.words) || d.output.rows != len(d.labels) {
		r.fail("its weights are not of the size of its dictionary")
	}
}
