package bedrockapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"airglow/internal/model"
)

// failure is a refused or failed request, as its client is told.
type failure struct {
	status        int
	code, message string
	// retryAfter is in milliseconds; zero says nothing.
	retryAfter int64
}

// Error is for logs.
func (f *failure) Error() string { return f.code + ": " + f.message }

func refuse(status int, code, message string) error {
	return &failure{status: status, code: code, message: message}
}

// invalid refuses a request to Bedrock for what it holds.
func invalid(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "ValidationException", fmt.Sprintf(format, args...))
}

// meaning is the code of a kind of failure.
type meaning struct {
	status int
	code   string
}

// bedrockMeanings are the kinds as Bedrock has them.
var bedrockMeanings = map[model.Kind]meaning{
	model.Internal:      {http.StatusInternalServerError, "InternalServerException"},
	model.NotConfigured: {http.StatusNotFound, "ResourceNotFoundException"},
	model.NotFound:      {http.StatusNotFound, "ResourceNotFoundException"},
	model.NoCredentials: {http.StatusForbidden, "AccessDeniedException"},
	model.Denied:        {http.StatusForbidden, "AccessDeniedException"},
	model.Invalid:       {http.StatusBadRequest, "ValidationException"},
	model.TooLarge:      {http.StatusBadRequest, "ValidationException"},
	model.Unsupported:   {http.StatusBadRequest, "ValidationException"},
	model.Throttled:     {http.StatusTooManyRequests, "ThrottlingException"},
	model.NotReady:      {http.StatusTooManyRequests, "ModelNotReadyException"},
	model.Unavailable:   {http.StatusServiceUnavailable, "ServiceUnavailableException"},
	model.Quota:         {http.StatusBadRequest, "ServiceQuotaExceededException"},
	model.OverBudget:    {http.StatusBadRequest, "ServiceQuotaExceededException"},
	model.ModelFailed:   {http.StatusFailedDependency, "ModelErrorException"},
	model.BadAnswer:     {http.StatusFailedDependency, "ModelErrorException"},
	model.Timeout:       {http.StatusRequestTimeout, "ModelTimeoutException"},
	model.ModelTimeout:  {http.StatusRequestTimeout, "ModelTimeoutException"},
}

// sageMakerMeanings are the kinds as SageMaker's runtime has them.
var sageMakerMeanings = map[model.Kind]meaning{
	model.Internal:      {http.StatusInternalServerError, "InternalFailure"},
	model.NotConfigured: {http.StatusBadRequest, "ValidationError"},
	model.NotFound:      {http.StatusBadRequest, "ValidationError"},
	model.NoCredentials: {http.StatusForbidden, "AccessDeniedException"},
	model.Denied:        {http.StatusForbidden, "AccessDeniedException"},
	model.Invalid:       {http.StatusBadRequest, "ValidationError"},
	model.TooLarge:      {http.StatusBadRequest, "ValidationError"},
	model.Unsupported:   {http.StatusBadRequest, "ValidationError"},
	model.Throttled:     {http.StatusTooManyRequests, "ThrottlingException"},
	model.NotReady:      {http.StatusTooManyRequests, "ModelNotReadyException"},
	model.Unavailable:   {http.StatusServiceUnavailable, "ServiceUnavailable"},
	model.Quota:         {http.StatusBadRequest, "ThrottlingException"},
	model.OverBudget:    {http.StatusBadRequest, "ValidationError"}, // clients do not try it again
	model.ModelFailed:   {http.StatusFailedDependency, "ModelError"},
	model.BadAnswer:     {http.StatusFailedDependency, "ModelError"},
	model.Timeout:       {http.StatusFailedDependency, "ModelError"},
	model.ModelTimeout:  {http.StatusFailedDependency, "ModelError"},
}

// comprehendMeanings are the kinds as Comprehend has them.
var comprehendMeanings = map[model.Kind]meaning{
	model.NotConfigured: {http.StatusBadRequest, "InvalidRequestException"},
	model.NotFound:      {http.StatusBadRequest, "InvalidRequestException"},
	model.NoCredentials: {http.StatusBadRequest, "AccessDeniedException"},
	model.Denied:        {http.StatusBadRequest, "AccessDeniedException"},
	model.Invalid:       {http.StatusBadRequest, "InvalidRequestException"},
	model.TooLarge:      {http.StatusBadRequest, "TextSizeLimitExceededException"},
	model.Unsupported:   {http.StatusBadRequest, "UnsupportedLanguageException"},
	model.Throttled:     {http.StatusBadRequest, "TooManyRequestsException"},
	model.NotReady:      {http.StatusBadRequest, "TooManyRequestsException"},
	model.Quota:         {http.StatusBadRequest, "TooManyRequestsException"},
	model.OverBudget:    {http.StatusBadRequest, "InvalidRequestException"}, // as above
	model.Unavailable:   {http.StatusServiceUnavailable, "ServiceUnavailable"},
}

// explain is err as the clients of a service are told.
func explain(service model.Service, err error) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	meanings, other := bedrockMeanings, bedrockMeanings[model.Internal]
	switch service {
	case model.SageMaker:
		meanings, other = sageMakerMeanings, sageMakerMeanings[model.Internal]
	case model.Comprehend:
		meanings, other = comprehendMeanings, meaning{http.StatusInternalServerError, "InternalServerException"}
	}
	if errors.Is(err, context.Canceled) {
		return &failure{status: http.StatusServiceUnavailable, code: "ServiceUnavailableException", message: "The server stops; send the request again."}
	}
	var failed *model.Error
	if !errors.As(err, &failed) {
		return &failure{status: other.status, code: other.code, message: "The request failed on a defect of the server's; its log has the cause."}
	}
	m, ok := meanings[failed.Kind]
	if !ok {
		m = other
	}
	message := failed.Message
	if message == "" {
		message = failed.Error()
	}
	return &failure{status: m.status, code: m.code, message: message, retryAfter: failed.RetryAfter.Milliseconds()}
}

// write answers with the failure, in the form of a service.
func (f *failure) write(w http.ResponseWriter, service model.Service) {
	header := w.Header()
	header.Set("X-Amzn-ErrorType", f.code)
	header.Set("Content-Type", "application/json")
	if f.retryAfter > 0 {
		header.Set("X-Amz-Retry-After", strconv.FormatInt(f.retryAfter, 10))
	}
	body := map[string]any{"message": f.message}
	switch service {
	case model.Comprehend:
		header.Set("Content-Type", jsonType11)
		body = map[string]any{"__type": f.code, "Message": f.message}
	case model.SageMaker:
		body = map[string]any{"Message": f.message}
		if f.code == "ModelError" {
			body["ErrorCode"], body["OriginalMessage"], body["OriginalStatusCode"] = "INTERNAL_FAILURE_FROM_MODEL", f.message, http.StatusInternalServerError
			body["LogStreamArn"] = ""
		}
	default:
		if f.code == "ModelErrorException" {
			body["originalStatusCode"] = http.StatusInternalServerError
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		text = []byte("{}") // texts and numbers alone
	}
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(f.status)
	_, _ = w.Write(text) // a client that went away is its own business
}
