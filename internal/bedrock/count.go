package bedrock

import (
	"context"
	"slices"
	"strings"

	"airglow/internal/model"
	"airglow/internal/translate"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

var (
	_ model.TokenCounter = (*Provider)(nil)
	_ translate.Counter  = crossing{}
)

// CountTokens implements model.TokenCounter with Bedrock's own operation, which costs
// nothing.
func (p *Provider) CountTokens(ctx context.Context, req model.Request) (tokens int64, exact bool, err error) {
	if err := p.check(req); err != nil {
		return 0, false, err
	}
	if crosses(req) {
		return p.crossing.CountTokens(ctx, req)
	}
	if req, err = prepared(req); err != nil {
		return 0, false, err
	}
	tokens, err = p.count(ctx, req.TargetModel(), req.Body)
	return tokens, err == nil, err
}

// CountTokens implements translate.Counter.
func (c crossing) CountTokens(ctx context.Context, chat translate.Chat) (int64, error) {
	_, req, err := c.write(chat)
	if err != nil {
		return 0, err
	}
	return c.provider.count(ctx, req.Model, req.Body)
}

// count has Bedrock count a body's tokens. Of most models it does so by the id of the
// foundation model alone, and of some by that of a profile: both are tried.
func (p *Provider) count(ctx context.Context, id string, body []byte) (int64, error) {
	tokens, err := p.countAs(ctx, id, body)
	if base, ok := foundation(id); ok && model.KindOf(err) == model.Invalid {
		if tokens, again := p.countAs(ctx, base, body); again == nil {
			return tokens, nil
		}
	}
	return tokens, err
}

func (p *Provider) countAs(ctx context.Context, id string, body []byte) (int64, error) {
	out, err := p.client.CountTokens(ctx, &bedrockruntime.CountTokensInput{
		ModelId: aws.String(id), Input: &types.CountTokensInputMemberInvokeModel{Value: types.InvokeModelTokensRequest{Body: body}},
	})
	if err != nil {
		return 0, p.session.TranslateError(ctx, model.Bedrock, err)
	}
	if out.InputTokens == nil {
		return 0, &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, RequestID: requestID(out.ResultMetadata),
			Message: "the count of tokens for model " + id + " has no number"}
	}
	return int64(*out.InputTokens), nil
}

// foundation is the id of the foundation model in that, or in the ARN, of a
// system-defined inference profile.
func foundation(id string) (string, bool) {
	if _, profile, ok := strings.Cut(id, ":inference-profile/"); ok {
		id = profile
	}
	prefix, base, ok := strings.Cut(id, ".")
	geographies := []string{"us", "us-gov", "eu", "apac", "global", "jp", "au", "ca"}
	return base, ok && slices.Contains(geographies, prefix)
}
