package bedrock

import (
	"context"
	"encoding/json"

	"airglow/internal/model"
	"airglow/internal/translate"
)

// withParameters puts the parameters of a route under the members of a request's
// body.
func withParameters(req model.Request) (model.Request, error) {
	if req.Parameters == "" {
		return req, nil
	}
	var parameters map[string]json.RawMessage
	err := json.Unmarshal([]byte(req.Parameters), &parameters)
	if err == nil {
		req.Body, err = translate.Merge(req.Body, parameters)
	}
	if err != nil {
		return req, &model.Error{Kind: model.Invalid, Service: model.Bedrock, Err: err, Code: "ValidationException",
			Message: "the model map has parameters for this model, which go into a request that is a JSON object"}
	}
	return req, nil
}

// Probe implements model.Prober. Nothing that Bedrock offers for inference is free
// of charge, so that only the way there is tried.
func (p *Provider) Probe(ctx context.Context, req model.Request) (string, error) {
	if req.TargetModel() != "" {
		if err := p.check(req); err != nil {
			return "", err
		}
	}
	return p.session.Probe(ctx, model.Bedrock)
}

// Abilities implements model.Able.
func (p *Provider) Abilities() []model.Ability {
	return []model.Ability{model.Chat, model.Embeddings, model.Stream}
}
