package app

import (
	"context"
	"crypto/tls"
	"fmt"

	"airglow/internal/accesskey"
	"airglow/internal/bedrockapi"
	"airglow/internal/engine"
	"airglow/internal/mlsql"
	"airglow/internal/model"
	"airglow/internal/server"
)

// openEndpoint opens the endpoint that speaks Bedrock's API, where the
// configuration wants one.
func (a *App) openEndpoint() error {
	c := a.config.Endpoint
	if c.Listen == "" {
		return nil
	}
	var certificate *tls.Config
	if c.TLS {
		var err error
		if certificate, err = server.TLSConfig(a.serverOptions()); err != nil {
			return fmt.Errorf("start the endpoint: %w", err)
		}
	}
	s, err := bedrockapi.New(bedrockapi.Options{
		Listen:       c.Listen,
		TLS:          certificate,
		Runner:       a.runner,
		Map:          a.models,
		Rules:        rules(a.config),
		Keys:         a.keys,
		Access:       accountAccess{a.engine},
		CallTimeout:  c.CallTimeout,
		TimeoutName:  "endpoint.call-timeout",
		RetryFor:     c.RetryFor,
		RetryName:    "endpoint.retry-for",
		DrainTimeout: a.config.DrainTimeout,
		Instance:     a.instance,
		Logger:       a.logger,
	})
	if err != nil {
		return fmt.Errorf("start the endpoint: %w", err)
	}
	a.warnOfLoops(s.Addr())
	a.endpoint = s
	a.onStop(s.Close)
	return nil
}

// runEndpoint serves until ctx ends, at once where there is no endpoint.
func (a *App) runEndpoint(ctx context.Context) error {
	if a.endpoint == nil {
		return nil
	}
	return a.endpoint.Run(ctx)
}

// accountAccess is what the accounts of the database may do at the endpoint.
type accountAccess struct{ engine *engine.Engine }

// Admit implements bedrockapi.Access.
func (a accountAccess) Admit(account accesskey.Account) error {
	return a.engine.Admit(mlsql.Account{Name: account.User, Host: account.Host})
}

// Roles implements bedrockapi.Access.
func (a accountAccess) Roles(account accesskey.Account) []string {
	return a.engine.RolesOf(mlsql.Account{Name: account.User, Host: account.Host})
}

// MayUse implements bedrockapi.Access.
func (a accountAccess) MayUse(account accesskey.Account, service model.Service) error {
	return a.engine.MayUse(mlsql.Account{Name: account.User, Host: account.Host}, service)
}
