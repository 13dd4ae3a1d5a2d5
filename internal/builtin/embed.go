package builtin

import (
	"context"
	"fmt"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

// mostTexts is how many texts one call embeds, as many as Cohere's bodies have.
const mostTexts = 96

// MostTexts implements translate.Batcher.
func (t text) MostTexts() int { return mostTexts }

// CheckEmbed implements translate.Checker. The encoder was not trained to have its
// vectors cut, so a parameter of the model map that allows it changes nothing.
func (t text) CheckEmbed(embed translate.Embed) error {
	if want := embed.Dimensions; want != 0 && want != encoder.Dim {
		return invalidEmbed("the built-in model gives vectors of %d numbers, and %d are asked for: ask for %d in the body (\"dimensions\" of Titan V2, \"output_dimension\" of Cohere v4), or set provider and target in the model map of the configuration to a model that gives %d", encoder.Dim, want, encoder.Dim, want)
	}
	for i, s := range embed.Texts {
		if strings.TrimSpace(s) == "" {
			return invalidEmbed("text %d of %d is blank and has no vector; give at least one word", i+1, len(embed.Texts))
		}
	}
	return nil
}

func invalidEmbed(format string, args ...any) error {
	return &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// Embed implements translate.Backend. What a vector is for makes no difference to
// it, and no text is too long: of a long one it is the mean of its parts'.
func (t text) Embed(ctx context.Context, embed translate.Embed) (neutral.Vectors, error) {
	if err := t.CheckEmbed(embed); err != nil {
		return neutral.Vectors{}, err
	}
	enc, err := t.provider.encoder(model.Bedrock)
	if err != nil {
		return neutral.Vectors{}, err
	}
	vectors, err := enc.Embed(ctx, embed.Texts)
	if err != nil {
		return neutral.Vectors{}, err
	}
	v := neutral.Vectors{Usage: model.Usage{InputTokens: t.CountTexts(embed.Texts), Known: true}}
	for _, vector := range vectors {
		v.Floats = append(v.Floats, vector)
	}
	return v, nil
}

// CountTexts implements translate.TextCounter.
func (t text) CountTexts(texts []string) (tokens int64) {
	enc, err := t.provider.encoder(model.Bedrock)
	if err != nil {
		return 0 // whoever embeds them says so
	}
	for _, s := range texts {
		tokens += int64(enc.Count(s))
	}
	return tokens
}
