package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// source is the published model: its tensors by name, and the tokenizer's
// pieces in the order of their ids.
type source struct {
	tensors map[string][]float32
	pieces  []piece
}

type piece struct {
	text  string
	score float32
}

// manifest is the part of model.json that says where the tensors are.
type manifest struct {
	Groups []struct {
		Paths   []string
		Weights []struct {
			Name  string
			Shape []int
			Dtype string
		}
	} `json:"weightsManifest"`
}

func readSource(dir string) (*source, error) {
	var m manifest
	if err := readJSON(filepath.Join(dir, "model.json"), &m); err != nil {
		return nil, err
	}
	src := &source{tensors: map[string][]float32{}}
	for _, group := range m.Groups {
		var data []byte
		for _, path := range group.Paths {
			shard, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				return nil, fmt.Errorf("read shard: %w", err)
			}
			data = append(data, shard...)
		}
		for _, w := range group.Weights {
			// Every value, int32 ones included, takes four bytes.
			size := 4
			for _, d := range w.Shape {
				size *= d
			}
			if size > len(data) {
				return nil, fmt.Errorf("tensor %s needs %d bytes, %d are left", w.Name, size, len(data))
			}
			if w.Dtype == "float32" {
				src.tensors[w.Name] = float32s(data[:size])
			}
			data = data[size:]
		}
	}
	var err error
	src.pieces, err = readPieces(filepath.Join(dir, "vocab.json"))
	return src, err
}

// readPieces reads the vocabulary, a list of [piece, score] pairs.
func readPieces(path string) ([]piece, error) {
	var pairs [][2]any
	if err := readJSON(path, &pairs); err != nil {
		return nil, err
	}
	pieces := make([]piece, len(pairs))
	for i, pair := range pairs {
		text, okText := pair[0].(string)
		// Seven pieces with a colon were published with null for a score; the
		// published tokenizer adds it as 0, and so the model saw it.
		score, okScore := pair[1].(float64)
		if !okText || !okScore && pair[1] != nil {
			return nil, fmt.Errorf("vocabulary entry %d is not a string and a number", i)
		}
		pieces[i] = piece{text, float32(score)}
	}
	return pieces, nil
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read input: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("parse %s: %w", path, err)
	}
	return nil
}

func float32s(data []byte) []float32 {
	f := make([]float32, len(data)/4)
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return f
}
