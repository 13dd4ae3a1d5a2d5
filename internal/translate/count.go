package translate

import (
	"context"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

// CountTokens implements model.TokenCounter: the server counts where it can, and
// otherwise the number is an estimate from the length of the texts.
func (p *Provider) CountTokens(ctx context.Context, req model.Request) (tokens int64, exact bool, err error) {
	if err := ctx.Err(); err != nil {
		return 0, false, fmt.Errorf("call provider %s: %w", p.Name(), err)
	}
	q := new(question)
	if err := p.read(req, q); err != nil {
		return 0, false, err
	}
	if counter, ok := p.backend.(TextCounter); ok && q.family.Embeds() {
		return counter.CountTexts(q.embed.Texts), true, nil
	}
	if q.family.Embeds() {
		return estimate(q.embed.Texts...), false, nil
	}
	tokens, err = p.count(ctx, q)
	if model.KindOf(err) != model.Unsupported || err == nil {
		return tokens, err == nil, err
	}
	if q.native {
		return estimate(string(req.Body)), false, nil
	}
	return estimateChat(q.chat.Chat), false, nil
}

// count has the server count; an error of kind Unsupported says that it cannot.
func (p *Provider) count(ctx context.Context, q *question) (int64, error) {
	if q.native {
		return p.backend.(Native).CountBody(ctx, q.body())
	}
	if counter, ok := p.backend.(Counter); ok {
		return counter.CountTokens(ctx, q.chat)
	}
	return 0, refusal("the server counts no tokens")
}

// perTurn is what a turn has around its text, in tokens of most templates.
const perTurn = 4

func estimateChat(chat dialect.Chat) int64 {
	tokens := estimate(chat.System) + perTurn
	for _, turn := range chat.Turns {
		tokens += perTurn
		for _, part := range turn.Parts {
			tokens += estimatePart(part)
		}
	}
	for _, tool := range chat.Tools {
		tokens += estimate(tool.Name, tool.Description, string(tool.Schema))
	}
	return tokens
}

// perImage is what a picture of middle size costs most models.
const perImage = 1000

func estimatePart(part dialect.Part) int64 {
	switch {
	case part.Image != nil:
		return perImage
	case part.ToolUse != nil:
		return estimate(part.ToolUse.Name, string(part.ToolUse.Input))
	case part.ToolResult != nil:
		return estimate(part.ToolResult.Text)
	default:
		return estimate(part.Text)
	}
}

// estimate counts four ASCII characters for a token, and one of any other script,
// which is what the vocabularies of today's models come to within a third.
func estimate(texts ...string) int64 {
	var ascii, other int64
	for _, text := range texts {
		for _, r := range text {
			if r < 0x80 {
				ascii++
			} else {
				other++
			}
		}
	}
	return (ascii+3)/4 + other
}
