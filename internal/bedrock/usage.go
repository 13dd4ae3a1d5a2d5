package bedrock

import (
	"encoding/json"
	"net/http"
	"strconv"

	"airglow/internal/model"
)

// usageOf takes the token counts from the answer's headers, and from its body
// where the service sends no headers. Without both they stay unknown.
func usageOf(header http.Header, body []byte) model.Usage {
	input, okInput := count(header.Get("X-Amzn-Bedrock-Input-Token-Count"))
	output, okOutput := count(header.Get("X-Amzn-Bedrock-Output-Token-Count"))
	told := okInput && okOutput
	var c counts
	readable := (!told || mentionsCache(body)) && json.Unmarshal(body, &c) == nil
	var u model.Usage
	switch {
	case told:
		u = model.Usage{InputTokens: input, OutputTokens: output, Known: true}
	case !readable:
	case okInput && c.isEmbedding():
		u = model.Usage{InputTokens: input, Known: true}
	default:
		u = c.usage()
	}
	return c.addCaches(u, header)
}

func count(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}

// counts are the places where the model families put their token counts. A
// pointer tells a count of zero from none.
type counts struct {
	Usage struct {
		ClaudeInput  *int64 `json:"input_tokens"`
		ClaudeOutput *int64 `json:"output_tokens"`
		NovaInput    *int64 `json:"inputTokens"`
		NovaOutput   *int64 `json:"outputTokens"`
		ChatInput    *int64 `json:"prompt_tokens"`
		ChatOutput   *int64 `json:"completion_tokens"`
		Details      struct {
			Cached int64 `json:"cached_tokens"`
		} `json:"prompt_tokens_details"`
		caches
	} `json:"usage"`
	LlamaInput   *int64 `json:"prompt_token_count"`
	LlamaOutput  *int64 `json:"generation_token_count"`
	TitanInput   *int64 `json:"inputTextTokenCount"`
	TitanResults []struct {
		TokenCount *int64 `json:"tokenCount"`
	} `json:"results"`
	// Embeddings put no tokens out, and say nothing of it.
	Embedding        json.RawMessage `json:"embedding"`
	Embeddings       json.RawMessage `json:"embeddings"`
	EmbeddingsByType json.RawMessage `json:"embeddingsByType"`
}

func (c counts) isEmbedding() bool {
	return c.Embedding != nil || c.Embeddings != nil || c.EmbeddingsByType != nil
}

// usage returns the first family's counts that are there in full.
func (c counts) usage() model.Usage {
	for _, pair := range [][2]*int64{
		{c.Usage.ClaudeInput, c.Usage.ClaudeOutput},
		{c.Usage.NovaInput, c.Usage.NovaOutput},
		{c.Usage.ChatInput, c.Usage.ChatOutput},
		{c.LlamaInput, c.LlamaOutput},
		{c.TitanInput, c.titanOutput()},
	} {
		if pair[0] != nil && pair[1] != nil && *pair[0] >= 0 && *pair[1] >= 0 {
			return model.Usage{InputTokens: *pair[0], OutputTokens: *pair[1], Known: true}
		}
	}
	return model.Usage{}
}

// titanOutput adds up the results' counts; nil when one has none.
func (c counts) titanOutput() *int64 {
	var sum int64
	if len(c.TitanResults) == 0 && !c.isEmbedding() {
		return nil
	}
	for _, result := range c.TitanResults {
		if result.TokenCount == nil {
			return nil
		}
		sum += *result.TokenCount
	}
	return &sum
}
