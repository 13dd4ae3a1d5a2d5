// Package openai asks servers that speak OpenAI's chat completions and embeddings:
// OpenAI itself, vLLM, llama.cpp's server, LM Studio, Ollama under /v1, Bedrock's
// own /openai/v1, and many more.
//
// openai.go makes the calls, embed.go those for embeddings, probe.go tries a server, vendor.go holds what
// OpenAI's own service does otherwise than the servers that copy it. The bodies of
// chats are package dialect's, the rest is package translate's.
package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"airglow/internal/dialect"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// Backend is a server.
type Backend struct {
	name   string
	client *outbound.Client
	vendor vendor
	form   dialect.Family
	// raw is the form of what is sent as it stands.
	raw dialect.Family
}

var (
	_ translate.Backend   = (*Backend)(nil)
	_ translate.Completer = (*Backend)(nil)
	_ translate.Batcher   = (*Backend)(nil)
	_ translate.Counter   = (*Backend)(nil)
	_ translate.Prober    = (*Backend)(nil)
	_ translate.Shortener = (*Backend)(nil)
)

// New returns the backend of a server. The name is the provider's in the
// configuration; the client's URL is where the API begins, which mostly ends in
// /v1.
func New(name string, client *outbound.Client) *Backend {
	vendor := vendorOf(client.Host())
	form, _ := dialect.ByForm(vendor.form())
	raw, _ := dialect.ByForm("openai-completions")
	return &Backend{name: name, client: client, vendor: vendor, form: form, raw: raw}
}

// Name implements translate.Backend.
func (b *Backend) Name() string { return b.name }

// Chat implements translate.Backend.
func (b *Backend) Chat(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	return b.ask(ctx, "/chat/completions", chat)
}

// Complete implements translate.Completer.
func (b *Backend) Complete(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	return b.ask(ctx, "/completions", chat)
}

// formOf is the form of a chat's request and answer.
func (b *Backend) formOf(chat translate.Chat) dialect.Family {
	if chat.Raw {
		return b.raw
	}
	return b.form
}

func (b *Backend) ask(ctx context.Context, path string, chat translate.Chat) (neutral.Result, error) {
	body, err := b.ChatBody(chat)
	if err != nil {
		return neutral.Result{}, err
	}
	request := outbound.Request{Path: path, Body: body}
	if chat.Emit != nil {
		return b.stream(ctx, request, chat)
	}
	whole, err := b.client.Post(ctx, request)
	switch {
	case err != nil:
		return neutral.Result{}, err
	case outbound.IsFailure(whole):
		return neutral.Result{}, b.client.SaidWhole(whole)
	}
	return b.read(b.formOf(chat), whole)
}

// ChatAnswer reads the answer to a chat.
func (b *Backend) ChatAnswer(whole []byte) (neutral.Result, error) { return b.read(b.form, whole) }

func (b *Backend) read(form dialect.Family, whole []byte) (neutral.Result, error) {
	result, err := form.DecodeResult(whole)
	if err != nil {
		return neutral.Result{}, b.client.Unreadable(whole, model.Message(err))
	}
	return result, nil
}

// unreadable says of an answer that cannot be read whose it was; nil stays nil.
func (b *Backend) unreadable(err error) error {
	if err == nil {
		return nil
	}
	return b.client.BadAnswer(model.Message(err))
}

func (b *Backend) stream(ctx context.Context, request outbound.Request, chat translate.Chat) (neutral.Result, error) {
	reader, err := b.formOf(chat).StreamDecoder()
	if err != nil {
		return neutral.Result{}, err
	}
	err = b.client.Events(ctx, request, func(e outbound.Event) error {
		if outbound.IsFailure(e.Data) {
			return b.client.Said(e.Data)
		}
		pieces, err := reader.Piece(e.Data)
		if err != nil {
			return b.unreadable(err)
		}
		for _, p := range pieces {
			if err := chat.Emit(p); err != nil {
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

// ChatBody writes a chat. What the chat sets goes over the route's parameters.
func (b *Backend) ChatBody(chat translate.Chat) ([]byte, error) {
	b.vendor.adapt(&chat)
	seed := chat.Seed
	if b.vendor.mistral {
		chat.Seed = nil // it has another name
	}
	return b.formOf(chat).WithModel(chat.Model).EncodeChatWith(chat.Chat, func(w *jsonbody.Writer) {
		if chat.Emit != nil {
			w.Name("stream").Boolean(true)
			w.Name("stream_options").Begin('{')
			w.Name("include_usage").Boolean(true)
			w.End('}')
		}
		if k := b.vendor.topK(chat); k > 0 {
			w.Name("top_k").Integer(int64(k))
		}
		if b.vendor.mistral && seed != nil {
			w.Name("random_seed").Integer(*seed)
		}
		w.Others(b.vendor.parameters(chat.Parameters))
	})
}

// CountTokens implements translate.Counter: by llama.cpp's way, else by vLLM's.
// Others count nothing before they answer.
func (b *Backend) CountTokens(ctx context.Context, chat translate.Chat) (int64, error) {
	if b.vendor.strict {
		return 0, b.cannotCount()
	}
	chat.Emit = nil
	body, err := b.ChatBody(chat)
	if err != nil {
		return 0, err
	}
	for _, request := range []outbound.Request{
		{Path: "/chat/completions/input_tokens", Body: body},
		{Path: "/tokenize", FromRoot: true, Body: body},
	} {
		whole, err := b.client.Post(ctx, request)
		if ctx.Err() != nil {
			return 0, err
		}
		var counted struct {
			Input *int64 `json:"input_tokens"`
			Count *int64 `json:"count"`
		}
		if err == nil && json.Unmarshal(whole, &counted) == nil {
			for _, n := range []*int64{counted.Input, counted.Count} {
				if n != nil && *n >= 0 {
					return *n, nil
				}
			}
		}
		if err != nil && !isMissing(err) {
			return 0, err
		}
	}
	return 0, b.cannotCount()
}

// isMissing reports whether a failure says no more than that the server has no
// such path, or does not take there what was sent.
func isMissing(err error) bool {
	switch model.KindOf(err) {
	case model.NotFound, model.Unsupported, model.Invalid:
		return true
	}
	return false
}

func (b *Backend) cannotCount() error {
	return &model.Error{Kind: model.Unsupported, Service: model.Bedrock,
		Message: fmt.Sprintf("the server of provider %s (%s) counts no tokens before it answers", b.name, b.client.Host())}
}

// hostname is a host without its port.
func hostname(host string) string {
	if at := strings.LastIndexByte(host, ':'); at >= 0 && !strings.HasSuffix(host, "]") {
		return host[:at]
	}
	return host
}
