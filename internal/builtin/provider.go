// Package builtin is the provider that needs no other service: small real
// models inside the binary. They work on text that is given to them; they
// know nothing of the world.
//
// For Bedrock's functions package translate reads the request body of the model
// family that is stood in for. The model (text.go) finds instruction and text in
// the chat (prompt.go, asking.go), decides what is asked (intent.go), reads the text
// with a sentence encoder (document.go, package encoder) and does one of:
//
//	summarise.go   the sentences that say most, within a length
//	keyphrases.go  key phrases
//	names.go       names of products, organisations, people, places
//	answer.go      the sentence that answers a question
//	categorise.go  groups of like sentences
//	classify.go    one of given classes
//	languages.go   the language that the text is in (package language)
//
// embed.go gives the encoder's vectors themselves.
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
	"airglow/internal/builtin/language"
	"airglow/internal/builtin/sentiment"
	"airglow/internal/builtin/weights"
	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/translate"
)

// The names under which the built-in models answer, as they stand in
// Response.Model.
const (
	TextModel      = "airglow-extractive-v1"
	EmbedModel     = "airglow.use-lite-en-v1"
	SentimentModel = "airglow-sentiment-v1"
)

// Provider answers from the models in the binary. It is safe for concurrent
// use; calls run in the caller's goroutine.
type Provider struct {
	head sentiment.Head
	load sync.Once
	// enc and err are set by load.
	enc       *encoder.Encoder
	err       error
	languages language.Shared
	// chats answers Bedrock's functions.
	chats *translate.Provider
}

var (
	_ model.Checker        = (*Provider)(nil)
	_ model.BatchProvider  = (*Provider)(nil)
	_ model.StreamProvider = (*Provider)(nil)
	_ model.TokenCounter   = (*Provider)(nil)
	_ model.InputMeter     = (*Provider)(nil)
	_ model.Prober         = (*Provider)(nil)
	_ model.Able           = (*Provider)(nil)
)

// New returns the provider. The encoder is made ready at the first call that
// needs it, which takes some milliseconds.
func New() (*Provider, error) {
	head, err := sentiment.ParseHead(weights.Sentiment)
	if err != nil {
		return nil, fmt.Errorf("load built-in models: %w", err)
	}
	p := &Provider{head: head, languages: language.Shared{File: weights.Languages}}
	p.chats = translate.New(text{p})
	return p, nil
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
		response, err := p.chats.Invoke(ctx, req)
		return answered(req, response), err
	case model.Comprehend:
		return p.detectSentiment(ctx, req)
	default:
		return model.Response{}, noEndpoint(req.Service)
	}
}

// answered names the model that answered, whatever name the model map has for it.
func answered(req model.Request, r model.Response) model.Response {
	if r.Model == "" {
		return r
	}
	r.Model = TextModel
	if f, ok := dialect.ForRequest(req); ok && f.Embeds() {
		r.Model = EmbedModel
	}
	return r
}

// BatchLimits implements model.BatchProvider: texts to embed go together.
func (p *Provider) BatchLimits(req model.Request) model.BatchLimits {
	return p.chats.BatchLimits(req)
}

// InvokeBatch implements model.BatchProvider.
func (p *Provider) InvokeBatch(ctx context.Context, reqs []model.Request) ([]model.Result, error) {
	results, err := p.chats.InvokeBatch(ctx, reqs)
	for i := range results {
		results[i].Response = answered(reqs[i], results[i].Response)
	}
	return results, err
}

// InvokeStream implements model.StreamProvider. The answer comes in one piece.
func (p *Provider) InvokeStream(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error) {
	response, err := p.chats.InvokeStream(ctx, req, emit)
	return answered(req, response), err
}

// CountTokens implements model.TokenCounter, in the tokens of the built-in model.
func (p *Provider) CountTokens(ctx context.Context, req model.Request) (int64, bool, error) {
	return p.chats.CountTokens(ctx, req)
}

// InputTokens implements model.InputMeter.
func (p *Provider) InputTokens(req model.Request) (int64, bool) {
	if req.Service == model.Comprehend {
		enc, err := p.encoder(req.Service)
		if err != nil || len(req.Body) > maxSentimentBytes {
			return 0, false
		}
		return int64(enc.Count(string(req.Body))), true
	}
	tokens, exact, err := p.chats.CountTokens(context.Background(), req)
	return tokens, exact && err == nil
}

// Probe implements model.Prober: the models are in the program.
func (p *Provider) Probe(ctx context.Context, req model.Request) (string, error) {
	switch req.Service {
	case model.Bedrock:
		if _, err := p.chats.Probe(ctx, req); err != nil {
			return "", err
		}
	case model.Comprehend:
	default:
		return "", noEndpoint(req.Service)
	}
	_, err := p.encoder(req.Service)
	return "the model is in the program", err
}

// Abilities implements model.Able.
func (p *Provider) Abilities() []model.Ability {
	return append(p.chats.Abilities(), model.Sentiment)
}

// Check implements model.Checker.
func (p *Provider) Check(req model.Request) error {
	switch req.Service {
	case model.Bedrock:
		return p.chats.Check(req)
	case model.Comprehend:
		return p.checkSentiment(req)
	default:
		return noEndpoint(req.Service)
	}
}

func noEndpoint(service model.Service) error {
	return unsupported(service, "the built-in models cannot stand in for a %s endpoint: what such an endpoint computes depends on the model that was deployed there; map it to provider sagemaker in the model map of the configuration", service)
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

// checkSentiment refuses what the sentiment model does not take.
func (p *Provider) checkSentiment(req model.Request) error {
	if req.Language != "en" {
		return unsupported(model.Comprehend, "the built-in sentiment model reads English only, not language %q; map sentiment to provider comprehend in the model map of the configuration for other languages", req.Language)
	}
	if strings.TrimSpace(string(req.Body)) == "" {
		return &model.Error{Kind: model.Invalid, Service: model.Comprehend, Message: "the text to judge is empty; give at least one word"}
	}
	if n := len(req.Body); n > maxSentimentBytes {
		return &model.Error{Kind: model.TooLarge, Service: model.Comprehend, Message: fmt.Sprintf("the text has %d bytes; sentiment is detected in at most %d, as in Amazon Comprehend; shorten or split the text", n, maxSentimentBytes)}
	}
	return p.mustBeEnglish(model.Comprehend, string(req.Body))
}

// detectSentiment answers Comprehend's DetectSentiment.
func (p *Provider) detectSentiment(ctx context.Context, req model.Request) (model.Response, error) {
	if err := p.checkSentiment(req); err != nil {
		return model.Response{}, err
	}
	text := string(req.Body)
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
