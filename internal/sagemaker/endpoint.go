package sagemaker

import (
	"context"
	"fmt"
	"regexp"

	"airglow/internal/awsclient"
	"airglow/internal/csvline"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

const (
	csvType         = "text/csv"
	maxEndpointName = 63
)

var endpointName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9])*$`)

// call is one HTTP call: records that one endpoint answers together.
type call struct {
	endpoint            string
	contentType, accept string // empty means text/csv
	records             [][]byte
}

// answer has one line for each record of the call, in order.
type answer struct {
	lines     [][]byte
	requestID string
}

// invoke sends the records and takes the answer apart. Every failure is the
// whole call's: without one line for each record none can be told apart.
func (p *Provider) invoke(ctx context.Context, c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	out, err := p.client.InvokeEndpoint(ctx, &sagemakerruntime.InvokeEndpointInput{
		EndpointName: aws.String(c.endpoint),
		Body:         body,
		ContentType:  aws.String(orCSV(c.contentType)),
		Accept:       aws.String(orCSV(c.accept)),
	})
	if err != nil {
		return answer{}, p.session.TranslateError(ctx, model.SageMaker, err)
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	lines, err := csvline.Split(out.Body, len(c.records))
	if err != nil {
		return answer{}, &model.Error{Kind: model.BadAnswer, Service: model.SageMaker, RequestID: id, Err: err,
			Message: fmt.Sprintf("endpoint %s must answer one CSV line to each record, but: %v", c.endpoint, err)}
	}
	return answer{lines: lines, requestID: id}, nil
}

// body checks the call and encodes its records.
func (c call) body() ([]byte, error) {
	if err := checkEndpoint(c.endpoint); err != nil {
		return nil, err
	}
	body := csvline.Join(c.records)
	if len(body) > awsclient.MaxSageMakerBody {
		return nil, &model.Error{Kind: model.TooLarge, Service: model.SageMaker,
			Message: fmt.Sprintf("the request for endpoint %s has %d bytes; SageMaker takes at most %d", c.endpoint, len(body), awsclient.MaxSageMakerBody)}
	}
	return body, nil
}

func checkEndpoint(endpoint string) error {
	if len(endpoint) <= maxEndpointName && endpointName.MatchString(endpoint) {
		return nil
	}
	return &model.Error{Kind: model.Invalid, Service: model.SageMaker,
		Message: fmt.Sprintf("%.80q is no SageMaker endpoint name: at most %d letters, digits and inner hyphens", endpoint, maxEndpointName)}
}

func orCSV(mediaType string) string {
	if mediaType == "" {
		return csvType
	}
	return mediaType
}
