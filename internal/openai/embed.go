package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// mostTexts is how many texts go into one request; OpenAI takes 2048, and no more
// than 300,000 tokens.
const mostTexts = 512

// MostTexts implements translate.Batcher.
func (b *Backend) MostTexts() int { return mostTexts }

// embeddings is the answer to a request for embeddings.
type embeddings struct {
	Data []struct {
		Index     *int      `json:"index"`
		Embedding []float32 `json:"embedding"`
	} `json:"data"`
	Usage *struct {
		Tokens int64 `json:"prompt_tokens"`
	} `json:"usage"`
}

// shortened are the models that are known to be made for shorter vectors, by the
// beginning of their names, with the length of their own.
var shortened = []struct {
	name    string
	longest int
}{
	{"text-embedding-3-small", 1536},
	{"text-embedding-3-large", 3072},
}

// longest is the length of a model's own vectors, if it is one of those.
func longest(model string) int {
	model = model[strings.LastIndexByte(model, '/')+1:] // some servers put the vendor before it
	for _, m := range shortened {
		if strings.HasPrefix(model, m.name) {
			return m.longest
		}
	}
	return 0
}

// Shortens implements translate.Shortener.
func (b *Backend) Shortens(model string) bool { return longest(model) > 0 }

// Embed implements translate.Backend. Of other models than those that are known to be
// made for it servers are not asked for shorter vectors: some cut those of any model.
func (b *Backend) Embed(ctx context.Context, embed translate.Embed) (neutral.Vectors, error) {
	request := make(map[string]any, len(embed.Parameters)+2)
	for name, value := range embed.Parameters {
		request[name] = value
	}
	request["model"], request["input"] = embed.Model, embed.Texts
	if embed.Dimensions > 0 && embed.Dimensions <= longest(embed.Model) {
		request["dimensions"] = embed.Dimensions
	}
	body, err := json.Marshal(request)
	if err != nil {
		return neutral.Vectors{}, fmt.Errorf("write a request for embeddings: %w", err)
	}
	whole, err := b.client.Post(ctx, outbound.Request{Path: "/embeddings", Body: body})
	switch {
	case err != nil:
		return neutral.Vectors{}, err
	case outbound.IsFailure(whole):
		return neutral.Vectors{}, b.client.SaidWhole(whole)
	}
	var answer embeddings
	if json.Unmarshal(whole, &answer) != nil || len(answer.Data) != len(embed.Texts) {
		return neutral.Vectors{}, b.client.Unreadable(whole, fmt.Sprintf("it has not one embedding for each of %d texts", len(embed.Texts)))
	}
	return b.inOrder(answer)
}

// inOrder puts the embeddings where their numbers say, as the answer may have them
// in any order.
func (b *Backend) inOrder(answer embeddings) (neutral.Vectors, error) {
	v := neutral.Vectors{Floats: make([][]float32, len(answer.Data))}
	for _, item := range answer.Data {
		if item.Index == nil || *item.Index < 0 || *item.Index >= len(v.Floats) || v.Floats[*item.Index] != nil {
			return neutral.Vectors{}, b.client.BadAnswer("its embeddings are not numbered as the texts are")
		}
		v.Floats[*item.Index] = item.Embedding
	}
	if answer.Usage != nil && answer.Usage.Tokens >= 0 {
		v.Usage = model.Usage{InputTokens: answer.Usage.Tokens, Known: true}
	}
	return v, nil
}
