// Package builtin is the provider that needs no other service: small real
// models inside the binary. They work on text that is given to them; they
// know nothing of the world.
//
// For Bedrock's functions it reads the request body of the model family it
// stands in for (package dialect), finds instruction and text in the chat
// (prompt.go, asking.go), decides what is asked (intent.go), reads the text
// with a sentence encoder (document.go, package encoder) and does one of:
//
//	summarise.go   the sentences that say most, within a length
//	keyphrases.go  key phrases
//	names.go       names of products, organisations, people, places
//	answer.go      the sentence that answers a question
//	categorise.go  groups of like sentences, or one of given classes
//
// For Comprehend's functions, and when a prompt asks for it, package
// sentiment gives four scores. Every answer is made of the given text or is
// computed from it. What the models cannot do is refused with an error that
// says so. docs/builtin.md has the measured quality.
//
// provider.go is the entry and reply.go gives answers their form. Package
// prose takes text apart, package weights holds the numbers.
package builtin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/sentiment"
	"airglow/internal/builtin/weights"
	"airglow/internal/dialect"
	"airglow/internal/model"
)

// The names under which the built-in models answer, as they stand in
// Response.Model.
const (
	TextModel      = "airglow-extractive-v1"
	SentimentModel = "airglow-sentiment-v1"
)

// Provider answers from the models in the binary. It is safe for concurrent
// use; calls run in the caller's goroutine.
type Provider struct {
	head sentiment.Head
	load sync.Once
	// enc and err are set by load.
	enc *encoder.Encoder
	err error
}

// New returns the provider. The encoder is made ready at the first call that
// needs it, which takes some milliseconds.
func New() (*Provider, error) {
	head, err := sentiment.ParseHead(weights.Sentiment)
	if err != nil {
		return nil, fmt.Errorf("load built-in models: %w", err)
	}
	return &Provider{head: head}, nil
}

// Name returns "builtin".
func (p *Provider) Name() string { return "builtin" }

// Invoke answers one request.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	if err := ctx.Err(); err != nil {
		return model.Response{}, fmt.Errorf("built-in model: %w", err)
	}
	switch req.Service {
	case model.Bedrock:
		return p.invokeText(ctx, req)
	case model.Comprehend:
		return p.detectSentiment(ctx, req)
	default:
		return model.Response{}, unsupported(req.Service, "the built-in models cannot stand in for a %s endpoint: what such an endpoint computes depends on the model that was deployed there; map it to provider sagemaker, or to an HTTP server of your own, in the model map of the configuration", req.Service)
	}
}

func unsupported(service model.Service, format string, args ...any) error {
	return &model.Error{Kind: model.Unsupported, Service: service, Message: fmt.Sprintf(format, args...)}
}

// encoder returns the encoder, loaded once.
func (p *Provider) encoder(service model.Service) (*encoder.Encoder, error) {
	p.load.Do(func() { p.enc, p.err = encoder.New(weights.Encoder) })
	if p.err != nil {
		return nil, &model.Error{Kind: model.Internal, Service: service, Message: "the built-in model in this binary is damaged", Err: p.err}
	}
	return p.enc, nil
}

// maxSentimentBytes is the size that Amazon documents for DetectSentiment.
const maxSentimentBytes = 5000

// detectSentiment answers Comprehend's DetectSentiment.
func (p *Provider) detectSentiment(ctx context.Context, req model.Request) (model.Response, error) {
	if req.Language != "en" {
		return model.Response{}, unsupported(model.Comprehend, "the built-in sentiment model reads English only, not language %q; map sentiment to provider comprehend in the model map of the configuration for other languages", req.Language)
	}
	text := string(req.Body)
	if strings.TrimSpace(text) == "" {
		return model.Response{}, &model.Error{Kind: model.Invalid, Service: model.Comprehend, Message: "the text to judge is empty; give at least one word"}
	}
	if len(text) > maxSentimentBytes {
		return model.Response{}, &model.Error{Kind: model.TooLarge, Service: model.Comprehend, Message: fmt.Sprintf("the text has %d bytes; sentiment is detected in at most %d, as in Amazon Comprehend; shorten or split the text", len(text), maxSentimentBytes)}
	}
	enc, err := p.encoder(model.Comprehend)
	if err != nil {
		return model.Response{}, err
	}
	scores, err := (&sentiment.Judge{Encoder: enc, Head: p.head}).Judge(ctx, text)
	if err != nil {
		return model.Response{}, err
	}
	body, err := json.Marshal(struct {
		Sentiment      string
		SentimentScore sentiment.Scores
	}{scores.Label(), scores})
	if err != nil {
		return model.Response{}, &model.Error{Kind: model.Internal, Service: model.Comprehend, Message: "the built-in sentiment model gave scores that are no numbers", Err: err}
	}
	return model.Response{
		Body: body, Provider: p.Name(), Model: SentimentModel,
		Usage: model.Usage{InputTokens: int64(enc.Count(text)), Known: true},
	}, nil
}

// invokeText answers Bedrock's InvokeModel for the text families.
func (p *Provider) invokeText(ctx context.Context, req model.Request) (model.Response, error) {
	family, err := familyOf(req)
	if err != nil {
		return model.Response{}, err
	}
	chat, err := family.DecodeChat(req.Body)
	if err != nil {
		return model.Response{}, err
	}
	enc, err := p.encoder(model.Bedrock)
	if err != nil {
		return model.Response{}, err
	}
	answer, err := p.answer(ctx, enc, chat)
	if err != nil {
		return model.Response{}, err
	}
	result := reply(enc, chat, answer)
	result.ID, result.Model = dialect.ID(req.Key(), TextModel), TextModel
	body, err := family.EncodeResult(result)
	if err != nil {
		return model.Response{}, &model.Error{Kind: model.Internal, Service: model.Bedrock, Message: "the built-in model's answer could not be written as " + family.Name(), Err: err}
	}
	return model.Response{
		Body: body, Provider: p.Name(), Model: TextModel, RequestID: result.ID, Usage: result.Usage, Stop: dialect.StopOf(body),
	}, nil
}

func familyOf(req model.Request) (dialect.Family, error) {
	if f, ok := dialect.ForRequest(req); ok {
		return f, nil
	}
	return dialect.Family{}, unsupported(model.Bedrock, "the built-in model cannot stand in for model %q: it speaks the request bodies of %s; map this model to provider bedrock in the model map of the configuration", req.Model, dialect.Known())
}
