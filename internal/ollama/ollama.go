// Package ollama asks models of an Ollama server through its own API, /api/chat
// and /api/embed.
//
// The API that Ollama has beside it for OpenAI's clients takes neither a context
// size nor top_k, and cuts a prompt that is too long without a word. Here the
// context size is told with each chat, and a prompt beyond it is an error.
//
// ollama.go makes the calls, request.go writes a chat as Ollama has it, answer.go
// reads what comes back, probe.go tries a server. Package translate does the rest.
package ollama

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"airglow/internal/dialect/form"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// DefaultContextSize is how many tokens prompt and answer have room for where the
// configuration names no number. Ollama's own default depends on the memory of the
// graphics card.
const DefaultContextSize = 8192

// Options say which server is asked, and how.
type Options struct {
	// Name is the provider's name in the configuration.
	Name string
	// Client reaches the server; its URL is the server's root.
	Client *outbound.Client
	// ContextSize is in tokens; zero is DefaultContextSize.
	ContextSize int
	// KeepAlive is how long a model stays loaded after a call; zero leaves it to
	// the server.
	KeepAlive time.Duration
}

// Backend is an Ollama server.
type Backend struct{ options Options }

var (
	_ translate.Backend   = (*Backend)(nil)
	_ translate.Completer = (*Backend)(nil)
	_ translate.Checker   = (*Backend)(nil)
	_ translate.Batcher   = (*Backend)(nil)
	_ translate.Prober    = (*Backend)(nil)
)

// New returns the backend of a server.
func New(o Options) *Backend {
	if o.ContextSize == 0 {
		o.ContextSize = DefaultContextSize
	}
	return &Backend{options: o}
}

// Name implements translate.Backend.
func (b *Backend) Name() string { return b.options.Name }

// CheckChat implements translate.Checker: Ollama lets the model choose whether to
// run a tool.
func (b *Backend) CheckChat(chat translate.Chat) error {
	switch chat.Choice {
	case "", "auto", "none":
		return nil
	}
	return &model.Error{Kind: model.Unsupported, Service: model.Bedrock,
		Message: fmt.Sprintf("provider %s cannot make a model run a tool, which the request's tool choice asks for; let the model choose, or map the model to a provider of kind openai or anthropic", b.Name())}
}

// CheckEmbed implements translate.Checker.
func (b *Backend) CheckEmbed(translate.Embed) error { return nil }

// Chat implements translate.Backend.
func (b *Backend) Chat(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	return b.ask(ctx, "/api/chat", chat)
}

// Complete implements translate.Completer.
func (b *Backend) Complete(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	return b.ask(ctx, "/api/generate", chat)
}

func (b *Backend) ask(ctx context.Context, path string, chat translate.Chat) (neutral.Result, error) {
	body, err := b.ChatBody(chat)
	if err != nil {
		return neutral.Result{}, err
	}
	request := outbound.Request{Path: path, Body: body}
	a := b.answer(chat.Chat)
	if a.emit = chat.Emit; a.emit != nil {
		if err := b.options.Client.Lines(ctx, request, a.line); err != nil {
			return neutral.Result{}, err
		}
		return a.end()
	}
	whole, err := b.options.Client.Post(ctx, request)
	if err != nil {
		return neutral.Result{}, err
	}
	return a.whole(whole)
}

// answer gathers the answer to a chat. Where a prompt is gone on from, the thoughts
// are a part of the text.
func (b *Backend) answer(chat neutral.Chat) *answer {
	a := &answer{client: b.options.Client}
	if !chat.Raw {
		a.thoughts = form.NewThoughts()
	}
	return a
}

// ChatAnswer reads the answer to a chat.
func (b *Backend) ChatAnswer(whole []byte) (neutral.Result, error) {
	return b.answer(neutral.Chat{}).whole(whole)
}

// mostTexts is how many texts go into one request; Ollama itself works through
// them a few at a time.
const mostTexts = 512

// MostTexts implements translate.Batcher.
func (b *Backend) MostTexts() int { return mostTexts }

// Embed implements translate.Backend. Ollama cuts vectors of any model that are
// asked to be shorter, which only some models are made for; it is not asked to.
func (b *Backend) Embed(ctx context.Context, embed translate.Embed) (neutral.Vectors, error) {
	request := members(embed.Parameters)
	request["model"], request["input"] = embed.Model, embed.Texts
	request["truncate"] = embed.Truncate == "end"
	b.keepAlive(request)
	body, err := json.Marshal(request)
	if err != nil {
		return neutral.Vectors{}, fmt.Errorf("write a request for embeddings: %w", err)
	}
	whole, err := b.options.Client.Post(ctx, outbound.Request{Path: "/api/embed", Body: body})
	switch {
	case err != nil:
		return neutral.Vectors{}, err
	case outbound.IsFailure(whole):
		return neutral.Vectors{}, b.options.Client.SaidWhole(whole)
	}
	var reply struct {
		Embeddings [][]float32 `json:"embeddings"`
		Tokens     *int64      `json:"prompt_eval_count"`
	}
	if json.Unmarshal(whole, &reply) != nil || len(reply.Embeddings) == 0 {
		return neutral.Vectors{}, b.options.Client.Unreadable(whole, "it has no embeddings")
	}
	v := neutral.Vectors{Floats: reply.Embeddings}
	if reply.Tokens != nil && *reply.Tokens >= 0 {
		v.Usage = model.Usage{InputTokens: *reply.Tokens, Known: true}
	}
	return v, nil
}
