// Package language tells which of 176 languages a text is written in. It reads
// and asks a model of fastText's: the mean of the vectors of a text's words and of
// the n-grams of their characters, and a tree of yes-or-no questions to it, whose
// leaves are the languages.
//
// file.go reads the format of fastText's .ftz files, matrix.go the weights, which
// are product-quantised; tree.go has the labels' tree, names.go the languages'
// names. The format and the way from text to n-grams follow the description and
// behaviour of fastText, version 0.9.
package language

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Detector is a model. It is safe for concurrent use.
type Detector struct {
	dim, buckets, shortest, longest int

	words  map[string]int
	labels []string
	// kept tells, for the hash of an n-gram, which row behind the words' is its.
	kept          map[int]int
	input, output matrix
	tree          []node
}

// New reads a model's file; its bytes stay in use.
func New(file string) (*Detector, error) {
	d, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("read language model: %w", err)
	}
	return d, nil
}

// Guess is a language and how sure it is.
type Guess struct {
	// Code is of ISO 639-1 where that has one, else of ISO 639-3, in lower case;
	// empty where the text has nothing that tells. "zh" is Chinese of any script.
	Code string
	// Share is 0 to 1, the model's own probability.
	Share float64
}

// Name returns the language's English name, the code where it is not known.
func (g Guess) Name() string { return name(g.Code) }

// maxBytes is how much of a text is read. More does not make the answer better.
const maxBytes = 4096

// Detect returns the likeliest language of a text.
func (d *Detector) Detect(text string) Guess {
	mean := make([]float32, d.dim)
	rows := 0
	add := func(row int) {
		d.input.addTo(mean, row)
		rows++
	}
	for _, word := range fields(beginning(text)) {
		if row, ok := d.words[word]; ok {
			add(row)
		}
		d.ngrams("<"+word+">", add)
	}
	if rows == 0 {
		return Guess{}
	}
	if row, ok := d.words[endOfText]; ok {
		add(row)
	}
	for i := range mean {
		mean[i] /= float32(rows)
	}
	leaf, share := d.walk(mean)
	return Guess{Code: d.labels[leaf], Share: share}
}

// endOfText is the word that fastText reads at the end of each line.
const endOfText = "</s>"

// beginning returns the text up to maxBytes, in valid UTF-8.
func beginning(text string) string {
	if len(text) > maxBytes {
		text = text[:maxBytes]
		for i := 0; i < utf8.UTFMax && !utf8.ValidString(text); i++ {
			text = text[:len(text)-1]
		}
	}
	return strings.ToValidUTF8(text, "�")
}

// fields cuts at what fastText cuts at: a no-break space is part of a word.
func fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\r\t\v\f\x00", r) })
}

// ngrams adds the rows of a marked word's n-grams. Lone marks are none.
func (d *Detector) ngrams(word string, add func(row int)) {
	for start := range word {
		hash := uint32(2166136261)
		end, length := start, 0
		for end < len(word) && length < d.longest {
			_, size := utf8.DecodeRuneInString(word[end:])
			for _, b := range []byte(word[end : end+size]) {
				// The bytes count as signed, as they did where the model was trained.
				hash = (hash ^ uint32(int8(b))) * 16777619
			}
			end, length = end+size, length+1
			if length < d.shortest || length == 1 && (start == 0 || end == len(word)) {
				continue
			}
			if row, ok := d.row(hash); ok {
				add(row)
			}
		}
	}
}

// row returns where the weights of an n-gram's hash are, if they were kept.
func (d *Detector) row(hash uint32) (int, bool) {
	row, ok := d.kept[int(hash%uint32(d.buckets))]
	return len(d.words) + row, ok
}

// Shared reads a model once, when it is first wanted.
type Shared struct {
	// File is the model's.
	File string

	once sync.Once
	d    *Detector
	err  error
}

// Detector returns the model.
func (s *Shared) Detector() (*Detector, error) {
	s.once.Do(func() { s.d, s.err = New(s.File) })
	return s.d, s.err
}

// Codes returns the codes of the languages that the model knows.
func (d *Detector) Codes() []string { return slices.Clone(d.labels) }
