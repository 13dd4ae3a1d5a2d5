package model

import "context"

// Prober is a Provider that can find out whether it would answer, without a call
// that anybody is charged for.
type Prober interface {
	Provider
	// Probe tries the provider and the target of req, which has no Body. Where req
	// names no model it is about the provider alone. found says in a phrase what
	// that showed, such as "the server has the model"; an error is an *Error, whose
	// message says which setting to change, or ctx's end, wrapped.
	Probe(ctx context.Context, req Request) (found string, err error)
}

// Ability is something that a provider can do for some of its models.
type Ability string

// The abilities.
const (
	Chat       Ability = "chat"
	Embeddings Ability = "embeddings"
	Stream     Ability = "stream"    // an answer piece by piece
	Batch      Ability = "batch"     // several requests in one
	Sentiment  Ability = "sentiment" // what Comprehend's functions ask
	CSV        Ability = "csv"       // what SageMaker's functions ask
)

// Able is a Provider that says what it can do.
type Able interface {
	Provider
	Abilities() []Ability
}
