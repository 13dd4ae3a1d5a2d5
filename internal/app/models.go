package app

import (
	"context"
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
	"airglow/internal/sagemaker"
)

// buildRunner sets up who answers for which model. A new provider is a line in
// providers, or a kind in servers.go.
func (a *App) buildRunner(ctx context.Context, extra []model.Provider) error {
	session, err := a.awsSession(ctx)
	if err != nil {
		return err
	}
	own, err := providers(session)
	if err != nil {
		return err
	}
	servers, err := a.modelServers()
	if err != nil {
		return err
	}
	byName := map[string]model.Provider{}
	for _, provider := range slices.Concat(own, servers, extra) {
		byName[provider.Name()] = provider
	}
	a.models, err = infer.NewMap(rules(a.config.Models), byName, defaults(session))
	if err != nil {
		return fmt.Errorf("model map: %w", err)
	}
	o := infer.Options{
		Map:         a.models,
		Concurrency: a.config.ML.MaxConcurrency,
		Counters:    a.counters,
		SpillDir:    a.config.Data,
		Budgets:     a.budgets,
	}
	if a.ledger != nil {
		o.Ledger, o.Prices, o.Recordings = a.ledger, a.ledger, a.ledger
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
	})
	if err != nil {
		return nil, fmt.Errorf("set up AWS: %w", err)
	}
	a.onStop(func() error { session.Close(); return nil })
	return session, nil
}

func rules(configured []config.ModelRule) []infer.Rule {
	list := make([]infer.Rule, 0, len(configured))
	for _, r := range configured {
		list = append(list, infer.Rule{
			Pattern: r.Match, Service: model.Service(r.Service), Provider: r.Provider, Target: r.Target, Limits: limits(r),
		})
	}
	return list
}

// limits are the rule's. The built-in models work on this machine's processors:
// more calls at once than those would only run each other's time out.
func limits(r config.ModelRule) infer.Limits {
	if r.Provider == infer.Builtin && r.MaxConcurrency == 0 {
		r.MaxConcurrency = runtime.GOMAXPROCS(0)
	}
	return infer.Limits{
		Concurrency: r.MaxConcurrency, CallsPerMinute: r.CallsPerMinute, TokensPerMinute: r.TokensPerMinute,
	}
}

func inferenceTimeout(c *config.Config) time.Duration {
	return time.Duration(c.ML.InferenceTimeoutMS) * time.Millisecond
}
