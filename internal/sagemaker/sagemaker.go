// Package sagemaker is the provider that calls SageMaker endpoints with
// InvokeEndpoint: CSV records in, as many CSV lines out.
//
// sagemaker.go is the provider's call, of one record; endpoint.go is the HTTP
// call below it, which takes any number of records.
package sagemaker

import (
	"bytes"
	"context"
	"fmt"

	"airglow/internal/awsclient"
	"airglow/internal/csvline"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

const name = "sagemaker"

// Provider reaches SageMaker endpoints. It implements model.Provider.
type Provider struct {
	session *awsclient.Session
	client  *sagemakerruntime.Client
}

// New returns the provider of a session. With a session whose region is empty
// every call fails with kind NotConfigured.
func New(session *awsclient.Session) *Provider {
	return &Provider{session: session, client: sagemakerruntime.NewFromConfig(session.Config(model.SageMaker))}
}

// Name implements model.Provider.
func (p *Provider) Name() string { return name }

// Invoke implements model.Provider. The answer is the first value of the
// endpoint's line, as it stands there: csvline.Value takes its quotes off.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	if err := p.check(req); err != nil {
		return model.Response{}, err
	}
	answer, err := p.invoke(ctx, call{
		endpoint: req.Model, contentType: req.ContentType, accept: req.Accept, records: [][]byte{req.Body},
	})
	if err != nil {
		return model.Response{}, err
	}
	return model.Response{
		Body: bytes.Clone(csvline.FirstField(answer.lines[0])), Provider: name, Model: req.Model, RequestID: answer.requestID,
	}, nil
}

func (p *Provider) check(req model.Request) error {
	if req.Service != model.SageMaker {
		return &model.Error{Kind: model.Unsupported, Service: req.Service,
			Message: fmt.Sprintf("the provider sagemaker answers SageMaker functions only, not %s ones; correct the model map", req.Service)}
	}
	if err := p.session.Ready(model.SageMaker); err != nil {
		return err
	}
	if err := csvline.Check(req.Body); err != nil {
		return &model.Error{Kind: model.Invalid, Service: model.SageMaker,
			Message: fmt.Sprintf("the request for endpoint %q is %v", req.Model, err), Err: err}
	}
	return nil
}
