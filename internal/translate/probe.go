package translate

import (
	"context"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

// Prober is a Backend that can find out, at no cost, whether its server would
// answer.
type Prober interface {
	// Probe tries the server and, unless it is empty, a model of its own by name.
	// What it returns is as model.Prober has it.
	Probe(ctx context.Context, target string) (found string, err error)
}

// Probe implements model.Prober.
func (p *Provider) Probe(ctx context.Context, req model.Request) (found string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("call provider %s: %w", p.Name(), err)
	}
	if req.Model != "" {
		if err := p.standsIn(req); err != nil {
			return "", err
		}
	}
	if prober, ok := p.backend.(Prober); ok {
		return prober.Probe(ctx, req.TargetModel())
	}
	return "nothing can be tried without a call", nil
}

// standsIn reports whether requests for a model can be read, and be put to the
// backend. Where the model does not tell its family, a body will.
func (p *Provider) standsIn(req model.Request) error {
	q := &question{req: req, name: p.Name()}
	if _, known := dialect.ForModel(req.Model); !known && req.Service == model.Bedrock {
		return nil
	}
	if _, err := p.prepare(q); err != nil {
		return err
	}
	if checker, ok := p.backend.(Checker); ok && q.family.Embeds() {
		return checker.CheckEmbed(Embed{Model: req.TargetModel()})
	}
	return nil
}

// Abilities implements model.Able.
func (p *Provider) Abilities() []model.Ability {
	able := []model.Ability{model.Chat}
	if checker, ok := p.backend.(Checker); !ok || checker.CheckEmbed(Embed{}) == nil {
		able = append(able, model.Embeddings)
	}
	able = append(able, model.Stream)
	if _, ok := p.backend.(Batcher); ok {
		able = append(able, model.Batch)
	}
	return able
}
