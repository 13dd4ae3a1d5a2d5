package awsclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"

	"airglow/internal/model"
	"airglow/internal/outbound"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// TranslateError turns what an SDK call of the service returned into what
// model.Provider promises: the error of ctx, wrapped, when ctx has ended, and
// a *model.Error otherwise. Nil stays nil.
func (s *Session) TranslateError(ctx context.Context, service model.Service, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("call %s: %w", service, ended)
	}
	var ours *model.Error
	if errors.As(err, &ours) {
		return err
	}
	failure := s.translate(service, err)
	failure.Service = service
	failure.Message = outbound.OneLine(failure.Message)
	failure.Err = hideContext(err)
	return failure
}

// translate asks for the most telling part of err first.
func (s *Session) translate(service model.Service, err error) *model.Error {
	var noCredentials *credentialsError
	var tooLarge *outbound.TooLarge
	var api smithy.APIError
	var response *awshttp.ResponseError
	refusal, refused := outbound.Refusal(err)
	switch {
	case errors.As(err, &noCredentials):
		return s.credentialsFailure(service, noCredentials)
	case refused:
		return &model.Error{Kind: model.NotConfigured, Message: fmt.Sprintf("%s%s is %s", service, addressOf(err), refusal)}
	case errors.As(err, &tooLarge):
		return &model.Error{Kind: model.TooLarge,
			Message: fmt.Sprintf("the answer of %s is larger than the %d bytes it may have", service, tooLarge.Limit)}
	case errors.As(err, &api):
		return s.serviceFailure(service, api, err)
	case errors.As(err, &response):
		return s.unreadableAnswer(service, response)
	case isTransport(err):
		return &model.Error{Kind: model.Unavailable, Message: reachMessage(string(service), err), Unseen: outbound.BrokeOff(err)}
	default:
		return &model.Error{Kind: model.Internal, Message: fmt.Sprintf("the call of %s failed before it was sent: %v", service, err)}
	}
}

// serviceFailure is an error that the service itself named.
func (s *Session) serviceFailure(service model.Service, api smithy.APIError, err error) *model.Error {
	failure := &model.Error{Service: service, Code: api.ErrorCode(), Message: strings.TrimSpace(api.ErrorMessage())}
	status := 0
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		status = response.HTTPStatusCode()
		failure.RequestID = response.RequestID
		failure.RetryAfter = retryAfter(response.Response, s.now())
	}
	if failure.Code == "" || failure.Code == "UnknownError" {
		failure.Code = statusCode(status)
	}
	failure.Kind = kindOf(failure.Code, status)
	if isMissingEndpoint(failure) {
		failure.Kind = model.NotFound
	}
	if status/100 == 3 {
		failure.Kind, failure.Code, failure.Message = model.NotConfigured, "", redirectMessage(failure.Service, response)
	}
	s.explain(failure, err)
	return failure
}

// redirectMessage says that a redirect was not followed. A request that is signed for
// one address counts at no other.
func redirectMessage(service model.Service, response *awshttp.ResponseError) string {
	to := "another address"
	if u, err := url.Parse(response.Response.Header.Get("Location")); err == nil && u.Host != "" {
		to = u.Host
	}
	return fmt.Sprintf("%s is not followed: it redirects to %s, and neither credentials nor rows go elsewhere than the configuration says; if that is right, set the endpoint to it", service, to)
}

// ItemError is the failure of one item in the answer to a batch.
func ItemError(service model.Service, code, message, requestID string) *model.Error {
	failure := &model.Error{Service: service, Kind: kindOf(code, 0), Code: code, Message: outbound.OneLine(message), RequestID: requestID}
	if failure.Message == "" {
		failure.Message = fmt.Sprintf("the service gave no message (%s)", failure.Kind)
	}
	return failure
}

// explain completes the message and does what a failure of identity asks for.
func (s *Session) explain(failure *model.Error, err error) {
	if failure.Message == "" || failure.Message == "UnknownError" {
		failure.Message = fmt.Sprintf("the service gave no message (%s)", failure.Kind)
	}
	setup := s.services[failure.Service]
	if clockCorrected(err) {
		// The SDK has taken the service's clock from this answer, so the next
		// attempt is signed with the right time.
		failure.Kind = model.Unavailable
		failure.Message += "; this machine's clock differs from the service's by minutes, please set it"
		return
	}
	if failure.Kind == model.NoCredentials && setup.identity != nil {
		setup.identity.invalidate()
	}
	who := "of the AWS credential chain"
	if setup.roleARN != "" {
		who = setup.roleARN + ", the role of " + roleVariable(failure.Service)
	}
	if advice := adviceOn(failure, who); advice != "" {
		failure.Message = strings.TrimRight(failure.Message, ". ") + "; " + advice
	}
}

// isMissingEndpoint: SageMaker reports an unknown endpoint as a validation
// error.
func isMissingEndpoint(failure *model.Error) bool {
	return failure.Service == model.SageMaker && failure.Kind == model.Invalid &&
		strings.HasPrefix(failure.Message, "Endpoint ") && strings.Contains(failure.Message, "not found")
}

