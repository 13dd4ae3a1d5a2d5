// Package translate lets a model server that knows chats and embeddings stand in
// for the models of Bedrock: it reads a request in the body of the family that
// the SQL names (package dialect), puts the neutral form to a [Backend], and
// writes the answer as the family would have.
//
// A Backend is all that a provider of its own has to be; [New] makes a
// model.Provider of it. translate.go is the call.
package translate

import (
	"context"
	"encoding/json"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

// Backend is a model server as package translate sees it. Each method makes one
// attempt; context, errors and concurrency are as model.Provider has them.
type Backend interface {
	// Name is the provider's name in the configuration.
	Name() string
	// Chat answers a chat.
	Chat(ctx context.Context, chat Chat) (dialect.Result, error)
	// Embed gives one vector for each text.
	Embed(ctx context.Context, embed Embed) (dialect.Vectors, error)
}

// Chat is a chat and who is to answer it.
type Chat struct {
	dialect.Chat
	// Model is the server's name of the model.
	Model string
	// Parameters are further members of the server's own request; what the chat
	// sets goes over them. They may be nil.
	Parameters map[string]json.RawMessage
	// Emit is told each piece of the answer as it comes, if it is not nil; its
	// error ends the attempt. The Result is whole all the same.
	Emit func(dialect.Piece) error
}

// Embed is a request for vectors and who is to give them.
type Embed struct {
	dialect.Embed
	// Model and Parameters are as Chat has them.
	Model      string
	Parameters map[string]json.RawMessage
}

// Provider answers requests in the bodies of Bedrock's families from a Backend.
type Provider struct{ backend Backend }

var _ model.Provider = (*Provider)(nil)

// New returns the provider of a backend.
func New(backend Backend) *Provider { return &Provider{backend: backend} }

// Name implements model.Provider.
func (p *Provider) Name() string { return p.backend.Name() }

// Invoke implements model.Provider.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	family, parameters, err := p.read(req)
	if err != nil {
		return model.Response{}, err
	}
	if family.Embeds() {
		return p.embed(ctx, req, family, parameters)
	}
	return p.chat(ctx, req, family, parameters)
}

// read returns the family of a request and the parameters of its route.
func (p *Provider) read(req model.Request) (family dialect.Family, parameters map[string]json.RawMessage, err error) {
	if req.Service != model.Bedrock {
		return family, nil, p.unsupported(req.Service, fmt.Sprintf("the provider %s answers Bedrock functions only, not %s ones; correct the model map", p.Name(), req.Service))
	}
	family, ok := dialect.ForRequest(req)
	if !ok {
		return family, nil, p.unsupported(model.Bedrock, fmt.Sprintf("the provider %s cannot stand in for model %q: the request bodies that are known are those of %s", p.Name(), req.Model, dialect.Known()))
	}
	if req.Parameters != "" {
		err = json.Unmarshal([]byte(req.Parameters), &parameters)
	}
	if err != nil {
		return family, nil, &model.Error{Kind: model.Internal, Service: model.Bedrock, Err: err,
			Message: fmt.Sprintf("the parameters of model %q in the model map are no JSON object", req.Model)}
	}
	return family, parameters, nil
}

func (p *Provider) unsupported(service model.Service, message string) error {
	return &model.Error{Kind: model.Unsupported, Service: service, Message: message}
}

func (p *Provider) chat(ctx context.Context, req model.Request, family dialect.Family, parameters map[string]json.RawMessage) (model.Response, error) {
	chat, err := family.DecodeChat(req.Body)
	if err != nil {
		return model.Response{}, err
	}
	result, err := p.backend.Chat(ctx, Chat{Chat: chat, Model: req.TargetModel(), Parameters: parameters})
	if err != nil {
		return model.Response{}, err
	}
	body, err := family.EncodeResult(result)
	return p.response(req, body, result.Usage), err
}

func (p *Provider) embed(ctx context.Context, req model.Request, family dialect.Family, parameters map[string]json.RawMessage) (model.Response, error) {
	embed, err := family.DecodeEmbed(req.Body)
	if err != nil {
		return model.Response{}, err
	}
	vectors, err := p.backend.Embed(ctx, Embed{Embed: embed, Model: req.TargetModel(), Parameters: parameters})
	if err != nil {
		return model.Response{}, err
	}
	body, err := family.EncodeVectors(vectors)
	return p.response(req, body, vectors.Usage), err
}

func (p *Provider) response(req model.Request, body []byte, usage model.Usage) model.Response {
	return model.Response{Body: body, Provider: p.Name(), Model: req.TargetModel(), Usage: usage, Stop: dialect.StopOf(body)}
}
