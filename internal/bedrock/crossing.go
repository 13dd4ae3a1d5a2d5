package bedrock

import (
	"context"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

// crosses reports whether a request's body is of another family than that of the
// model that is to answer. A target that does not tell its family, such as the ARN
// of a provisioned model, is taken to be of the request's.
func crosses(req model.Request) bool {
	if req.Target == "" && req.Form == "" {
		return false
	}
	to, known := dialect.ForModel(req.TargetModel())
	from, ok := dialect.ForRequest(req)
	return known && ok && from.Name() != to.Name()
}

// misrouted says what is wrong with a route that no translation mends.
func misrouted(req model.Request) error {
	if req.Target == "" && req.Form == "" {
		return nil
	}
	to, known := dialect.ForModel(req.TargetModel())
	from, ok := dialect.ForRequest(req)
	wrong := ""
	switch {
	case req.Form != "" && !known:
		wrong = fmt.Sprintf("model %s does not tell its family, so that a request of form %s cannot be written for it", req.TargetModel(), req.Form)
	case known && ok && from.Embeds() != to.Embeds():
		wrong = fmt.Sprintf("of the models %s and %s one gives embeddings and the other answers chats; correct target in the model map", req.Model, req.TargetModel())
	}
	if wrong == "" {
		return nil
	}
	return &model.Error{Kind: model.Unsupported, Service: model.Bedrock, Message: wrong}
}

// crossing is Bedrock as a backend: it writes chats in the family of the model that
// is to answer, and reads the answer in that family.
type crossing struct{ provider *Provider }

var (
	_ translate.Backend = crossing{}
	_ translate.Checker = crossing{}
)

// Name implements translate.Backend.
func (c crossing) Name() string { return name }

// CheckChat implements translate.Checker.
func (c crossing) CheckChat(chat translate.Chat) error {
	_, _, err := c.write(chat)
	return err
}

// CheckEmbed implements translate.Checker.
func (c crossing) CheckEmbed(embed translate.Embed) error {
	_, _, err := c.writeEmbed(embed)
	return err
}

// Chat implements translate.Backend.
func (c crossing) Chat(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	family, req, err := c.write(chat)
	if err != nil {
		return neutral.Result{}, err
	}
	if chat.Emit != nil {
		return c.provider.readStream(ctx, req, family, func(_ []byte, pieces []neutral.Piece) error {
			for _, p := range pieces {
				if err := chat.Emit(p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	response, err := c.provider.invoke(ctx, req)
	if err != nil {
		return neutral.Result{}, err
	}
	result, err := family.DecodeResult(response.Body)
	if err != nil {
		return neutral.Result{}, unreadable(req, response.RequestID, err)
	}
	if response.Usage.Known {
		result.Usage = response.Usage // the headers know more
	}
	return result, nil
}

// Embed implements translate.Backend.
func (c crossing) Embed(ctx context.Context, embed translate.Embed) (neutral.Vectors, error) {
	family, req, err := c.writeEmbed(embed)
	if err != nil {
		return neutral.Vectors{}, err
	}
	response, err := c.provider.invoke(ctx, req)
	if err != nil {
		return neutral.Vectors{}, err
	}
	vectors, err := family.DecodeVectors(response.Body)
	if err != nil {
		return neutral.Vectors{}, unreadable(req, response.RequestID, err)
	}
	if response.Usage.Known {
		vectors.Usage = response.Usage
	}
	return vectors, nil
}

// write makes the request for a chat, in the family of the model.
func (c crossing) write(chat translate.Chat) (dialect.Family, model.Request, error) {
	family, _ := dialect.ForModel(chat.Model) // crosses has seen that there is one
	body, err := family.EncodeChat(chat.Chat)
	if err == nil && chat.Parameters != nil {
		body, err = translate.Merge(body, chat.Parameters)
	}
	return family, model.Request{Service: model.Bedrock, Model: chat.Model, Body: body}, err
}

func (c crossing) writeEmbed(embed translate.Embed) (dialect.Family, model.Request, error) {
	family, _ := dialect.ForModel(embed.Model)
	body, err := family.EncodeEmbed(embed.Embed)
	if err == nil && embed.Parameters != nil {
		body, err = translate.Merge(body, embed.Parameters)
	}
	return family, model.Request{Service: model.Bedrock, Model: embed.Model, Body: body}, err
}

// unreadable is the error of an answer that has not its family's form.
func unreadable(req model.Request, id string, err error) error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Code: "ModelErrorException", RequestID: id,
		Message: fmt.Sprintf("the answer of model %s cannot be used: %s", req.TargetModel(), model.Message(err))}
}
