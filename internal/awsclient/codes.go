package awsclient

import (
	"fmt"
	"net/http"
	"strings"

	"airglow/internal/model"
	"airglow/internal/outbound"
)

// kindOf sorts a service's error by its code, and by the HTTP status when the
// code is not known.
func kindOf(code string, status int) model.Kind {
	if kind, ok := kindByCode(code); ok {
		return kind
	}
	return kindByStatus(status)
}

// kindByCode knows the codes of the Bedrock, SageMaker and Comprehend
// runtimes, of STS, and those common to all AWS services. The ending
// "Exception" is left off, because services differ in it.
func kindByCode(code string) (model.Kind, bool) {
	switch strings.TrimSuffix(code, "Exception") {
	case "Throttling", "Throttled", "TooManyRequests", "RequestThrottled", "RequestLimitExceeded", "SlowDown":
		return model.Throttled, true
	case "ModelNotReady":
		return model.NotReady, true
	case "InternalServer", "InternalServerError", "InternalFailure", "InternalError",
		"InternalDependency", "ServiceUnavailable", "ServiceUnavailableError":
		return model.Unavailable, true
	case "ServiceQuotaExceeded", "LimitExceeded":
		return model.Quota, true
	case "ModelTimeout":
		return model.ModelTimeout, true
	case "ModelError", "ModelStreamError":
		return model.ModelFailed, true
	case "ResourceNotFound", "NotFound":
		return model.NotFound, true
	case "UnknownOperation":
		return model.Unsupported, true
	case "Validation", "ValidationError", "InvalidRequest", "UnsupportedLanguage", "MalformedQueryString":
		return model.Invalid, true
	case "TextSizeLimitExceeded", "BatchSizeLimitExceeded", "RequestEntityTooLarge", "RequestTooLarge":
		return model.TooLarge, true
	}
	return kindOfIdentity(code)
}

// kindOfIdentity knows the codes about who calls.
func kindOfIdentity(code string) (model.Kind, bool) {
	switch strings.TrimSuffix(code, "Exception") {
	case "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "OptInRequired", "RegionDisabled",
		"FTUFormNotFilled", "MPAgreementBeingCreated",
		"InvalidSignature", "SignatureDoesNotMatch", "AuthFailure", "IncompleteSignature",
		"RequestTimeTooSkewed", "RequestExpired":
		return model.Denied, true
	case "UnrecognizedClient", "InvalidClientTokenId", "InvalidAccessKeyId", "ExpiredToken", "InvalidToken",
		"MissingAuthenticationToken", "MissingAuthenticationTokenId":
		return model.NoCredentials, true
	}
	return model.Internal, false
}

// kindByStatus is what a status says that comes without a code: of Amazon's services
// a gateway that gave up says nothing of a model.
func kindByStatus(status int) model.Kind {
	switch {
	case status < http.StatusBadRequest:
		return model.Internal
	case status == http.StatusGatewayTimeout, status == http.StatusNotImplemented:
		return model.Unavailable
	default: // 530 is SageMaker's for a failed dependency
		return outbound.KindByStatus(status)
	}
}

// adviceOn returns what to do about a failure, empty when the service's own
// message is all there is to say.
func adviceOn(failure *model.Error, role string) string {
	switch {
	case endOfLife(failure.Message):
		return "this model can no longer be called: point its id to a live model in the configuration's model map"
	case isSignature(failure.Code):
		return "check the secret access key, this machine's clock, and that no proxy changes the request"
	case failure.Kind == model.NoCredentials:
		return "check the access key, secret key and session token of the environment, profile or role in use"
	case failure.Code == "AccessDeniedException":
		return fmt.Sprintf("the calling identity (%s) needs %s", role, actionOf(failure.Service))
	case failure.Kind == model.Quota:
		return "a quota of the AWS account is used up; it can be raised in the Service Quotas console"
	default:
		return ""
	}
}

func isSignature(code string) bool {
	switch strings.TrimSuffix(code, "Exception") {
	case "InvalidSignature", "SignatureDoesNotMatch", "IncompleteSignature", "RequestTimeTooSkewed", "RequestExpired":
		return true
	}
	return false
}

// endOfLife recognises a retired model by the service's message, because the
// code is the same as for a name that never existed.
func endOfLife(message string) bool {
	return strings.Contains(message, "end of its life") || strings.Contains(message, "marked by provider as Legacy")
}

// actionOf is the permission that a call of the service needs.
func actionOf(service model.Service) string {
	switch service {
	case model.SageMaker:
		return "sagemaker:InvokeEndpoint"
	case model.Comprehend:
		return "comprehend:DetectSentiment and comprehend:BatchDetectSentiment"
	default:
		return "bedrock:InvokeModel"
	}
}
