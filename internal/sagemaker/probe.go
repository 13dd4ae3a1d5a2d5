package sagemaker

import (
	"context"

	"airglow/internal/model"
)

// Probe implements model.Prober. An endpoint is not called: what it takes depends on
// the model that was deployed there.
func (p *Provider) Probe(ctx context.Context, req model.Request) (string, error) {
	if req.TargetModel() != "" {
		if err := p.Check(req); err != nil {
			return "", err
		}
	}
	return p.session.Probe(ctx, model.SageMaker)
}

// Abilities implements model.Able.
func (p *Provider) Abilities() []model.Ability { return []model.Ability{model.CSV, model.Batch} }
