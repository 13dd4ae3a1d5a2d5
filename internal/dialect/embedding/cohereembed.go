package embedding

import (
	"fmt"
	"slices"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
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
func cohereEmbed() form.Spec {
	return form.Spec{
		Name:     "Cohere Embed v3",
		Pattern:  "cohere.embed-english*, cohere.embed-multilingual*",
		Prefixes: []string{"cohere.embed-english", "cohere.embed-multilingual"},
		Owns: func(o jsonbody.Object) bool {
			return o.Has("texts") && o.Has("input_type") && !o.Has("output_dimension") && !o.Has("max_tokens")
		},
		Embed: &form.EmbedForm{Decode: decodeCohereEmbed, Request: requestCohereEmbed, Encode: encodeCohereVectors, Result: resultCohereVectors},
	}
}

func cohereEmbedV4() form.Spec {
	return form.Spec{
		Name:     "Cohere Embed v4",
		Pattern:  "cohere.embed-v4*",
		Prefixes: []string{"cohere.embed-v4"},
		Owns:     func(o jsonbody.Object) bool { return o.Has("input_type") && (o.Has("texts") || o.Has("inputs")) },
		Embed:    &form.EmbedForm{Decode: decodeCohereEmbedV4, Request: requestCohereEmbedV4, Encode: encodeCohereVectors, Result: resultCohereVectors},
	}
}

// cohereSides are the words for what is cut off of a text that is too long.
type cohereSides struct{ start, end string }

func sidesV3() cohereSides { return cohereSides{"START", "END"} }
func sidesV4() cohereSides { return cohereSides{"LEFT", "RIGHT"} }

// common reads what both versions have. Cohere's vectors are of length 1.
func (s cohereSides) common(f jsonbody.Reader) (neutral.Embed, error) {
	e := neutral.Embed{Normalize: true}
	truncate := "NONE"
	f.Choice("input_type", coherePurposes(), &e.Purpose)
	f.Choice("truncate", []string{"NONE", s.start, s.end}, &truncate)
	e.Types = readWords(f, "embedding_types", cohereTypes())
	e.Truncate = map[string]string{"NONE": "none", s.start: "start", s.end: "end"}[truncate]
	for _, kind := range e.Types {
		if f.Sound() && (kind == "int8" || kind == "uint8") {
			return neutral.Embed{}, noQuantiser(kind)
		}
	}
	if len(f.List("images", jsonbody.Span{})) > 0 || e.Purpose == "image" {
		return neutral.Embed{}, form.Unsupported("embeddings of pictures")
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

func decodeCohereEmbed(id string, f jsonbody.Reader) (neutral.Embed, error) {
	f.Members([]string{"input_type"}, "texts", "images", "truncate", "embedding_types")
	e, err := sidesV3().common(f)
	if err != nil {
		return neutral.Embed{}, err
	}
	mustHaveTexts(f)
	e.Texts = f.Texts("texts", jsonbody.Between(1, cohereTexts), jsonbody.UpTo(cohereLength))
	e.Dimensions = cohereWidth(id)
	return e, form.Refusal(f)
}

func decodeCohereEmbedV4(_ string, f jsonbody.Reader) (neutral.Embed, error) {
	return cohereEmbedBody(f, cohereWidthV4, cohereWidthsV4())
}

// cohereEmbedBody reads a body in the form of v4, for a model that gives vectors of
// width unless it is asked for one of widths.
func cohereEmbedBody(f jsonbody.Reader, width int, widths []int) (neutral.Embed, error) {
	f.Members([]string{"input_type"}, "texts", "images", "inputs", "truncate", "embedding_types", "output_dimension", "max_tokens")
	e, err := sidesV4().common(f)
	if err != nil {
		return neutral.Embed{}, err
	}
	tokens := cohereTokens
	e.Dimensions = width
	readWidth(f, "output_dimension", &e.Dimensions, widths)
	f.Integer("max_tokens", jsonbody.Between(1, cohereTokens), &tokens)
	pictures := false
	switch {
	case f.Has("inputs") && f.Has("texts"):
		f.Violate("texts and inputs exclude each other")
	case f.Has("inputs"):
		e.Texts, pictures = cohereInputs(f)
	default:
		mustHaveTexts(f)
		e.Texts = f.Texts("texts", jsonbody.Between(1, cohereTexts), jsonbody.Span{})
	}
	switch {
	case !f.Sound():
		return neutral.Embed{}, form.Refusal(f)
	case pictures:
		return neutral.Embed{}, form.Unsupported("embeddings of pictures, or of several texts as one")
	case slices.ContainsFunc(e.Texts, func(text string) bool { return len(text) > tokens }):
		// No token is shorter than a byte, so max_tokens says nothing of shorter texts.
		return neutral.Embed{}, form.Unsupported("a bound of its own on the tokens of a text (max_tokens)")
	}
	return e, nil
}

// cohereInputs reads inputs of one text each; beyond is true where one has more.
func cohereInputs(f jsonbody.Reader) (texts []string, beyond bool) {
	f.List("inputs", jsonbody.Between(1, cohereTexts))
	for _, in := range f.Each("inputs") {
		in.Members([]string{"content"})
		text, more := cohereContent(in)
		texts, beyond = append(texts, text), beyond || more
	}
	return texts, beyond
}

func cohereContent(f jsonbody.Reader) (text string, beyond bool) {
	f.List("content", jsonbody.From(1))
	for i, in := range f.Each("content") {
		var kind string
		in.Choice("type", []string{"text", "image_url"}, &kind)
		text = in.String("text")
		beyond = beyond || kind == "image_url" || i > 0
	}
	return text, beyond
}

// mustHaveTexts is for bodies that may have something else where the texts are.
func mustHaveTexts(f jsonbody.Reader) {
	if f.Get("texts") == nil {
		f.Violate("required key [texts] not found")
	}
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
func (s cohereSides) request(family string, e neutral.Embed) (cohereRequest, error) {
	if len(e.Texts) > cohereTexts {
		return cohereRequest{}, form.CannotSay(family, fmt.Sprintf("more than %d texts at a time", cohereTexts))
	}
	if e.Purpose == "" {
		e.Purpose = "search_document"
	}
	return cohereRequest{e.Texts, e.Purpose, s.word(e.Truncate), withFloats(e.Types, cohereTypes()...), 0}, nil
}

func requestCohereEmbed(w *jsonbody.Writer, id string, e neutral.Embed) error {
	const family = "Cohere Embed v3"
	r, err := sidesV3().request(family, e)
	switch {
	case err != nil:
		return err
	case e.Dimensions != 0 && e.Dimensions != cohereWidth(id):
		return cannotMeasure(family, e.Dimensions)
	}
	w.Value(r)
	return nil
}

func requestCohereEmbedV4(w *jsonbody.Writer, _ string, e neutral.Embed) error {
	const family = "Cohere Embed v4"
	r, err := sidesV4().request(family, e)
	switch {
	case err != nil:
		return err
	case e.Dimensions != 0 && !slices.Contains(cohereWidthsV4(), e.Dimensions):
		return cannotMeasure(family, e.Dimensions)
	}
	r.Dimension = e.Dimensions
	w.Value(r)
	return nil
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

func encodeCohereVectors(w *jsonbody.Writer, v neutral.Vectors) error {
	if err := sound(v.Floats); err != nil {
		return err
	}
	a := cohereVectors{v.Floats, form.CohereID(v.ID), cohereFloats, v.Texts}
	if len(v.Types) == 0 {
		w.Value(a)
		return nil
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
			return noQuantiser(kind)
		}
	}
	a.Embeddings, a.Kind = by, cohereByTypeSay
	w.Value(a)
	return nil
}

func resultCohereVectors(a jsonbody.Reader) (neutral.Vectors, error) {
	v := neutral.Vectors{ID: a.String("id")}
	raw := a.Get("embeddings")
	if jsonbody.KindOf(raw) == "JSONObject" {
		by, _ := a.Inner("embeddings")
		raw = by.Get("float")
		for _, kind := range cohereTypes() {
			if by.Has(kind) {
				v.Types = append(v.Types, kind)
			}
		}
	}
	list, _ := jsonbody.Elements(raw)
	for _, item := range list {
		one, ok := readFloats(item)
		if !ok {
			return neutral.Vectors{}, form.BadAnswer("the answer has an embedding that is not of numbers")
		}
		v.Floats = append(v.Floats, one)
	}
	v.Texts = a.Texts("texts", jsonbody.Span{}, jsonbody.Span{})
	if err := sound(v.Floats); err != nil {
		return neutral.Vectors{}, err
	}
	return v, form.Broken(a)
}
