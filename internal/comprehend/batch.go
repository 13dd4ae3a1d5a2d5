package comprehend

import (
	"context"
	"fmt"

	"airglow/internal/awsclient"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/comprehend"
	"github.com/aws/aws-sdk-go-v2/service/comprehend/types"
)

// maxBatch is how many texts BatchDetectSentiment takes.
const maxBatch = 25

// BatchLimits implements model.BatchProvider.
func (p *Provider) BatchLimits(req model.Request) model.BatchLimits {
	if p.Check(req) != nil {
		return model.BatchLimits{}
	}
	return model.BatchLimits{Requests: maxBatch, MostRequests: maxBatch}
}

// InvokeBatch implements model.BatchProvider. The texts are of one language, as
// the service demands and a batch's requests are.
func (p *Provider) InvokeBatch(ctx context.Context, reqs []model.Request) ([]model.Result, error) {
	texts := make([]string, len(reqs))
	for i, req := range reqs {
		texts[i] = string(req.Body)
	}
	out, err := p.client.BatchDetectSentiment(ctx, &comprehend.BatchDetectSentimentInput{
		TextList: texts, LanguageCode: types.LanguageCode(reqs[0].Language),
	})
	if err != nil {
		return nil, p.session.TranslateError(ctx, model.Comprehend, err)
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	b := &places{id: id, results: make([]model.Result, len(reqs)), filled: make([]bool, len(reqs))}
	for _, item := range out.ResultList {
		b.put(item.Index, result(id, item))
	}
	for _, item := range out.ErrorList {
		b.put(item.Index, model.Result{Err: awsclient.ItemError(model.Comprehend, aws.ToString(item.ErrorCode), aws.ToString(item.ErrorMessage), id)})
	}
	return b.finish()
}

func result(id string, item types.BatchDetectSentimentItemResult) model.Result {
	answer, err := response(id, item.Sentiment, item.SentimentScore)
	return model.Result{Response: answer, Err: err}
}

// places puts the items of an answer, which come in any order, where they belong.
type places struct {
	id      string
	results []model.Result
	filled  []bool
	// stray is the fault of an item that belongs nowhere.
	stray error
}

func (b *places) put(index *int32, r model.Result) {
	i := int(aws.ToInt32(index))
	switch {
	case index == nil || i < 0 || i >= len(b.results):
		b.stray = badAnswer(b.id, fmt.Sprintf("the answer to %d texts has an item for none of them", len(b.results)))
	case b.filled[i]:
		b.results[i] = model.Result{Err: badAnswer(b.id, "the answer to several texts has two items for one of them")}
	default:
		b.results[i], b.filled[i] = r, true
	}
}

func (b *places) finish() ([]model.Result, error) {
	if b.stray != nil {
		return nil, b.stray
	}
	for i, filled := range b.filled {
		if !filled {
			b.results[i].Err = badAnswer(b.id, fmt.Sprintf("the answer to %d texts lacks one of them", len(b.results)))
		}
	}
	return b.results, nil
}
