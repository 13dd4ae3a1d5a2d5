package dialect

import (
	"fmt"
	"slices"

	"airglow/internal/model"
)

// What Amazon documents for Titan's embeddings.
const (
	titanEmbedWidth   = 1024
	titanEmbedWidthV1 = 1536
	titanEmbedLength  = 50000 // characters
)

// titanEmbed is the family of Titan Text Embeddings V2.
func titanEmbed() Family {
	return Family{
		name:     "Amazon Titan embeddings V2",
		pattern:  "amazon.titan-embed-text-v2*",
		prefixes: []string{"amazon.titan-embed-text-v2"},
		owns: func(o object) bool {
			return o.has("inputText") && (o.has("dimensions") || o.has("normalize") || o.has("embeddingTypes"))
		},
		embed: &embedForm{decode: decodeTitanEmbed, request: requestTitanEmbed, encode: encodeTitanVectors, result: resultTitanVectors},
	}
}

// titanEmbedV1 is that of the models before, which have no settings. Their
// vectors are not of length 1.
func titanEmbedV1() Family {
	return Family{
		name:     "Amazon Titan embeddings G1",
		pattern:  "amazon.titan-embed-text-v1*, amazon.titan-embed-g1-text*",
		prefixes: []string{"amazon.titan-embed-text-v1", "amazon.titan-embed-g1-text"},
		embed: &embedForm{
			decode: decodeTitanEmbedV1, request: requestTitanEmbedV1, encode: encodeTitanVectorsV1, result: resultTitanVectors,
		},
	}
}

// titanEmbedInput reads the one text of a body.
func titanEmbedInput(f *fields) []string {
	var text string
	f.text("inputText", span{1, titanEmbedLength}, &text)
	return []string{text}
}

func decodeTitanEmbed(_ string, o object) (Embed, error) {
	return titanEmbedBody(o, titanEmbedWidth, titanWidths())
}

// titanEmbedBody reads a body in the form of V2, for a model that gives vectors of
// width unless it is asked for one of widths.
func titanEmbedBody(o object, width int, widths []int) (Embed, error) {
	e := Embed{Dimensions: width, Normalize: true, Truncate: "none"}
	f := readFields(o, []string{"inputText"}, "dimensions", "normalize", "embeddingTypes")
	e.Texts = titanEmbedInput(f)
	f.width("dimensions", &e.Dimensions, widths)
	f.boolean("normalize", &e.Normalize)
	e.Types = f.words("embeddingTypes", []string{"float", "binary"})
	return e, f.err()
}

func titanWidths() []int { return []int{256, 512, 1024} }

// width reads a dimension and notes one that is not among those that the model
// gives; nil are all, for models of which that is not known.
func (f *fields) width(key string, to *int, widths []int) {
	if widths == nil {
		f.integer(key, span{least: 1}, to)
		return
	}
	f.integer(key, span{}, to)
	if !slices.Contains(widths, *to) {
		f.faultAt(key, "%d is not a valid enum value", *to)
	}
}

// words reads an array of some words.
func (f *fields) words(key string, known []string) []string {
	words := f.texts(key, span{}, span{})
	for i, w := range words {
		if !slices.Contains(known, w) {
			f.faultAt(fmt.Sprintf("%s/%d", key, i), "%s is not a valid enum value", w)
		}
	}
	return words
}

func decodeTitanEmbedV1(_ string, o object) (Embed, error) {
	f := readFields(o, []string{"inputText"})
	e := Embed{Texts: titanEmbedInput(f), Dimensions: titanEmbedWidthV1, Truncate: "none"}
	return e, f.err()
}

type titanEmbedRequest struct {
	Text       string   `json:"inputText"`
	Dimensions int      `json:"dimensions,omitempty"`
	Normalize  *bool    `json:"normalize,omitempty"`
	Types      []string `json:"embeddingTypes,omitempty"`
}

// requestTitanEmbed leaves out what the vectors are for and what to cut off:
// Titan does not tell purposes apart, and fails where a text is too long.
func requestTitanEmbed(_ string, e Embed) ([]byte, error) {
	const family = "Amazon Titan embeddings V2"
	if err := oneText(family, e); err != nil {
		return nil, err
	}
	if e.Dimensions != 0 && !slices.Contains(titanWidths(), e.Dimensions) {
		return nil, cannotMeasure(family, e.Dimensions)
	}
	return encodeJSON(titanEmbedRequest{e.Texts[0], e.Dimensions, &e.Normalize, withFloats(e.Types, "float", "binary")})
}

func requestTitanEmbedV1(_ string, e Embed) ([]byte, error) {
	const family = "Amazon Titan embeddings G1"
	if err := oneText(family, e); err != nil {
		return nil, err
	}
	switch {
	case e.Dimensions != 0 && e.Dimensions != titanEmbedWidthV1:
		return nil, cannotMeasure(family, e.Dimensions)
	case e.Normalize:
		return nil, cannotSay(family, "vectors of length 1")
	}
	return encodeJSON(titanEmbedRequest{Text: e.Texts[0]})
}

func oneText(family string, e Embed) error {
	if len(e.Texts) > 1 {
		return cannotSay(family, "more than one text at a time")
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
func encodeTitanVectors(v Vectors) ([]byte, error) {
	one, err := oneVector("Amazon Titan embeddings V2", v)
	if err != nil {
		return nil, err
	}
	a := titanVectors{ByType: &titanVectorByType{}, Tokens: inputTokens(v.Usage)}
	if len(v.Types) == 0 || slices.Contains(v.Types, "float") {
		a.Embedding, a.ByType.Float = one, one
	}
	if slices.Contains(v.Types, "binary") {
		a.ByType.Binary = bits(one)
	}
	return encodeJSON(a)
}

func encodeTitanVectorsV1(v Vectors) ([]byte, error) {
	one, err := oneVector("Amazon Titan embeddings G1", v)
	if err != nil {
		return nil, err
	}
	return encodeJSON(titanVectors{Embedding: one, Tokens: inputTokens(v.Usage)})
}

func oneVector(family string, v Vectors) ([]float32, error) {
	if err := sound(v.Floats); err != nil {
		return nil, err
	}
	if len(v.Floats) != 1 {
		return nil, badAnswer("%d vectors for the one text of %s", len(v.Floats), family)
	}
	return v.Floats[0], nil
}

func inputTokens(u model.Usage) *int64 {
	if !u.Known {
		return nil
	}
	return &u.InputTokens
}

func resultTitanVectors(o object) (Vectors, error) {
	a := newAnswer(o)
	var v Vectors
	byType, _ := readObject(o["embeddingsByType"])
	raw, there := o["embedding"]
	if !there {
		raw = byType["float"]
	}
	one, ok := readFloats(raw)
	if !ok {
		return v, badAnswer("the answer has no embedding of numbers")
	}
	v.Floats = [][]float32{one}
	if byType.has("binary") {
		v.Types = []string{"float", "binary"}
	}
	if n := a.count("inputTextTokenCount"); n != nil {
		v.Usage = model.Usage{InputTokens: *n, Known: true}
	}
	return v, *a.fault
}
