// Package anthropic asks servers that speak Anthropic's Messages API: Anthropic
// itself, and vLLM, llama.cpp and Ollama beside their own.
//
// A body that was written for Claude is passed on nearly as it is, with its tools,
// images, documents and thinking, and the answer comes back the same way; bodies of
// other families go through package dialect. anthropic.go makes the calls, pass.go
// passes bodies on, probe.go tries a server.
package anthropic

import (
	"context"
	"fmt"
	"net/http"

	"airglow/internal/dialect"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// KeyHeader is the header that the API's key goes into.
const KeyHeader = "X-Api-Key"

// apiVersion is the version of the API that is spoken here.
const apiVersion = "2023-06-01"

const messagesPath = "/v1/messages"

// Backend is a server.
type Backend struct {
	name   string
	client *outbound.Client
	form   dialect.Family
}

var (
	_ translate.Backend = (*Backend)(nil)
	_ translate.Checker = (*Backend)(nil)
	_ translate.Native  = (*Backend)(nil)
	_ translate.Counter = (*Backend)(nil)
	_ translate.Prober  = (*Backend)(nil)
)

// New returns the backend of a server. The name is the provider's in the
// configuration; the client's URL is the root that /v1/messages follows.
func New(name string, client *outbound.Client) *Backend {
	form, _ := dialect.ByForm("anthropic")
	return &Backend{name: name, client: client, form: form}
}

// Name implements translate.Backend.
func (b *Backend) Name() string { return b.name }

// CheckChat implements translate.Checker.
func (b *Backend) CheckChat(translate.Chat) error { return nil }

// CheckEmbed implements translate.Checker: the API has no embeddings.
func (b *Backend) CheckEmbed(translate.Embed) error {
	return &model.Error{Kind: model.Unsupported, Service: model.Bedrock,
		Message: fmt.Sprintf("provider %s speaks Anthropic's API, which has no embeddings; map the model to a provider of kind openai or ollama, to bedrock or to builtin", b.name)}
}

// Embed implements translate.Backend.
func (b *Backend) Embed(_ context.Context, embed translate.Embed) (neutral.Vectors, error) {
	return neutral.Vectors{}, b.CheckEmbed(embed)
}

// Chat implements translate.Backend.
func (b *Backend) Chat(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	body, err := b.ChatBody(chat)
	if err != nil {
		return neutral.Result{}, err
	}
	request := outbound.Request{Path: messagesPath, Body: body, Header: version(nil)}
	if chat.Emit != nil {
		return b.stream(ctx, request, chat.Emit)
	}
	whole, err := b.post(ctx, request)
	if err != nil {
		return neutral.Result{}, err
	}
	return b.ChatAnswer(whole)
}

// ChatAnswer reads the answer to a chat.
func (b *Backend) ChatAnswer(whole []byte) (neutral.Result, error) {
	result, err := b.form.DecodeResult(whole)
	if err != nil {
		return neutral.Result{}, b.client.Unreadable(whole, model.Message(err))
	}
	return result, nil
}

// post sends a request and returns the answer, which some servers make a failure
// with a status of success.
func (b *Backend) post(ctx context.Context, request outbound.Request) ([]byte, error) {
	whole, err := b.client.Post(ctx, request)
	if err == nil && outbound.IsFailure(whole) {
		return nil, b.client.SaidWhole(whole)
	}
	return whole, err
}

func (b *Backend) stream(ctx context.Context, request outbound.Request, emit func(neutral.Piece) error) (neutral.Result, error) {
	reader, err := b.form.StreamDecoder()
	if err != nil {
		return neutral.Result{}, err
	}
	err = b.events(ctx, request, func(data []byte) error {
		pieces, err := reader.Piece(data)
		if err != nil {
			return b.unreadable(err)
		}
		for _, p := range pieces {
			if err := emit(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return neutral.Result{}, err
	}
	result, err := reader.End()
	return result, b.unreadable(err)
}

// events gives each event of an answer to take. A failure that is told within the
// stream ends it.
func (b *Backend) events(ctx context.Context, request outbound.Request, take func(data []byte) error) error {
	return b.client.Events(ctx, request, func(e outbound.Event) error {
		if e.Name == "error" || outbound.IsFailure(e.Data) {
			return b.client.Said(e.Data)
		}
		return take(e.Data)
	})
}

// unreadable says of an answer that cannot be read whose it was; nil stays nil.
func (b *Backend) unreadable(err error) error {
	if err == nil {
		return nil
	}
	return b.client.BadAnswer(model.Message(err))
}

// ChatBody writes a chat. What the chat sets goes over the route's parameters.
func (b *Backend) ChatBody(chat translate.Chat) ([]byte, error) {
	return b.form.WithModel(chat.Model).EncodeChatWith(chat.Chat, func(w *jsonbody.Writer) {
		if chat.Emit != nil {
			w.Name("stream").Boolean(true)
		}
		w.Others(chat.Parameters)
	})
}

// CountTokens implements translate.Counter.
func (b *Backend) CountTokens(ctx context.Context, chat translate.Chat) (int64, error) {
	chat.Emit = nil
	body, err := b.ChatBody(chat)
	if err != nil {
		return 0, err
	}
	return b.count(ctx, body, version(nil))
}

// version is the header that each request has, with the betas that it asks for.
func version(betas []string) http.Header {
	h := http.Header{"Anthropic-Version": {apiVersion}}
	if len(betas) > 0 {
		h["Anthropic-Beta"] = betas
	}
	return h
}
