package translate

import (
	"context"
	"fmt"

	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/tokens"
)

// CountTokens implements model.TokenCounter: the server counts where it can, and
// otherwise the number is an estimate, see package tokens.
func (p *Provider) CountTokens(ctx context.Context, req model.Request) (n int64, exact bool, err error) {
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
		return tokens.Count(q.embed.Texts...), false, nil
	}
	n, err = p.askCount(ctx, q)
	if model.KindOf(err) != model.Unsupported || err == nil {
		return n, err == nil, err
	}
	return estimateChat(q.neutral()), false, nil
}

// neutral is the chat of a question, also where its body is passed on: as far as it
// can be read then.
func (q *question) neutral() neutral.Chat {
	if !q.native {
		return q.chat.Chat
	}
	chat, err := q.family.Lenient().DecodeChat(q.req.Body)
	if err != nil { // the server understands more than a Chat can carry
		return neutral.Chat{System: string(q.req.Body)}
	}
	return chat
}

// askCount has the server count; an error of kind Unsupported says that it cannot.
func (p *Provider) askCount(ctx context.Context, q *question) (int64, error) {
	if q.native {
		return p.backend.(Native).CountBody(ctx, q.body())
	}
	if counter, ok := p.backend.(Counter); ok {
		return counter.CountTokens(ctx, q.chat)
	}
	return 0, refusal("the server counts no tokens")
}

// count gives a result the usage that its server has not reported: counted with a
// vocabulary that is not the model's, and marked as an estimate.
func (q *question) count(result *neutral.Result) {
	if u := result.Usage; u.Known && u.InputTokens >= 0 && u.OutputTokens >= 0 {
		return
	}
	result.Usage = model.Usage{Known: true, Estimated: true, InputTokens: estimateChat(q.neutral()), OutputTokens: estimateResult(*result)}
}

// estimateResult is never below one, as the answer's end is a token, too.
func estimateResult(r neutral.Result) int64 {
	sum := 1 + tokens.Count(r.Reasoning, r.Text)
	for _, use := range r.ToolUses {
		sum += tokens.Count(use.Name, string(use.Input))
	}
	return sum
}

// perTurn is what a turn has around its text, in tokens of most templates.
const perTurn = 4

func estimateChat(chat neutral.Chat) int64 {
	sum := tokens.Count(chat.System) + perTurn
	for _, turn := range chat.Turns {
		sum += perTurn
		for _, part := range turn.Parts {
			sum += estimatePart(part)
		}
	}
	for _, tool := range chat.Tools {
		sum += tokens.Count(tool.Name, tool.Description, string(tool.Schema))
	}
	return sum
}

// perImage is what a picture of middle size costs most models.
const perImage = 1000

func estimatePart(part neutral.Part) int64 {
	switch {
	case part.Image != nil:
		return perImage
	case part.ToolUse != nil:
		return tokens.Count(part.ToolUse.Name, string(part.ToolUse.Input))
	case part.ToolResult != nil:
		return tokens.Count(part.ToolResult.Text)
	default:
		return tokens.Count(part.Text)
	}
}
