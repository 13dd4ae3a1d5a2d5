package dialect

import (
	"fmt"
	"slices"
	"strings"
)

// What Amazon documents for Cohere's embeddings.
const (
	cohereTexts   = 96   // in one request
	cohereLength  = 2048 // characters of a text, of v3
	cohereTokens  = 128000
	cohereWidthV4 = 1536
)

// cohereWidth returns how long the vectors of a v3 model are.
func cohereWidth(id string) int {
	if strings.Contains(id, "light") {
		return 384
	}
	return 1024
}

func cohereWidthsV4() []int { return []int{256, 512, 1024, 1536} }

func cohereTypes() []string { return []string{"float", "int8", "uint8", "binary", "ubinary"} }

func coherePurposes() []string {
	return []string{"search_document", "search_query", "classification", "clustering", "image"}
}

// cohereEmbed is the family of Cohere's Embed v3, cohereEmbedV4 that of v4, which
// has settings of its own.
func cohereEmbed() Family {
	return Family{
		name:     "Cohere Embed v3",
		pattern:  "cohere.embed-english*, cohere.embed-multilingual*",
		prefixes: []string{"cohere.embed-english", "cohere.embed-multilingual"},
		owns: func(o object) bool {
			return o.has("texts") && o.has("input_type") && !o.has("output_dimension") && !o.has("max_tokens")
		},
		embed: &embedForm{decode: decodeCohereEmbed, request: requestCohereEmbed, encode: encodeCohereVectors, result: resultCohereVectors},
	}
}

func cohereEmbedV4() Family {
	return Family{
		name:     "Cohere Embed v4",
		pattern:  "cohere.embed-v4*",
		prefixes: []string{"cohere.embed-v4"},
		owns:     func(o object) bool { return o.has("input_type") && (o.has("texts") || o.has("inputs")) },
		embed:    &embedForm{decode: decodeCohereEmbedV4, request: requestCohereEmbedV4, encode: encodeCohereVectors, result: resultCohereVectors},
	}
}

// cohereSides are the words for what is cut off of a text that is too long.
type cohereSides struct{ start, end string }

func sidesV3() cohereSides { return cohereSides{"START", "END"} }
func sidesV4() cohereSides { return cohereSides{"LEFT", "RIGHT"} }

// common reads what both versions have. Cohere's vectors are of length 1.
func (s cohereSides) common(f *fields) (Embed, error) {
	e := Embed{Normalize: true}
	truncate := "NONE"
	f.choice("input_type", coherePurposes(), &e.Purpose)
	f.choice("truncate", []string{"NONE", s.start, s.end}, &truncate)
	e.Types = f.words("embedding_types", cohereTypes())
	e.Truncate = map[string]string{"NONE": "none", s.start: "start", s.end: "end"}[truncate]
	for _, kind := range e.Types {
		if f.violations == nil && (kind == "int8" || kind == "uint8") {
			return Embed{}, noQuantiser(kind)
		}
	}
	if len(f.list("images", span{})) > 0 || e.Purpose == "image" {
		return Embed{}, unsupported("embeddings of pictures")
	}
	return e, nil
}

func (s cohereSides) word(truncate string) string {
	switch truncate {
	case "start":
		return s.start
	case "end":
		return s.end
	default:
		return "NONE"
	}
}

func decodeCohereEmbed(id string, o object) (Embed, error) {
	f := readFields(o, []string{"input_type"}, "texts", "images", "truncate", "embedding_types")
	e, err := sidesV3().common(f)
	if err != nil {
		return Embed{}, err
	}
	f.violations = append(f.violations, o.missing("texts")...)
	e.Texts = f.texts("texts", span{1, cohereTexts}, span{most: cohereLength})
	e.Dimensions = cohereWidth(id)
	return e, f.err()
}

func decodeCohereEmbedV4(_ string, o object) (Embed, error) {
	return cohereEmbedBody(o, cohereWidthV4, cohereWidthsV4())
}

// cohereEmbedBody reads a body in the form of v4, for a model that gives vectors of
// width unless it is asked for one of widths.
func cohereEmbedBody(o object, width int, widths []int) (Embed, error) {
	f := readFields(o, []string{"input_type"}, "texts", "images", "inputs", "truncate", "embedding_types", "output_dimension", "max_tokens")
	e, err := sidesV4().common(f)
	if err != nil {
		return Embed{}, err
	}
	tokens := cohereTokens
	e.Dimensions = width
	f.width("output_dimension", &e.Dimensions, widths)
	f.integer("max_tokens", span{1, cohereTokens}, &tokens)
	pictures := false
	switch {
	case o.has("inputs") && o.has("texts"):
		f.fault("texts and inputs exclude each other")
	case o.has("inputs"):
		e.Texts, pictures = f.cohereInputs()
	default:
		f.violations = append(f.violations, o.missing("texts")...)
		e.Texts = f.texts("texts", span{1, cohereTexts}, span{})
	}
	switch {
	case f.violations != nil:
		return Embed{}, f.err()
	case pictures:
		return Embed{}, unsupported("embeddings of pictures, or of several texts as one")
	case slices.ContainsFunc(e.Texts, func(text string) bool { return len(text) > tokens }):
		// No token is shorter than a byte, so max_tokens says nothing of shorter texts.
		return Embed{}, unsupported("a bound of its own on the tokens of a text (max_tokens)")
	}
	return e, nil
}

