// Package form has what a model family's form of bodies is made of, and what all of
// them read and write alike: [Spec] is such a form; refusal.go and answer.go say what is
// wrong with a body, as Bedrock does; write.go and sampling.go have the members that many
// requests have; gather.go, stop.go and tags.go what many answers have.
package form

import (
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// Spec is a family's form: how its bodies are told, read and written. Its zero value is
// none.
type Spec struct {
	// Name and pattern are the family's name and its models' ids, for people.
	Name, Pattern string
	// Prefixes are those of the model ids, without the region's; the longest one
	// of all families decides.
	Prefixes []string
	// Asks is the member that each of its requests has, where other families' requests
	// may name the same models; a body without it is not of this family.
	Asks string
	// Owns reports whether an object can only be a request of this family.
	Owns func(jsonbody.Object) bool
	// Form is the name of one that no model's id tells, if it has one.
	Form string
	// One of the two is set.
	Chat  *ChatForm
	Embed *EmbedForm
}

// ChatForm is how a family writes chats. A member that is nil is not there, and
// its use fails as unsupported.
type ChatForm struct {
	// Decode and request are the native request, encode and result the native
	// answer. The model is an id as Family.model.
	Decode  DecodeChat
	Request EncodeChat
	Encode  func(w *jsonbody.Writer, r neutral.Result) error
	Result  func(jsonbody.Reader) (neutral.Result, error)
	// Writer and reader are its stream.
	Writer func(head neutral.Result) neutral.StreamEncoder
	Reader func() neutral.StreamDecoder
	// Defaults are the documented ones, where they are needed apart from decode.
	Defaults Sampling
	// Reads is how requests are read.
	Reads jsonbody.Options
	// Raw is true of a form that takes prompts as they stand, and nothing else.
	Raw bool
	// OnlyIfAsked is true when answers have the model's reasoning only if the
	// Request asks for it.
	OnlyIfAsked bool
}

// Asked is what a family was asked for.
type Asked struct {
	// Model is the id, without what Bedrock allows around it; empty where the body told
	// the family.
	Model string
	// Raw is true when prompts are to be sent as they stand.
	Raw bool
}

// DecodeChat reads a native request. An error is one of those of refusal.go.
type DecodeChat func(a Asked, r jsonbody.Reader) (neutral.Chat, error)

// EncodeChat writes a native request to a model, whose id is as Asked has it.
type EncodeChat func(w *jsonbody.Writer, model string, c neutral.Chat) error

// EmbedForm is how a family writes embeddings: the native request and the native
// answer, each read and written. The model is an id as Asked has it.
type EmbedForm struct {
	Decode  func(model string, r jsonbody.Reader) (neutral.Embed, error)
	Request func(w *jsonbody.Writer, model string, e neutral.Embed) error
	Encode  func(w *jsonbody.Writer, v neutral.Vectors) error
	Result  func(jsonbody.Reader) (neutral.Vectors, error)
}
