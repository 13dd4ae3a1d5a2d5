package translate

import (
	"fmt"
	"math"

	"airglow/internal/model"
	"airglow/internal/neutral"
)

// fit makes the vectors of an answer those that the request asks for, or says why
// that cannot be. A vector is never made up: one of another length is cut only
// where the model map says that the model is made for it.
func (q *question) fit(v *neutral.Vectors, embed neutral.Embed) error {
	if len(v.Floats) != len(embed.Texts) {
		return q.badAnswer(fmt.Sprintf("%d vectors came for %d texts", len(v.Floats), len(embed.Texts)))
	}
	for i, vector := range v.Floats {
		if len(vector) != len(v.Floats[0]) {
			return q.badAnswer("its vectors are of different lengths")
		}
		length := norm(vector)
		if len(vector) == 0 || length == 0 || math.IsInf(length, 0) || math.IsNaN(length) {
			return q.badAnswer("a vector is empty, zero or no numbers")
		}
		short := embed.Dimensions > 0 && embed.Dimensions < len(vector)
		if embed.Dimensions > len(vector) || short && !q.matryoshka {
			return q.wrongDimensions(len(vector), embed.Dimensions)
		}
		if short {
			vector = vector[:embed.Dimensions:embed.Dimensions]
		}
		if short || embed.Normalize {
			vector = unit(vector)
		}
		v.Floats[i] = vector
	}
	v.Texts, v.Types = embed.Texts, embed.Types
	return nil
}

func (q *question) wrongDimensions(got, want int) error {
	message := fmt.Sprintf("model %s of provider %s gives vectors of %d numbers, and %d are asked for: set target in the model map to a model that gives %d, or ask for %d in the body where the family allows it",
		q.req.TargetModel(), q.name, got, want, want, got)
	if got > want {
		message += "; a model that is trained to have its vectors cut (Matryoshka) needs the parameter matryoshka = true in the model map"
	}
	return &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException", Message: message}
}

func norm(vector []float32) float64 {
	var sum float64
	for _, f := range vector {
		sum += float64(f) * float64(f)
	}
	return math.Sqrt(sum)
}

// unit returns a vector of length 1 in the same direction; one that has it already
// is returned as it is.
func unit(vector []float32) []float32 {
	const exact = 1e-6 // what float32 rounds
	length := norm(vector)
	if math.Abs(length-1) < exact || length == 0 {
		return vector
	}
	scaled := make([]float32, len(vector))
	for i, f := range vector {
		scaled[i] = float32(float64(f) / length)
	}
	return scaled
}
