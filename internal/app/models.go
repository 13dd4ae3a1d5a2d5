package app

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/bedrock"
	"airglow/internal/builtin"
	"airglow/internal/comprehend"
	"airglow/internal/config"
	"airglow/internal/infer"
	"airglow/internal/model"
	"airglow/internal/outbound"
	"airglow/internal/sagemaker"
	"airglow/internal/translate"
)

// modelMap sets up who answers for which model. A new provider is a line in
// providers, or a kind in servers.go.
func (a *App) modelMap(ctx context.Context, extra []model.Provider) (*infer.Map, error) {
	session, err := a.awsSession(ctx)
	if err != nil {
		return nil, err
	}
	own, err := providers(session)
	if err != nil {
		return nil, err
	}
	servers, err := a.modelServers()
	if err != nil {
		return nil, err
	}
	byName := map[string]model.Provider{}
	for _, provider := range slices.Concat(own, servers, extra) {
		byName[provider.Name()] = provider
	}
	models, err := infer.NewMap(rules(a.config), byName, defaults(session))
	if err != nil {
		return nil, fmt.Errorf("model map: %w", err)
	}
	return models, nil
}

// buildRunner sets up what makes the calls.
func (a *App) buildRunner(ctx context.Context, extra []model.Provider) error {
	var err error
	if a.models, err = a.modelMap(ctx, extra); err != nil {
		return err
	}
	if a.models.Empty() {
		a.logger.Info("no model answers yet: set --aws-region for Amazon's, or map models to a model server or to the built-in models with [[models]] in the configuration")
	}
	o := infer.Options{
		Map:         a.models,
		Clock:       a.clock,
		Prices:      a.prices,
		Concurrency: a.config.ML.MaxConcurrency,
		Counters:    a.counters,
		SpillDir:    a.config.Data,
		Budgets:     a.budgets,
	}
	if a.ledger != nil {
		o.Ledger, o.Recordings = a.ledger, a.ledger
	}
	if a.metrics != nil {
		o.Observer = a.metrics
	}
	a.runner = infer.New(o)
	return nil
}

// providers lists who can answer: the built-in models always, Amazon's services
// where a region is known.
func providers(session *awsclient.Session) ([]model.Provider, error) {
	local, err := builtin.New()
	if err != nil {
		return nil, fmt.Errorf("built-in models: %w", err)
	}
	list := []model.Provider{local}
	if session.Region() != "" {
		list = append(list, bedrock.New(session), sagemaker.New(session), comprehend.New(session))
	}
	return list, nil
}

// defaults are the providers of models that no rule names.
func defaults(session *awsclient.Session) map[model.Service]string {
	if session.Region() == "" {
		return nil
	}
	return map[model.Service]string{
		model.Bedrock:    "bedrock",
		model.SageMaker:  "sagemaker",
		model.Comprehend: "comprehend",
	}
}

func (a *App) awsSession(ctx context.Context) (*awsclient.Session, error) {
	c := a.config.AWS
	session, err := awsclient.Load(ctx, awsclient.Options{
		Region:      c.Region,
		Profile:     c.Profile,
		Bedrock:     awsclient.ServiceOptions{RoleARN: c.BedrockRole, Endpoint: c.BedrockEndpoint},
		SageMaker:   awsclient.ServiceOptions{RoleARN: c.SageMakerRole, Endpoint: c.SageMakerEndpoint},
		Comprehend:  awsclient.ServiceOptions{RoleARN: c.ComprehendRole, Endpoint: c.ComprehendEndpoint},
		STSEndpoint: c.STSEndpoint,
		Header:      a.via(""),
		Destinations: outbound.Rules{
			AllowHTTP: c.AllowHTTP, AllowAddresses: c.Prefixes(), Place: " under [aws]",
		},
	})
	if err != nil {
		return nil, fmt.Errorf("set up AWS: %w", err)
	}
	a.onStop(func() error { session.Close(); return nil })
	return session, nil
}

// parameters are a rule's with its mode of prompts among them, which goes the same way.
func parameters(own config.Parameters, mode string) string {
	if mode != translate.ModeRaw {
		return string(own)
	}
	members := map[string]json.RawMessage{}
	if own != "" {
		_ = json.Unmarshal([]byte(own), &members) // what a Parameters is always
	}
	members[translate.PromptMode] = json.RawMessage(`"` + translate.ModeRaw + `"`)
	text, _ := json.Marshal(members) // of values that were read as JSON
	return string(text)
}

func rules(c *config.Config) []infer.Rule {
	list := make([]infer.Rule, 0, len(c.Models))
	for _, r := range c.Models {
		rule := infer.Rule{
			Pattern: r.Match, Service: model.Service(r.Service), Provider: r.Provider, Target: r.Target,
			Parameters: parameters(r.Parameters, r.PromptMode), Lenient: r.Lenient, Timeout: time.Duration(r.TimeoutMS) * time.Millisecond,
			Limits: limits(r.Provider, infer.Limits{
				Concurrency: r.MaxConcurrency, CallsPerMinute: r.CallsPerMinute, TokensPerMinute: r.TokensPerMinute,
			}),
		}
		if c.File != "" && r.Line > 0 {
			rule.Place = fmt.Sprintf("%s:%d", c.File, r.Line)
		}
		for _, f := range r.Fallbacks {
			rule.Fallbacks = append(rule.Fallbacks, infer.Destination{
				Provider: f.Provider, Target: f.Target, Parameters: parameters(f.Parameters, f.PromptMode),
				Limits: limits(f.Provider, infer.Limits{
					Concurrency: f.MaxConcurrency, CallsPerMinute: f.CallsPerMinute, TokensPerMinute: f.TokensPerMinute,
				}),
			})
		}
		list = append(list, rule)
	}
	return list
}

// limits are a rule's. The built-in models work on this machine's processors: more
// calls at once than those would only run each other's time out.
func limits(provider string, l infer.Limits) infer.Limits {
	if provider == infer.Builtin && l.Concurrency == 0 {
		l.Concurrency = runtime.GOMAXPROCS(0)
	}
	return l
}

func inferenceTimeout(c *config.Config) time.Duration {
	return time.Duration(c.ML.InferenceTimeoutMS) * time.Millisecond
}
