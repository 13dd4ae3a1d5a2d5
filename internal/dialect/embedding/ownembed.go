package embedding

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// ownWidth is how long the vectors of Airglow's own encoder are.
const ownWidth = 512

// ownID begins the ids of Airglow's own encoder. No model of Bedrock's has its
// vectors, so that SQL can ask for them by their own name; which family's body it
// does so in is for the body to tell.
const ownID = "airglow.use-lite-en"

// ownEmbed is the family of bodies in the form of Titan's V2, ownEmbedTexts that of
// bodies in the form of Cohere's v4, which have several texts.
func ownEmbed() form.Spec {
	return form.Spec{
		Name:     "Airglow's encoder, one text",
		Pattern:  ownID + "* with inputText",
		Prefixes: []string{ownID},
		Asks:     "inputText",
		Embed:    &form.EmbedForm{Decode: decodeOwnEmbed, Request: requestOwnEmbed, Encode: encodeTitanVectors, Result: resultTitanVectors},
	}
}

func ownEmbedTexts() form.Spec {
	return form.Spec{
		Name:     "Airglow's encoder, several texts",
		Pattern:  ownID + "* with input_type",
		Prefixes: []string{ownID},
		Asks:     "input_type",
		Embed:    &form.EmbedForm{Decode: decodeOwnEmbedTexts, Request: requestOwnEmbedTexts, Encode: encodeCohereVectors, Result: resultCohereVectors},
	}
}

// Other lengths are for whoever answers to refuse: it may be another model.
func decodeOwnEmbed(_ string, f jsonbody.Reader) (neutral.Embed, error) {
	return titanEmbedBody(f, ownWidth, nil)
}

func decodeOwnEmbedTexts(_ string, f jsonbody.Reader) (neutral.Embed, error) {
	return cohereEmbedBody(f, ownWidth, nil)
}

func requestOwnEmbed(w *jsonbody.Writer, _ string, e neutral.Embed) error {
	const family = "Airglow's encoder, one text"
	if err := oneText(family, e); err != nil {
		return err
	}
	w.Value(titanEmbedRequest{e.Texts[0], e.Dimensions, &e.Normalize, withFloats(e.Types, "float", "binary")})
	return nil
}

func requestOwnEmbedTexts(w *jsonbody.Writer, _ string, e neutral.Embed) error {
	r, err := sidesV4().request("Airglow's encoder, several texts", e)
	if err != nil {
		return err
	}
	r.Dimension = e.Dimensions
	w.Value(r)
	return nil
}
