package builtin

import (
	"context"

	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

// text is the model that works on text, as package translate asks it.
type text struct{ provider *Provider }

var (
	_ translate.Backend = text{}
	_ translate.Checker = text{}
	_ translate.Counter = text{}
	_ translate.Batcher = text{}

	_ translate.TextCounter = text{}
)

// Name implements translate.Backend.
func (t text) Name() string { return t.provider.Name() }

// CheckChat implements translate.Checker: what the model would pass over without a
// word is refused.
func (t text) CheckChat(chat translate.Chat) error {
	if what := beyondText(chat.Chat); what != "" {
		return unsupported(model.Bedrock, "the built-in model does not know %s: it reads text and answers with text. %s; %s", what, abilities, elsewhere)
	}
	return nil
}

// Chat implements translate.Backend.
func (t text) Chat(ctx context.Context, chat translate.Chat) (neutral.Result, error) {
	enc, err := t.provider.encoder(model.Bedrock)
	if err != nil {
		return neutral.Result{}, err
	}
	answer, err := t.provider.answer(ctx, enc, chat.Chat)
	if err != nil {
		return neutral.Result{}, err
	}
	return reply(enc, chat.Chat, answer), nil
}

// CountTokens implements translate.Counter.
func (t text) CountTokens(_ context.Context, chat translate.Chat) (int64, error) {
	enc, err := t.provider.encoder(model.Bedrock)
	if err != nil {
		return 0, err
	}
	return int64(countChat(enc, chat.Chat)), nil
}
