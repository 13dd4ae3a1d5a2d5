package bedrock

import (
	"context"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/dialect/form"
	"airglow/internal/model"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"airglow/internal/neutral"
)

// InvokeStream implements model.StreamProvider. The pieces of a model of the same
// family are the service's own; the whole is put together from them, for which the
// family has to be known.
func (p *Provider) InvokeStream(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error) {
	if err := p.check(req); err != nil {
		return model.Response{}, err
	}
	if crosses(req) {
		return p.crossing.InvokeStream(ctx, req, emit)
	}
	req, err := prepared(req)
	if err != nil {
		return model.Response{}, err
	}
	family, ok := dialect.ForRequest(req)
	if !ok {
		return model.Response{}, &model.Error{Kind: model.Unsupported, Service: model.Bedrock,
			Message: fmt.Sprintf("the stream of model %q cannot be put together: the families that are known are %s", req.Model, dialect.Known())}
	}
	result, err := p.readStream(ctx, req, family, func(chunk []byte, _ []neutral.Piece) error { return emit(chunk) })
	if err != nil {
		return model.Response{}, err
	}
	body, err := family.EncodeResult(result)
	if err != nil {
		return model.Response{}, unreadable(req, "", err)
	}
	return model.Response{Body: body, Provider: name, Model: req.TargetModel(), Usage: result.Usage, Stop: form.StopOf(body)}, nil
}

// readStream sends a request as it is and gives take each chunk of the answer, with
// what it says. It returns the whole answer.
func (p *Provider) readStream(ctx context.Context, req model.Request, family dialect.Family, take func([]byte, []neutral.Piece) error) (neutral.Result, error) {
	reader, err := family.StreamDecoder()
	if err != nil {
		return neutral.Result{}, err
	}
	out, err := p.client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId:     aws.String(req.TargetModel()),
		Body:        req.Body,
		ContentType: aws.String(orJSON(req.ContentType)),
		Accept:      aws.String(orJSON(req.Accept)),
	})
	if err != nil {
		return neutral.Result{}, p.session.TranslateError(ctx, model.Bedrock, err)
	}
	events := out.GetStream()
	defer func() { _ = events.Close() }() // what was read is read
	var watch cacheWatch
	for event := range events.Events() {
		chunk, ok := event.(*types.ResponseStreamMemberChunk)
		if !ok {
			continue // an event of a kind that is newer than this program
		}
		pieces, err := reader.Piece(chunk.Value.Bytes)
		if err != nil {
			return neutral.Result{}, unreadable(req, requestID(out.ResultMetadata), err)
		}
		watch.chunk(chunk.Value.Bytes)
		if err := take(chunk.Value.Bytes, pieces); err != nil {
			return neutral.Result{}, fmt.Errorf("pass an answer on: %w", err)
		}
	}
	if err := events.Err(); err != nil || ctx.Err() != nil {
		return neutral.Result{}, p.lost(ctx, req, err)
	}
	result, err := reader.End()
	if err != nil {
		return neutral.Result{}, unreadable(req, requestID(out.ResultMetadata), err)
	}
	watch.tell(&result.Usage)
	return result, nil
}

// lost is the error of a stream that broke off. What the SDK cannot name has
// happened on the way.
func (p *Provider) lost(ctx context.Context, req model.Request, err error) error {
	if err == nil {
		err = ctx.Err()
	}
	failure := p.session.TranslateError(ctx, model.Bedrock, err)
	if ctx.Err() != nil || model.KindOf(failure) != model.Internal {
		return failure
	}
	return &model.Error{Kind: model.Unavailable, Service: model.Bedrock, Err: err, Unseen: true,
		Message: fmt.Sprintf("the stream of model %s broke off in the middle of the answer", req.TargetModel())}
}
