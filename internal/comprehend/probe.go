package comprehend

import (
	"context"

	"airglow/internal/model"
)

// Probe implements model.Prober. A call costs the price of a short text, so that
// only the way there is tried.
func (p *Provider) Probe(ctx context.Context, _ model.Request) (string, error) {
	return p.session.Probe(ctx, model.Comprehend)
}

// Abilities implements model.Able.
func (p *Provider) Abilities() []model.Ability { return []model.Ability{model.Sentiment, model.Batch} }
