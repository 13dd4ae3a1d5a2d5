// Package comprehend is the provider that asks Amazon Comprehend for the
// sentiment of a text.
//
// comprehend.go is the call and the form of its answer, batch.go the call of up to
// 25 texts; text.go says which texts the service takes.
package comprehend

import (
	"context"
	"encoding/json"
	"fmt"

	"airglow/internal/awsclient"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/comprehend"
	"github.com/aws/aws-sdk-go-v2/service/comprehend/types"
)

const (
	name = "comprehend"
	// Sentiment is the one operation, as Request.Model names it.
	Sentiment = "sentiment"
)

// Provider reaches Comprehend. It implements model.BatchProvider
// and model.Checker.
type Provider struct {
	session *awsclient.Session
	client  *comprehend.Client
}

// New returns the provider of a session. With a session whose region is empty
// every call fails with kind NotConfigured.
func New(session *awsclient.Session) *Provider {
	return &Provider{session: session, client: comprehend.NewFromConfig(session.Config(model.Comprehend))}
}

// Name implements model.Provider.
func (p *Provider) Name() string { return name }

// Invoke implements model.Provider.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	if err := p.Check(req); err != nil {
		return model.Response{}, err
	}
	out, err := p.client.DetectSentiment(ctx, &comprehend.DetectSentimentInput{
		Text: aws.String(string(req.Body)), LanguageCode: types.LanguageCode(req.Language),
	})
	if err != nil {
		return model.Response{}, p.session.TranslateError(ctx, model.Comprehend, err)
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return response(id, out.Sentiment, out.SentimentScore)
}

// response is an answer of the service in the form that model.Comprehend
// promises.
func response(id string, sentiment types.SentimentType, score *types.SentimentScore) (model.Response, error) {
	body, ok := encode(sentiment, score)
	if !ok {
		return model.Response{}, badAnswer(id, "the answer lacks the sentiment or one of its four scores")
	}
	return model.Response{Body: body, Provider: name, Model: Sentiment, RequestID: id}, nil
}

func badAnswer(id, fault string) *model.Error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Comprehend, RequestID: id, Message: fault}
}

// Check implements model.Checker.
func (p *Provider) Check(req model.Request) error {
	if req.Service != model.Comprehend || req.TargetModel() != Sentiment {
		return &model.Error{Kind: model.Unsupported, Service: req.Service,
			Message: fmt.Sprintf("the provider comprehend knows the operation %q only, not %.80q of %s; correct the model map",
				Sentiment, req.TargetModel(), req.Service)}
	}
	if err := p.session.Ready(model.Comprehend); err != nil {
		return err
	}
	if err := checkLanguage(req.Language); err != nil {
		return err
	}
	return checkText(req.Body)
}

// verdict is the JSON that model.Comprehend promises.
type verdict struct {
	Sentiment      string
	SentimentScore struct{ Positive, Negative, Neutral, Mixed float32 }
}

// encode writes the answer; it is not ok when the service left a part out.
func encode(sentiment types.SentimentType, score *types.SentimentScore) (body []byte, ok bool) {
	if sentiment == "" || score == nil || score.Positive == nil || score.Negative == nil || score.Neutral == nil || score.Mixed == nil {
		return nil, false
	}
	v := verdict{Sentiment: string(sentiment)}
	v.SentimentScore.Positive, v.SentimentScore.Negative = *score.Positive, *score.Negative
	v.SentimentScore.Neutral, v.SentimentScore.Mixed = *score.Neutral, *score.Mixed
	body, err := json.Marshal(v) // fails for NaN only
	return body, err == nil
}
