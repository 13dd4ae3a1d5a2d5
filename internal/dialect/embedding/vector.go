package embedding

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
)

// cannotMeasure is a refusal of vectors that a model does not give.
func cannotMeasure(family string, dimensions int) error {
	return form.CannotSay(family, fmt.Sprintf("vectors of %d dimensions", dimensions))
}

// withFloats returns the types of vectors to ask for: those of the request that
// the family knows. Floats are always among them, as a neutral answer holds
// nothing else and the other types are computed of them.
func withFloats(types []string, known ...string) []string {
	if len(types) == 0 {
		return nil
	}
	out := slices.DeleteFunc(slices.Clone(types), func(t string) bool { return !slices.Contains(known, t) })
	if !slices.Contains(out, "float") {
		out = append([]string{"float"}, out...)
	}
	return out
}

// noQuantiser is the refusal of bytes for numbers. Cohere computes them with
// ranges of its models that it has not published; ranges of somebody else would
// give vectors that cannot be compared with those of the model.
func noQuantiser(kind string) error {
	return &model.Error{
		Kind: model.Unsupported, Service: model.Bedrock,
		Message: "embeddings of type " + kind + " can be computed by the model itself alone, as its ranges are not documented; ask for float, binary or ubinary, or map the model to provider bedrock in the model map",
	}
}

// sound says what is wrong with vectors: each has the same number of numbers, at
// least one, all of them finite.
func sound(vectors [][]float32) error {
	if len(vectors) == 0 {
		return form.BadAnswer("the answer has no vectors")
	}
	for _, v := range vectors {
		if len(v) == 0 || len(v) != len(vectors[0]) {
			return form.BadAnswer("the vectors of the answer are not of one length: %d and %d", len(vectors[0]), len(v))
		}
		for _, x := range v {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return form.BadAnswer("a vector of the answer has a number that is not finite")
			}
		}
	}
	return nil
}

// readFloats reads a vector, at least one number. A number beyond what a float32
// holds is none.
func readFloats(raw json.RawMessage) ([]float32, bool) {
	list, ok := jsonbody.Elements(raw)
	if !ok || len(list) == 0 {
		return nil, false
	}
	out := make([]float32, len(list))
	for i, item := range list {
		f, ok := jsonbody.Number(item)
		if !ok || math.Abs(f) > math.MaxFloat32 {
			return nil, false
		}
		out[i] = float32(f)
	}
	return out, true
}

// bits is a vector of Titan's type binary: a 1 for each number above 0, a 0 for
// each other.
func bits(v []float32) []int {
	out := make([]int, len(v))
	for i, x := range v {
		if x > 0 {
			out[i] = 1
		}
	}
	return out
}

// packed is a vector of Cohere's type ubinary: eight such bits to a byte, the
// first of them highest. The type binary has 128 less in each, so that it fits a
// signed byte.
func packed(v []float32, less int) []int {
	out := make([]int, (len(v)+7)/8)
	for i, bit := range bits(v) {
		out[i/8] |= bit << (7 - i%8)
	}
	for i := range out {
		out[i] -= less
	}
	return out
}

// each applies a computation to all vectors.
func each(vectors [][]float32, less int) [][]int {
	out := make([][]int, len(vectors))
	for i, v := range vectors {
		out[i] = packed(v, less)
	}
	return out
}
