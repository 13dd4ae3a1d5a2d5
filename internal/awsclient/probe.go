package awsclient

import (
	"context"

	"airglow/internal/model"
)

// Probe finds out whether calls of a service can be signed: a region is set, and
// credentials can be had, those of the service's role included. The service itself
// is not asked. Its result is as model.Prober has it.
func (s *Session) Probe(ctx context.Context, service model.Service) (string, error) {
	if err := s.Ready(service); err != nil {
		return "", err
	}
	setup := s.services[service]
	if setup.roleARN == "" && service == model.Bedrock && setup.config.BearerAuthTokenProvider != nil {
		return "an API key for Bedrock is there; only a call shows whether the model answers", nil
	}
	if _, err := setup.config.Credentials.Retrieve(ctx); err != nil {
		return "", s.TranslateError(ctx, service, err)
	}
	return "there are credentials for region " + s.region + "; only a call shows whether the model answers", nil
}
