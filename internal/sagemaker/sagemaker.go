// Package sagemaker is the provider that calls SageMaker endpoints with
// InvokeEndpoint: CSV records in, as many CSV lines out.
//
// sagemaker.go is the provider's call, of one record or of a batch; endpoint.go is
// the HTTP call below both, which takes any number of records.
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

// batchSize is Aurora's default of MAX_BATCH_SIZE.
const batchSize = 10_000

// Provider reaches SageMaker endpoints. It implements model.BatchProvider
// and model.Checker.
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
	if err := p.Check(req); err != nil {
		return model.Response{}, err
	}
	answer, err := p.invoke(ctx, callOf(req, [][]byte{req.Body}))
	if err != nil {
		return model.Response{}, err
	}
	return answer.response(req, 0), nil
}

// BatchLimits implements model.BatchProvider. An empty record goes alone,
// because many readers of CSV skip an empty line.
func (p *Provider) BatchLimits(req model.Request) model.BatchLimits {
	alone := len(req.Body) == 0 || len(req.Body) > awsclient.MaxSageMakerBody ||
		orCSV(req.ContentType) != csvType || orCSV(req.Accept) != csvType
	if alone || p.Check(req) != nil || checkEndpoint(req.TargetModel()) != nil {
		return model.BatchLimits{}
	}
	return model.BatchLimits{Requests: batchSize, MostBytes: awsclient.MaxSageMakerBody}
}

// InvokeBatch implements model.BatchProvider: a record a line, and a line of the
// answer for each.
func (p *Provider) InvokeBatch(ctx context.Context, reqs []model.Request) ([]model.Result, error) {
	records := make([][]byte, len(reqs))
	for i, req := range reqs {
		records[i] = req.Body
	}
	answer, err := p.invoke(ctx, callOf(reqs[0], records))
	if err != nil {
		return nil, err
	}
	results := make([]model.Result, len(reqs))
	for i := range reqs {
		results[i].Response = answer.response(reqs[i], i)
	}
	return results, nil
}

func callOf(req model.Request, records [][]byte) call {
	return call{endpoint: req.TargetModel(), contentType: req.ContentType, accept: req.Accept, records: records}
}

// response is the answer to the i-th record.
func (a answer) response(req model.Request, i int) model.Response {
	return model.Response{
		Body: bytes.Clone(csvline.FirstField(a.lines[i])), Provider: name, Model: req.TargetModel(), RequestID: a.requestID,
	}
}

// Check implements model.Checker.
func (p *Provider) Check(req model.Request) error {
	if req.Service != model.SageMaker {
		return &model.Error{Kind: model.Unsupported, Service: req.Service,
			Message: fmt.Sprintf("the provider sagemaker answers SageMaker functions only, not %s ones; correct the model map", req.Service)}
	}
	if err := p.session.Ready(model.SageMaker); err != nil {
		return err
	}
	if err := csvline.Check(req.Body); err != nil {
		return &model.Error{Kind: model.Invalid, Service: model.SageMaker,
			Message: fmt.Sprintf("the request for endpoint %q is %v", req.TargetModel(), err), Err: err}
	}
	return nil
}
