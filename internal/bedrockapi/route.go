package bedrockapi

import (
	"net/http"
	"net/url"
	"strings"

	"airglow/internal/model"
)

// operation is one thing that can be asked for.
type operation struct {
	// name is the API's.
	name    string
	service model.Service
	// method, before and after are those of its requests; what stands between the
	// two in the path is the subject. One without a subject has an empty after and
	// bare set.
	method, before, after string
	bare                  bool
	// mostBytes bounds the body.
	mostBytes int64
	run       func(*Server, *exchange) error
}

// The most that the services take, in bytes. A control request has no body, and
// Comprehend's longest is 25 texts of 5 KB with their JSON.
const (
	bedrockBytes    = 25_000_000
	sageMakerBytes  = 6_291_456
	comprehendBytes = 1 << 20
	controlBytes    = 1 << 10
	// countBytes is that of a body in base64.
	countBytes = bedrockBytes/3*4 + 1<<10
)

// comprehendTarget is before the name of an operation in X-Amz-Target.
const comprehendTarget = "Comprehend_20171127."

// operations lists what is served. Longer paths are before those that they begin
// with.
func operations() []operation {
	call := func(name, after string, most int64, run func(*Server, *exchange) error) operation {
		return operation{name: name, service: model.Bedrock, method: http.MethodPost, before: "/model/", after: after, mostBytes: most, run: run}
	}
	list := func(name, path string, bare bool, run func(*Server, *exchange) error) operation {
		return operation{name: name, service: model.Bedrock, method: http.MethodGet, before: path, bare: bare, mostBytes: controlBytes, run: run}
	}
	return []operation{
		call("InvokeModel", "/invoke", bedrockBytes, (*Server).invokeModel),
		call("InvokeModelWithResponseStream", "/invoke-with-response-stream", bedrockBytes, (*Server).invokeModelStream),
		call("Converse", "/converse", bedrockBytes, (*Server).converse),
		call("ConverseStream", "/converse-stream", bedrockBytes, (*Server).converseStream),
		call("CountTokens", "/count-tokens", countBytes, (*Server).countTokens),
		list("ListFoundationModels", "/foundation-models", true, (*Server).listModels),
		list("GetFoundationModel", "/foundation-models/", false, (*Server).getModel),
		list("ListInferenceProfiles", "/inference-profiles", true, (*Server).listProfiles),
		list("GetInferenceProfile", "/inference-profiles/", false, (*Server).getProfile),
		list("GetFoundationModelAvailability", "/foundation-model-availability/", false, (*Server).getAvailability),
		{name: "InvokeEndpoint", service: model.SageMaker, method: http.MethodPost, before: "/endpoints/", after: "/invocations",
			mostBytes: sageMakerBytes, run: (*Server).invokeEndpoint},
	}
}

// comprehendOperations are told apart by a header.
func comprehendOperations() []operation {
	return []operation{
		{name: "DetectSentiment", service: model.Comprehend, mostBytes: comprehendBytes, run: (*Server).detectSentiment},
		{name: "BatchDetectSentiment", service: model.Comprehend, mostBytes: comprehendBytes, run: (*Server).batchDetectSentiment},
	}
}

// route finds the operation of a request and its subject: the id of a model or
// the name of an endpoint.
func route(r *http.Request) (operation, string, bool) {
	if target := r.Header.Get("X-Amz-Target"); target != "" && r.Method == http.MethodPost && r.URL.Path == "/" {
		for _, op := range comprehendOperations() {
			if target == comprehendTarget+op.name {
				return op, "", true
			}
		}
		return operation{service: model.Comprehend}, "", false
	}
	path := r.URL.EscapedPath()
	for _, op := range operations() {
		if r.Method != op.method {
			continue
		}
		if subject, ok := op.subject(path); ok {
			return op, subject, true
		}
	}
	return operation{service: model.Bedrock}, "", false
}

// subject is what a path asks about. Clients escape it; one that they left as it
// is, with the slashes of an ARN in it, is taken as well.
func (op operation) subject(path string) (string, bool) {
	if op.bare {
		return "", strings.TrimSuffix(path, "/") == op.before
	}
	rest, before := strings.CutPrefix(path, op.before)
	escaped, after := strings.CutSuffix(rest, op.after)
	if !before || !after || escaped == "" {
		return "", false
	}
	subject, err := url.PathUnescape(escaped)
	return subject, err == nil
}

// signingName is the service's name in the scope of a signature.
func signingName(service model.Service) string {
	switch service {
	case model.SageMaker:
		return "sagemaker"
	case model.Comprehend:
		return "comprehend"
	default:
		return "bedrock"
	}
}
