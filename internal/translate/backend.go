package translate

import (
	"context"
	"encoding/json"

	"airglow/internal/dialect"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// Backend is a model server as package translate sees it. Each method makes one
// attempt; context, errors and concurrency are as model.Provider has them. A
// server that can do more has one of the other interfaces of this file as well.
type Backend interface {
	// Name is the provider's name in the configuration.
	Name() string
	// Chat answers a chat.
	Chat(ctx context.Context, chat Chat) (neutral.Result, error)
	// Embed gives one vector for each text.
	Embed(ctx context.Context, embed Embed) (neutral.Vectors, error)
}

// Chat is a chat and who is to answer it. The fields of sampling agree with each
// other, see settle.
type Chat struct {
	neutral.Chat
	// Model is the server's name of the model.
	Model string
	// Parameters are further members of the server's own request; what the chat
	// sets goes over them. They may be nil.
	Parameters map[string]json.RawMessage
	// Emit is told each piece of the answer as it comes, if it is not nil; its
	// error ends the attempt and is returned, wrapped. The Result is whole all the
	// same.
	Emit func(neutral.Piece) error
}

// Embed is a request for vectors and who is to give them. Its Dimensions are for
// information, but to a Shortener: vectors are cut, scaled or refused here.
type Embed struct {
	neutral.Embed
	// Model and Parameters are as Chat has them.
	Model      string
	Parameters map[string]json.RawMessage
}

// Completer is a Backend whose server goes on from prompts as they stand.
type Completer interface {
	// Complete answers a chat whose Raw is true, as Chat does others.
	Complete(ctx context.Context, chat Chat) (neutral.Result, error)
}

// Checker is a Backend that knows of some requests beforehand that it would
// refuse. Chat and Embed refuse them with the same error.
type Checker interface {
	CheckChat(chat Chat) error
	CheckEmbed(embed Embed) error
}

// Batcher is a Backend that embeds the texts of several requests in one.
type Batcher interface {
	// MostTexts is how many texts one Embed takes.
	MostTexts() int
}

// Shortener is a Backend some of whose models give vectors as short as they are asked
// to.
type Shortener interface {
	// Shortens reports whether a model is one of them; its Embed then asks for
	// Dimensions where the model has as many.
	Shortens(model string) bool
}

// TextCounter is a Backend that can count the tokens of texts to embed, so that
// each request of a batch is told its own. Servers count a batch as a whole.
type TextCounter interface {
	CountTexts(texts []string) int64
}

// Counter is a Backend that can count the tokens of a chat, or says of its model
// that it cannot with an error of kind Unsupported.
type Counter interface {
	CountTokens(ctx context.Context, chat Chat) (int64, error)
}

// Native is a Backend whose server speaks the bodies of some families itself.
// They are passed on nearly as they are, with what a neutral chat cannot carry.
type Native interface {
	// Speaks reports whether the server does so with a family's.
	Speaks(family dialect.Family) bool
	// Pass answers a request with a body of the family.
	Pass(ctx context.Context, body Body) (json.RawMessage, error)
	// CountBody counts the tokens of its input, as Counter does.
	CountBody(ctx context.Context, body Body) (int64, error)
}

// Body is a request in the server's own form, and who is to answer it.
type Body struct {
	// JSON is an object. It is not to be modified.
	JSON []byte
	// Model is as Chat has it. Parameters go under what JSON sets.
	Model      string
	Parameters map[string]json.RawMessage
	// Named is the model that the request names, which JSON was written for.
	Named string
	// Emit is told each event of the answer as it comes, if it is not nil, as Chat
	// has it. What Pass returns is the whole answer all the same.
	Emit func(chunk []byte) error
}

// Merge returns the object of a request with a route's parameters under its members.
func Merge(body []byte, parameters map[string]json.RawMessage) ([]byte, error) {
	o, ok := jsonbody.Parse(body)
	if !ok {
		return nil, &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException",
			Message: "Malformed input request, please reformat your input and try again."}
	}
	w := jsonbody.NewWriter()
	w.Begin('{')
	for _, m := range o {
		w.Member(m)
	}
	w.Others(parameters)
	w.End('}')
	return w.Take()
}

// refusal is an error of what cannot be sent.
func refusal(message string) error {
	return &model.Error{Kind: model.Unsupported, Service: model.Bedrock, Message: message}
}
