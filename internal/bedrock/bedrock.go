// Package bedrock is the provider that calls models on Amazon Bedrock with
// InvokeModel, in the model family's own JSON.
//
// bedrock.go is the call, stream.go the same piece by piece, count.go has Bedrock count
// what a request's input comes to; usage.go finds the token counts of an answer, cache.go
// those of the cache of prompts. Where the model map lets a model of another family
// answer than the SQL names, crossing.go translates both ways. Everything else
// passes untouched, but for what a newer Claude refuses of an older one's body.
package bedrock

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"

	"airglow/internal/awsclient"
	"airglow/internal/dialect/form"
	"airglow/internal/dialect/messages"
	"airglow/internal/model"
	"airglow/internal/outbound"
	"airglow/internal/translate"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	name       = "bedrock"
	jsonType   = "application/json"
	maxModelID = 2048
)

// Provider reaches Bedrock. It implements model.Checker, model.StreamProvider and
// model.TokenCounter.
type Provider struct {
	session *awsclient.Session
	client  *bedrockruntime.Client
	// crossing answers for models of another family.
	crossing *translate.Provider
}

// New returns the provider of a session. With a session whose region is empty
// every call fails with kind NotConfigured.
func New(session *awsclient.Session) *Provider {
	client := bedrockruntime.NewFromConfig(session.Config(model.Bedrock), func(o *bedrockruntime.Options) {
		if session.Role(model.Bedrock) != "" {
			// A role that was asked for wins over an API key that happens to be
			// in the environment (AWS_BEARER_TOKEN_BEDROCK).
			o.AuthSchemePreference = []string{"sigv4"}
			o.BearerAuthTokenProvider = nil
		}
	})
	p := &Provider{session: session, client: client}
	p.crossing = translate.New(crossing{p})
	return p
}

// Name implements model.Provider.
func (p *Provider) Name() string { return name }

// Invoke implements model.Provider. Model is a model id, an inference profile
// id, or an ARN of either, of a prompt, or of a provisioned or imported model.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	if err := p.check(req); err != nil {
		return model.Response{}, err
	}
	if crosses(req) {
		return p.crossing.Invoke(ctx, req)
	}
	req, err := prepared(req)
	if err != nil {
		return model.Response{}, err
	}
	return p.invoke(ctx, req)
}

// prepared returns a request as its model is sent it. A body that was written for
// another Claude may have settings that the newer take one at a time.
func prepared(req model.Request) (model.Request, error) {
	req, err := withParameters(req)
	if err == nil && req.TargetModel() != req.Model {
		req.Body = messages.SamplingFor(req.TargetModel(), req.Body)
	}
	return req, err
}

// invoke sends a request as it is.
func (p *Provider) invoke(ctx context.Context, req model.Request) (model.Response, error) {
	out, err := p.client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{
		ModelId:     aws.String(req.TargetModel()),
		Body:        req.Body,
		ContentType: aws.String(orJSON(req.ContentType)),
		Accept:      aws.String(orJSON(req.Accept)),
	})
	if err != nil {
		return model.Response{}, p.session.TranslateError(ctx, model.Bedrock, err)
	}
	answer := model.Response{Body: out.Body, Provider: name, Model: req.TargetModel(), RequestID: requestID(out.ResultMetadata)}
	if said := aws.ToString(out.ContentType); (isJSON(said) || isJSON(orJSON(req.Accept))) && !json.Valid(out.Body) {
		return model.Response{}, &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, RequestID: answer.RequestID,
			Message: fmt.Sprintf("the answer of model %s is to be JSON, but its %d bytes, of type %q, are not: %s", req.TargetModel(), len(out.Body), said, cmp.Or(outbound.Beginning(out.Body), "nothing"))}
	}
	answer.Stop = form.StopOf(out.Body)
	answer.Usage = usageOf(header(out.ResultMetadata), out.Body)
	return answer, nil
}

// Check implements model.Checker.
func (p *Provider) Check(req model.Request) error {
	if err := p.check(req); err != nil || !crosses(req) {
		return err
	}
	return p.crossing.Check(req)
}

// check refuses what concerns every request.
func (p *Provider) check(req model.Request) error {
	if req.Service != model.Bedrock {
		return &model.Error{Kind: model.Unsupported, Service: req.Service,
			Message: fmt.Sprintf("the provider bedrock answers Bedrock functions only, not %s ones; correct the model map", req.Service)}
	}
	if err := p.session.Ready(model.Bedrock); err != nil {
		return err
	}
	if len(req.Body) > awsclient.MaxBedrockBody {
		return &model.Error{Kind: model.TooLarge, Service: model.Bedrock,
			Message: fmt.Sprintf("the request for model %s has %d bytes; Bedrock takes at most %d", req.TargetModel(), len(req.Body), awsclient.MaxBedrockBody)}
	}
	if err := misrouted(req); err != nil {
		return err
	}
	if req.TargetModel() == "" || len(req.TargetModel()) > maxModelID {
		return &model.Error{Kind: model.Invalid, Service: model.Bedrock,
			Message: fmt.Sprintf("a Bedrock model id has 1 to %d characters, this one has %d", maxModelID, len(req.TargetModel()))}
	}
	return nil
}

func orJSON(mediaType string) string {
	if mediaType == "" {
		return jsonType
	}
	return mediaType
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == jsonType
}

func requestID(metadata middleware.Metadata) string {
	id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
	return id
}

// header returns the answer's HTTP header; nil has no values.
func header(metadata middleware.Metadata) http.Header {
	if response, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response); ok {
		return response.Header
	}
	return nil
}
