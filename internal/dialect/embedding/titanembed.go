package embedding

import (
	"fmt"
	"slices"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// What Amazon documents for Titan's embeddings.
const (
	titanEmbedWidth   = 1024
	titanEmbedWidthV1 = 1536
	titanEmbedLength  = 50000 // characters
)

// titanEmbed is the family of Titan Text Embeddings V2.
func titanEmbed() form.Spec {
	return form.Spec{
		Name:     "Amazon Titan embeddings V2",
		Pattern:  "amazon.titan-embed-text-v2*",
		Prefixes: []string{"amazon.titan-embed-text-v2"},
		Owns: func(o jsonbody.Object) bool {
			return o.Has("inputText") && (o.Has("dimensions") || o.Has("normalize") || o.Has("embeddingTypes"))
		},
		Embed: &form.EmbedForm{Decode: decodeTitanEmbed, Request: requestTitanEmbed, Encode: encodeTitanVectors, Result: resultTitanVectors},
	}
}

// titanEmbedV1 is that of the models before, which have no settings. Their
// vectors are not of length 1.
func titanEmbedV1() form.Spec {
	return form.Spec{
		Name:     "Amazon Titan embeddings G1",
		Pattern:  "amazon.titan-embed-text-v1*, amazon.titan-embed-g1-text*",
		Prefixes: []string{"amazon.titan-embed-text-v1", "amazon.titan-embed-g1-text"},
		Embed: &form.EmbedForm{
			Decode: decodeTitanEmbedV1, Request: requestTitanEmbedV1, Encode: encodeTitanVectorsV1, Result: resultTitanVectors,
		},
	}
}

// titanEmbedInput reads the one text of a body.
func titanEmbedInput(f jsonbody.Reader) []string {
	return []string{f.Text("inputText", jsonbody.Between(1, titanEmbedLength))}
}

func decodeTitanEmbed(_ string, f jsonbody.Reader) (neutral.Embed, error) {
	return titanEmbedBody(f, titanEmbedWidth, titanWidths())
}

// titanEmbedBody reads a body in the form of V2, for a model that gives vectors of
// width unless it is asked for one of widths.
func titanEmbedBody(f jsonbody.Reader, width int, widths []int) (neutral.Embed, error) {
	e := neutral.Embed{Dimensions: width, Normalize: true, Truncate: "none"}
	f.Members([]string{"inputText"}, "dimensions", "normalize", "embeddingTypes")
	e.Texts = titanEmbedInput(f)
	readWidth(f, "dimensions", &e.Dimensions, widths)
	f.Boolean("normalize", &e.Normalize)
	e.Types = readWords(f, "embeddingTypes", []string{"float", "binary"})
	return e, form.Refusal(f)
}

func titanWidths() []int { return []int{256, 512, 1024} }

// readWidth reads a dimension and notes one that is not among those that the model
// gives; nil are all, for models of which that is not known.
func readWidth(f jsonbody.Reader, key string, to *int, widths []int) {
	if widths == nil {
		f.Integer(key, jsonbody.From(1), to)
		return
	}
	f.Integer(key, jsonbody.Span{}, to)
	if !slices.Contains(widths, *to) {
		f.ViolateAt(key, "%d is not a valid enum value", *to)
	}
}

// readWords reads an array of some words.
func readWords(f jsonbody.Reader, key string, known []string) []string {
	words := f.Texts(key, jsonbody.Span{}, jsonbody.Span{})
	for i, w := range words {
		if !slices.Contains(known, w) {
			f.ViolateAt(fmt.Sprintf("%s/%d", key, i), "%s is not a valid enum value", w)
		}
	}
	return words
}

func decodeTitanEmbedV1(_ string, f jsonbody.Reader) (neutral.Embed, error) {
	f.Members([]string{"inputText"})
	e := neutral.Embed{Texts: titanEmbedInput(f), Dimensions: titanEmbedWidthV1, Truncate: "none"}
	return e, form.Refusal(f)
}

type titanEmbedRequest struct {
	Text       string   `json:"inputText"`
	Dimensions int      `json:"dimensions,omitempty"`
	Normalize  *bool    `json:"normalize,omitempty"`
	Types      []string `json:"embeddingTypes,omitempty"`
}

// requestTitanEmbed leaves out what the vectors are for and what to cut off:
// Titan does not tell purposes apart, and fails where a text is too long.
func requestTitanEmbed(w *jsonbody.Writer, _ string, e neutral.Embed) error {
	const family = "Amazon Titan embeddings V2"
	if err := oneText(family, e); err != nil {
		return err
	}
	if e.Dimensions != 0 && !slices.Contains(titanWidths(), e.Dimensions) {
		return cannotMeasure(family, e.Dimensions)
	}
	w.Value(titanEmbedRequest{e.Texts[0], e.Dimensions, &e.Normalize, withFloats(e.Types, "float", "binary")})
	return nil
}

func requestTitanEmbedV1(w *jsonbody.Writer, _ string, e neutral.Embed) error {
	const family = "Amazon Titan embeddings G1"
	if err := oneText(family, e); err != nil {
		return err
	}
	switch {
	case e.Dimensions != 0 && e.Dimensions != titanEmbedWidthV1:
		return cannotMeasure(family, e.Dimensions)
	case e.Normalize:
		return form.CannotSay(family, "vectors of length 1")
	}
	w.Value(titanEmbedRequest{Text: e.Texts[0]})
	return nil
}

func oneText(family string, e neutral.Embed) error {
	if len(e.Texts) > 1 {
		return form.CannotSay(family, "more than one text at a time")
	}
	return nil
}

type titanVectors struct {
	Embedding []float32          `json:"embedding,omitempty"`
	ByType    *titanVectorByType `json:"embeddingsByType,omitempty"`
	Tokens    *int64             `json:"inputTextTokenCount,omitempty"`
}

type titanVectorByType struct {
	Binary []int     `json:"binary,omitempty"`
	Float  []float32 `json:"float,omitempty"`
}

// encodeTitanVectors gives the vector by type as well, also where nobody asked
// for types, as the service does.
func encodeTitanVectors(w *jsonbody.Writer, v neutral.Vectors) error {
	one, err := oneVector("Amazon Titan embeddings V2", v)
	if err != nil {
		return err
	}
	a := titanVectors{ByType: &titanVectorByType{}, Tokens: inputTokens(v.Usage)}
	if len(v.Types) == 0 || slices.Contains(v.Types, "float") {
		a.Embedding, a.ByType.Float = one, one
	}
	if slices.Contains(v.Types, "binary") {
		a.ByType.Binary = bits(one)
	}
	w.Value(a)
	return nil
}

func encodeTitanVectorsV1(w *jsonbody.Writer, v neutral.Vectors) error {
	one, err := oneVector("Amazon Titan embeddings G1", v)
	if err != nil {
		return err
	}
	w.Value(titanVectors{Embedding: one, Tokens: inputTokens(v.Usage)})
	return nil
}

func oneVector(family string, v neutral.Vectors) ([]float32, error) {
	if err := sound(v.Floats); err != nil {
		return nil, err
	}
	if len(v.Floats) != 1 {
		return nil, form.BadAnswer("%d vectors for the one text of %s", len(v.Floats), family)
	}
	return v.Floats[0], nil
}

func inputTokens(u model.Usage) *int64 {
	if !u.Known {
		return nil
	}
	return &u.InputTokens
}

func resultTitanVectors(a jsonbody.Reader) (neutral.Vectors, error) {
	var v neutral.Vectors
	byType, _ := a.Inner("embeddingsByType")
	raw := a.Get("embedding")
	if raw == nil {
		raw = byType.Get("float")
	}
	one, ok := readFloats(raw)
	if !ok {
		return v, form.BadAnswer("the answer has no embedding of numbers")
	}
	v.Floats = [][]float32{one}
	if byType.Has("binary") {
		v.Types = []string{"float", "binary"}
	}
	if n := form.Count(a, "inputTextTokenCount"); n != nil {
		v.Usage = model.Usage{InputTokens: *n, Known: true}
	}
	return v, form.Broken(a)
}
