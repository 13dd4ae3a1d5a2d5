package dialect

import (
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// spec is a family's form: how its bodies are told, read and written. Its zero value is
// none.
type spec struct {
	// name and pattern are the family's name and its models' ids, for people.
	name, pattern string
	// prefixes are those of the model ids, without the region's; the longest one
	// of all families decides.
	prefixes []string
	// asks is the member that each of its requests has, where other families' requests
	// may name the same models; a body without it is not of this family.
	asks string
	// owns reports whether an object can only be a request of this family.
	owns func(jsonbody.Object) bool
	// form is the name of one that no model's id tells, if it has one.
	form string
	// One of the two is set.
	chat  *chatForm
	embed *embedForm
}

// chatForm is how a family writes chats. A member that is nil is not there, and
// its use fails as unsupported.
type chatForm struct {
	// decode and request are the native request, encode and result the native
	// answer. The model is an id as Family.model.
	decode  decodeChat
	request encodeChat
	encode  func(w *jsonbody.Writer, r neutral.Result) error
	result  func(jsonbody.Reader) (neutral.Result, error)
	// writer and reader are its stream.
	writer func(head neutral.Result) neutral.StreamEncoder
	reader func() neutral.StreamDecoder
	// defaults are the documented ones, where they are needed apart from decode.
	defaults sampling
	// reads is how requests are read.
	reads jsonbody.Options
	// raw is true of a form that takes prompts as they stand, and nothing else.
	raw bool
	// onlyIfAsked is true when answers have the model's reasoning only if the
	// request asks for it.
	onlyIfAsked bool
}

// asked is what a family was asked for: as Family has the fields.
type asked struct {
	model string
	raw   bool
}

type (
	decodeChat func(a asked, r jsonbody.Reader) (neutral.Chat, error)
	encodeChat func(w *jsonbody.Writer, model string, c neutral.Chat) error
)

// embedForm is the same for embeddings.
type embedForm struct {
	decode  func(model string, r jsonbody.Reader) (neutral.Embed, error)
	request func(w *jsonbody.Writer, model string, e neutral.Embed) error
	encode  func(w *jsonbody.Writer, v neutral.Vectors) error
	result  func(jsonbody.Reader) (neutral.Vectors, error)
}