// cohereInputs reads inputs of one text each; beyond is true where one has more.
func (f *fields) cohereInputs() (texts []string, beyond bool) {
	for i, raw := range f.list("inputs", span{1, cohereTexts}) {
		place := fmt.Sprintf("inputs/%d", i)
		o, ok := f.o.read(raw)
		if !ok {
			f.wrongType(place, "JSONObject", raw)
			continue
		}
		in := &fields{o: o, at: f.at + "/" + place}
		in.extraneous("content")
		text, more := in.cohereContent()
		texts, beyond = append(texts, text), beyond || more
		f.violations = append(f.violations, in.violations...)
	}
	return texts, beyond
}

func (f *fields) cohereContent() (text string, beyond bool) {
	if _, there := f.o["content"]; !there {
		f.fault("required key [content] not found")
	}
	content := f.list("content", span{least: 1})
	for i, raw := range content {
		place := fmt.Sprintf("content/%d", i)
		o, ok := f.o.read(raw)
		if !ok {
			f.wrongType(place, "JSONObject", raw)
			continue
		}
		in := &fields{o: o, at: f.at + "/" + place}
		var kind string
		in.choice("type", []string{"text", "image_url"}, &kind)
		in.text("text", span{}, &text)
		beyond = beyond || kind == "image_url"
		f.violations = append(f.violations, in.violations...)
	}
	return text, beyond || len(content) > 1
}

type cohereRequest struct {
	Texts     []string `json:"texts"`
	Purpose   string   `json:"input_type"`
	Truncate  string   `json:"truncate"`
	Types     []string `json:"embedding_types,omitempty"`
	Dimension int      `json:"output_dimension,omitempty"`
}

// request writes what both versions have. A text without a purpose is one to be
// found: that is what vectors in a table are for.
func (s cohereSides) request(family string, e Embed) (cohereRequest, error) {
	if len(e.Texts) > cohereTexts {
		return cohereRequest{}, cannotSay(family, fmt.Sprintf("more than %d texts at a time", cohereTexts))
	}
	if e.Purpose == "" {
		e.Purpose = "search_document"
	}
	return cohereRequest{e.Texts, e.Purpose, s.word(e.Truncate), withFloats(e.Types, cohereTypes()...), 0}, nil
}

func requestCohereEmbed(id string, e Embed) ([]byte, error) {
	const family = "Cohere Embed v3"
	r, err := sidesV3().request(family, e)
	switch {
	case err != nil:
		return nil, err
	case e.Dimensions != 0 && e.Dimensions != cohereWidth(id):
		return nil, cannotMeasure(family, e.Dimensions)
	}
	return encodeJSON(r)
}

func requestCohereEmbedV4(_ string, e Embed) ([]byte, error) {
	const family = "Cohere Embed v4"
	r, err := sidesV4().request(family, e)
	switch {
	case err != nil:
		return nil, err
	case e.Dimensions != 0 && !slices.Contains(cohereWidthsV4(), e.Dimensions):
		return nil, cannotMeasure(family, e.Dimensions)
	}
	r.Dimension = e.Dimensions
	return encodeJSON(r)
}

type cohereVectors struct {
	Embeddings any      `json:"embeddings"`
	ID         string   `json:"id"`
	Kind       string   `json:"response_type"`
	Texts      []string `json:"texts,omitempty"`
}

type cohereByType struct {
	Float   [][]float32 `json:"float,omitempty"`
	Binary  [][]int     `json:"binary,omitempty"`
	Ubinary [][]int     `json:"ubinary,omitempty"`
}

// The values of response_type.
const (
	cohereFloats    = "embeddings_floats"
	cohereByTypeSay = "embeddings_by_type"
)

func encodeCohereVectors(v Vectors) ([]byte, error) {
	if err := sound(v.Floats); err != nil {
		return nil, err
	}
	a := cohereVectors{v.Floats, cohereID(v.ID), cohereFloats, v.Texts}
	if len(v.Types) == 0 {
		return encodeJSON(a)
	}
	var by cohereByType
	for _, kind := range v.Types {
		switch kind {
		case "float":
			by.Float = v.Floats
		case "binary":
			by.Binary = each(v.Floats, 128)
		case "ubinary":
			by.Ubinary = each(v.Floats, 0)
		default:
			return nil, noQuantiser(kind)
		}
	}
	a.Embeddings, a.Kind = by, cohereByTypeSay
	return encodeJSON(a)
}

func resultCohereVectors(o object) (Vectors, error) {
	a := newAnswer(o)
	v := Vectors{ID: a.word("id")}
	raw := o["embeddings"]
	if by, ok := readObject(raw); ok {
		raw = by["float"]
		for _, kind := range cohereTypes() {
			if by.has(kind) {
				v.Types = append(v.Types, kind)
			}
		}
	}
	list, _ := readArray(raw)
	for _, item := range list {
		one, ok := readFloats(item)
		if !ok {
			return Vectors{}, badAnswer("the answer has an embedding that is not of numbers")
		}
		v.Floats = append(v.Floats, one)
	}
	texts, _ := readArray(o["texts"])
	for _, item := range texts {
		text, ok := readString(item)
		if !ok {
			return Vectors{}, badAnswer("the answer has a text that is no string")
		}
		v.Texts = append(v.Texts, text)
	}
	if err := sound(v.Floats); err != nil {
		return Vectors{}, err
	}
	return v, *a.fault
}
