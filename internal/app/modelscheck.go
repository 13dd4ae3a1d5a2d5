package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"airglow/internal/config"
	"airglow/internal/dialect"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// Models is the model map of a configuration, without a server. Whoever opens it
// closes it.
type Models struct {
	app  *App
	list *infer.Map
}

// OpenModels sets the providers of a configuration up. It makes no request.
func OpenModels(ctx context.Context, c *config.Config) (*Models, error) {
	a := &App{config: c, logger: slog.New(slog.DiscardHandler)}
	list, err := a.modelMap(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return &Models{app: a, list: list}, nil
}

// Close gives the connections up.
func (m *Models) Close() error { return m.app.Close() }

// MappedModel is one who may answer for a model, in words.
type MappedModel struct {
	// Model is an id or a pattern, Service may be empty.
	Model, Service string
	// Position counts from 1, in the order in which they are asked.
	Position         int
	Provider, Target string
	// Can is what the provider can do for the model, Limits what bounds its calls.
	Can, Limits string
	// Substitution is true where the answer is another's than the SQL names.
	Substitution bool

	listing infer.Listing
}

// List returns who may answer for the models of ids, and with none the whole map.
// The error is that of a model that nobody answers for.
func (m *Models) List(ids ...string) ([]MappedModel, error) {
	var found []infer.Listing
	var faults []error
	if len(ids) == 0 {
		found = m.list.List()
	}
	for _, id := range ids {
		service := m.serviceOf(id)
		if _, err := m.list.Routes(model.Request{Service: service, Model: id}); err != nil {
			faults = append(faults, err)
		}
		found = append(found, m.list.Find(service, id)...)
	}
	list := make([]MappedModel, len(found))
	for i, l := range found {
		list[i] = MappedModel{
			Model: l.Pattern, Service: string(l.Service), Position: l.Position + 1, Provider: l.Provider.Name(), Target: l.Target,
			Can: strings.Join(abilities(l), ","), Limits: limitsText(l), Substitution: l.Substitution, listing: l,
		}
	}
	return list, errors.Join(faults...)
}

// serviceOf tells what a name stands for: the one operation of Comprehend, an
// endpoint where a rule says so, and else a model of Bedrock.
func (m *Models) serviceOf(id string) model.Service {
	if id == sentiment {
		return model.Comprehend
	}
	if _, known := dialect.ForModel(id); known {
		return model.Bedrock
	}
	for _, l := range m.list.Find(model.SageMaker, id) {
		if l.Rule > 0 && serviceOf(l) == model.SageMaker && l.Provider.Name() == "sagemaker" {
			return model.SageMaker
		}
	}
	return model.Bedrock
}

func limitsText(l infer.Listing) string {
	var parts []string
	for _, limit := range []struct {
		most int
		what string
	}{
		{l.Limits.Concurrency, "at once"}, {l.Limits.CallsPerMinute, "calls/min"}, {l.Limits.TokensPerMinute, "tokens/min"},
		{int(l.Timeout.Milliseconds()), "ms"},
	} {
		if limit.most > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", limit.most, limit.what))
		}
	}
	return strings.Join(parts, ", ")
}

// Finding is what came of trying one who may answer.
type Finding struct {
	MappedModel
	// Err is what is wrong, and says which setting to change; nil when nothing is.
	// Found is what was seen then.
	Err   error
	Found string
}

// CheckOptions say how to try.
type CheckOptions struct {
	// Timeout bounds each try.
	Timeout time.Duration
	// Spend allows a short call of each model, which the service may charge for.
	Spend bool
}

// mostTries is how many are tried at once.
const mostTries = 8

// Check tries each of a list.
func (m *Models) Check(ctx context.Context, list []MappedModel, o CheckOptions) []Finding {
	findings := make([]Finding, len(list))
	turns := make(chan struct{}, mostTries)
	var tries sync.WaitGroup
	for i, l := range list {
		tries.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			bounded, cancel := context.WithTimeout(ctx, o.Timeout)
			defer cancel()
			found, err := check(bounded, l.listing, o.Spend)
			switch {
			case err != nil && bounded.Err() != nil && ctx.Err() == nil:
				err = fmt.Errorf("provider %s did not answer within %s", l.Provider, o.Timeout)
			case err != nil && (l.Provider == infer.Builtin || !slices.Contains(config.OwnProviders(), l.Provider)):
				err = errors.New(model.Message(err)) // its code is ours, for SQL
			}
			findings[i] = Finding{MappedModel: l, Found: found, Err: err}
		})
	}
	tries.Wait()
	return findings
}

// check tries one, at first without a call.
func check(ctx context.Context, l infer.Listing, spend bool) (string, error) {
	req := l.Request()
	req.Service = serviceOf(l)
	found := "nothing can be tried without a call"
	if prober, ok := l.Provider.(model.Prober); ok {
		var err error
		if found, err = prober.Probe(ctx, req); err != nil {
			return "", err
		}
	}
	if !spend {
		return found, nil
	}
	calls, reason := callsOf(l, req)
	if reason != "" {
		return found + "; not called: " + reason, nil
	}
	for _, call := range calls {
		if _, err := l.Provider.Invoke(ctx, call); err != nil {
			return "", err
		}
	}
	if l.Exact() {
		return "it has answered a short call", nil
	}
	return fmt.Sprintf("it has answered a short call as each of %s", idsOf(calls)), nil
}

// callsOf are the short calls that a listing is tried with, or the reason why there
// are none. The built-in models are free of charge, and a rule that leads several
// models to them is tried with one model for each thing that they can do.
func callsOf(l infer.Listing, req model.Request) (calls []model.Request, reason string) {
	if l.Exact() || l.Provider.Name() != infer.Builtin {
		calls, reason = shortCalls(req)
		return firstTaken(l.Provider, calls), reason
	}
	for _, ability := range []model.Ability{model.Chat, model.Embeddings, model.Sentiment} {
		for _, known := range requestsOf(l) {
			if !has(l.Provider, known, ability) {
				continue
			}
			one, _ := shortCalls(known)
			calls = append(calls, firstTaken(l.Provider, one)...)
			break
		}
	}
	if len(calls) == 0 {
		_, reason = shortCalls(req)
	}
	return calls, reason
}

// firstTaken is the first of several calls that a provider does not refuse, else the
// first.
func firstTaken(provider model.Provider, calls []model.Request) []model.Request {
	if checker, ok := provider.(model.Checker); ok {
		for i, call := range calls {
			if checker.Check(call) == nil {
				return calls[i : i+1]
			}
		}
	}
	return calls[:min(1, len(calls))]
}

func idsOf(calls []model.Request) string {
	var ids []string
	for _, call := range calls {
		ids = append(ids, call.Model)
	}
	return strings.Join(ids, ", ")
}
