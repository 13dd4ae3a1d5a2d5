package bedrockapi

import (
	"net/http"
	"strings"

	"airglow/internal/model"
)

// ViaHeader is in the requests that the server itself sends to providers, with the
// value of Via. One that comes back to its own endpoint would be answered by asking
// again, without end.
const ViaHeader = "X-Airglow-Via"

// Via is the value of ViaHeader in the requests of an instance of the server to one of
// its [[providers]]; provider is empty for Amazon's services.
func Via(instance, provider string) string {
	if provider == "" {
		return instance
	}
	return instance + " " + provider
}

// refuseOwn refuses a request that this very server has sent, and names the setting
// that leads it here. No signature is looked at: only the server knows its instance.
func (s *Server) refuseOwn(r *http.Request, service model.Service) error {
	instance, provider, _ := strings.Cut(r.Header.Get(ViaHeader), " ")
	if s.opts.Instance == "" || instance != s.opts.Instance {
		return nil
	}
	setting := "url of provider " + provider
	if provider == "" {
		setting = addressSettings(service)
	}
	code := "ValidationException"
	switch service {
	case model.SageMaker:
		code = "ValidationError"
	case model.Comprehend:
		code = "InvalidRequestException"
	}
	return refuse(http.StatusBadRequest, code, "The request comes from this server itself, and would be sent again without end: "+
		setting+" leads to its own endpoint, endpoint.listen. Let it lead to the service that is to answer.")
}

// addressSettings names the settings that say where a service of Amazon's is.
func addressSettings(service model.Service) string {
	names := map[model.Service][2]string{
		model.Bedrock: {"aws.bedrock-endpoint", "BEDROCK_RUNTIME"}, model.SageMaker: {"aws.sagemaker-endpoint", "SAGEMAKER_RUNTIME"},
		model.Comprehend: {"aws.comprehend-endpoint", "COMPREHEND"},
	}[service]
	return names[0] + ", or AWS_ENDPOINT_URL_" + names[1] + " or AWS_ENDPOINT_URL of the server's environment or profile,"
}
