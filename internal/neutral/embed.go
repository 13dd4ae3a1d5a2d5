package neutral

import "airglow/internal/model"

// Embed is a request for vectors in neutral form.
type Embed struct {
	// Texts are what is to be embedded, at least one.
	Texts []string
	// Dimensions is how long the vectors must be: what the body says, else what
	// the family documents for the model; 0 where neither says.
	Dimensions int
	// Normalize asks for vectors of length 1.
	Normalize bool
	// Purpose says what the vectors are for, in Cohere's words (search_document,
	// search_query, classification, clustering); empty where the family has no
	// such thing.
	Purpose string
	// Truncate says what becomes of a text that is too long: "none" fails, "end"
	// and "start" drop that side of it.
	Truncate string
	// Types are the forms of the numbers that the answer has: "float", "int8",
	// "uint8", "binary", "ubinary". Empty is the family's plain form of floats.
	Types []string
}

// Vectors is the answer to an Embed.
type Vectors struct {
	// ID identifies the answer where the family has a place for it; see [ID].
	ID string
	// Floats has a vector for each text, in their order, all of one length.
	Floats [][]float32
	// Texts are the request's, for families that give them back.
	Texts []string
	// Types are the request's.
	Types []string
	// Usage is left out of the body when it is not known.
	Usage model.Usage
}