// clockCorrected reports whether the SDK found that the clocks differ, which it
// does only while it has not corrected for it.
func clockCorrected(err error) bool {
	var api smithy.APIError
	var again interface{ RetryableError() bool }
	return errors.As(err, &api) && errors.As(err, &again) && again.RetryableError() &&
		strings.Contains(err.Error(), "clock skew")
}

// unreadableAnswer is an HTTP answer that the SDK could not decode.
func (s *Session) unreadableAnswer(service model.Service, response *awshttp.ResponseError) *model.Error {
	status := response.HTTPStatusCode()
	failure := &model.Error{RequestID: response.RequestID, RetryAfter: retryAfter(response.Response, s.now())}
	switch {
	case status == 0: // the SDK's way of saying that there was no answer
		failure.Kind, failure.Unseen = model.Unavailable, outbound.BrokeOff(response.Err)
		failure.Message = reachMessage(string(service), response.Err)
	case status >= 300:
		failure.Kind = kindByStatus(status)
		failure.Code = statusCode(status)
		failure.Message = "the answer has no error that can be read; is the endpoint's address right, or is a proxy in between?"
	case isTransport(response.Err):
		failure.Kind, failure.Unseen = model.Unavailable, true
		failure.Message = fmt.Sprintf("the connection to %s broke off in the middle of its answer", service)
	default:
		failure.Kind = model.BadAnswer
		failure.Message = fmt.Sprintf("the answer of %s (HTTP %d) cannot be decoded", service, status)
	}
	return failure
}

func statusCode(status int) string {
	if status == 0 {
		return "UnknownError"
	}
	return fmt.Sprintf("HTTP %d", status)
}

// credentialsFailure explains why there is no identity to call with. A failure
// of STS that may pass keeps its kind, so that the call is tried again.
func (s *Session) credentialsFailure(service model.Service, err *credentialsError) *model.Error {
	if err.identity.roleARN == "" {
		return &model.Error{Kind: model.NoCredentials, Message: fmt.Sprintf(
			"no usable AWS credentials were found for %s: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "+
				"choose a profile, or run where an IAM role is attached", service)}
	}
	role := fmt.Sprintf("the role %s of %s cannot be assumed", err.identity.roleARN, err.identity.variable)
	var chain *credentialsError
	if errors.As(err.err, &chain) {
		return &model.Error{Kind: model.NoCredentials, Message: role + ": no usable AWS credentials were found to assume it with: " +
			"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile, or run where an IAM role is attached"}
	}
	if errors.Is(err.err, context.DeadlineExceeded) {
		return &model.Error{Kind: model.Unavailable, Message: role + ": STS did not answer in time"}
	}
	cause := s.translate("STS", err.err)
	failure := &model.Error{Kind: cause.Kind, RequestID: cause.RequestID, RetryAfter: cause.RetryAfter}
	if cause.Code != "" {
		role += ": " + cause.Code
	}
	failure.Message = role + ": " + cause.Message
	if !cause.Retryable() && cause.Kind != model.NotConfigured {
		failure.Kind = model.NoCredentials
		failure.Message += "; this server's identity must be allowed sts:AssumeRole on the role, and the role must trust it"
	}
	return failure
}

// isTransport reports whether the request or its answer got lost on the way.
func isTransport(err error) bool {
	var send *smithyhttp.RequestSendError
	var network net.Error
	return errors.As(err, &send) || errors.As(err, &network) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// reachMessage says why a service could not be reached, and at which address.
func reachMessage(service string, err error) string {
	return fmt.Sprintf("%s cannot be reached%s: %s", service, addressOf(err), reachCause(err))
}

// addressOf is the address of a request that failed, after " at "; empty where it is not
// known.
func addressOf(err error) string {
	var address *url.Error
	if !errors.As(err, &address) {
		return ""
	}
	u, err := url.Parse(address.URL)
	if err != nil {
		return ""
	}
	return " at " + u.Host
}

func reachCause(err error) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &dns):
		return "its host name cannot be resolved; check the region, the endpoint and the network's DNS"
	case errors.As(err, &certificate):
		return "its TLS certificate is not trusted (" + certificate.Err.Error() + "); set AWS_CA_BUNDLE if a private authority signed it"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused; check the endpoint"
	case outbound.BrokeOff(err):
		return "the connection broke off"
	case errors.As(err, &network) && network.Timeout():
		return "no connection within the time allowed; check the route, the firewall or the private endpoint"
	default:
		return "the request could not be sent; check the endpoint and the network"
	}
}

// hideContext keeps the text of a cause that counts as a context's end, though
// the caller's context lives: a connection's or a look-up's own time limit.
// Callers that ask errors.Is would take it for the statement's.
func hideContext(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return errors.New(err.Error())
	}
	return err
}
