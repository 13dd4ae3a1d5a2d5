package outbound

import (
	"net/http"
	"strings"

	"airglow/internal/model"
)

// kindOf sorts a failure by its label where that tells more than the status, and
// else by the status.
func kindOf(w words) model.Kind {
	label := strings.ToLower(w.label)
	switch {
	case isTooLong(w):
		return model.Invalid
	case label == "insufficient_quota" || label == "billing_error":
		return model.Quota
	case label == "model_not_found":
		return model.NotFound
	case w.status == 0 && label == "rate_limit_error":
		return model.Throttled
	case w.status == 0 && (label == "overloaded_error" || label == "api_error" || label == "server_error"):
		return model.Unavailable
	case w.status == 0:
		return model.ModelFailed
	case w.status == http.StatusServiceUnavailable && isLoading(w):
		return model.NotReady
	case w.status < 500 && isUnknownModel(w):
		return model.NotFound
	default:
		return KindByStatus(w.status)
	}
}

// KindByStatus sorts a failure by its HTTP status alone.
func KindByStatus(status int) model.Kind {
	switch {
	case status == http.StatusUnauthorized:
		return model.NoCredentials
	case status == http.StatusForbidden:
		return model.Denied
	case status == http.StatusPaymentRequired:
		return model.Quota
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return model.NotFound
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return model.ModelTimeout
	case status == http.StatusRequestEntityTooLarge:
		return model.TooLarge
	case status == http.StatusFailedDependency:
		return model.ModelFailed
	case status == http.StatusTooManyRequests:
		return model.Throttled
	case status == http.StatusNotImplemented:
		return model.Unsupported
	case status >= 500:
		return model.Unavailable
	case status >= 400:
		return model.Invalid
	default:
		return model.BadAnswer // a status that is neither success nor failure
	}
}

// codeOf is what Bedrock calls a failure.
func codeOf(kind model.Kind, w words) string {
	switch kind {
	case model.NoCredentials:
		return "UnrecognizedClientException"
	case model.Denied:
		return "AccessDeniedException"
	case model.NotFound:
		return "ResourceNotFoundException"
	case model.ModelTimeout:
		return "ModelTimeoutException"
	case model.Throttled:
		return "ThrottlingException"
	case model.NotReady:
		return "ModelNotReadyException"
	case model.Quota:
		return "ServiceQuotaExceededException"
	case model.Unavailable:
		return "ServiceUnavailableException"
	case model.Invalid, model.TooLarge, model.Unsupported:
		return "ValidationException"
	}
	if w.status == 0 && !w.whole {
		return "ModelStreamErrorException"
	}
	return "ModelErrorException"
}

// tooLong are the labels and, where a server has none, the sentences that say
// that a prompt is longer than the model's context: OpenAI's label, llama.cpp's
// label, and sentences of vLLM, llama.cpp, Ollama and Anthropic.
var tooLong = []string{
	"context_length_exceeded", "exceed_context_size_error",
	"maximum context length", "exceeds the available context size", "exceeds the context length",
	"exceeds context length", "exceeds maximum context", "prompt is too long", "input is too large to process",
	"exceeds the context window", "input length exceeds",
}

// isTooLong goes by the text, as half of the servers say it in no other way.
func isTooLong(w words) bool { return says(w, tooLong) }

// isLoading tells llama.cpp's 503 for a model that is being loaded from one for a
// server that is down.
func isLoading(w words) bool { return says(w, []string{"loading", "not ready", "warming up"}) }

// isUnknownModel finds the servers that answer 400 for a model they do not have.
func isUnknownModel(w words) bool {
	return w.status == http.StatusBadRequest && says(w, []string{"invalid model name", "is not a valid model", "model does not exist"})
}

func says(w words, phrases []string) bool {
	said := strings.ToLower(w.label + " " + w.text)
	for _, phrase := range phrases {
		if strings.Contains(said, phrase) {
			return true
		}
	}
	return false
}
