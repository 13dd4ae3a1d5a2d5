package bedrock

import (
	"bytes"
	"encoding/json"
	"net/http"

	"airglow/internal/model"
)

// caches are the counts of input that was in the service's cache of prompts, or was
// put there, under the names that Claude, Nova and Converse have for them.
type caches struct {
	ClaudeRead      int64 `json:"cache_read_input_tokens"`
	ClaudeWritten   int64 `json:"cache_creation_input_tokens"`
	NovaRead        int64 `json:"cacheReadInputTokenCount"`
	NovaWritten     int64 `json:"cacheWriteInputTokenCount"`
	ConverseRead    int64 `json:"cacheReadInputTokens"`
	ConverseWritten int64 `json:"cacheWriteInputTokens"`
}

func (c caches) read() int64    { return max(c.ClaudeRead, c.NovaRead, c.ConverseRead, 0) }
func (c caches) written() int64 { return max(c.ClaudeWritten, c.NovaWritten, c.ConverseWritten, 0) }

// addCaches adds to the counts of an answer those of the cache: the headers', or the
// body's where there are none. OpenAI-like bodies count the cached input within the
// input, which is to be left out there.
func (c counts) addCaches(u model.Usage, header http.Header) model.Usage {
	if !u.Known {
		return u
	}
	read, okRead := count(header.Get("X-Amzn-Bedrock-Cache-Read-Input-Token-Count"))
	written, okWritten := count(header.Get("X-Amzn-Bedrock-Cache-Write-Input-Token-Count"))
	if okRead || okWritten {
		u.CacheReadTokens, u.CacheWriteTokens = read, written
		return u
	}
	u.CacheReadTokens, u.CacheWriteTokens = c.Usage.read(), c.Usage.written()
	if within := c.Usage.Details.Cached; u.CacheReadTokens == 0 && within > 0 && within <= u.InputTokens {
		u.InputTokens, u.CacheReadTokens = u.InputTokens-within, within
	}
	return u
}

// mentionsCache reports whether there can be any such count in a body, which is
// cheaper to know than to read it.
func mentionsCache(body []byte) bool { return bytes.Contains(body, []byte("cache")) }

// cacheWatch finds those counts in the chunks of a stream. They are at its beginning,
// its end, or in the metrics that the service adds to it.
type cacheWatch struct{ seen caches }

func (w *cacheWatch) chunk(chunk []byte) {
	if !mentionsCache(chunk) {
		return
	}
	var c struct {
		Message struct {
			Usage caches `json:"usage"`
		} `json:"message"`
		Usage    caches `json:"usage"`
		Metadata struct {
			Usage caches `json:"usage"`
		} `json:"metadata"`
		Metrics caches `json:"amazon-bedrock-invocationMetrics"`
	}
	if json.Unmarshal(chunk, &c) != nil {
		return // what is wrong with it is for its family's reader to say
	}
	for _, found := range []caches{c.Message.Usage, c.Usage, c.Metadata.Usage, c.Metrics} {
		w.seen.NovaRead = max(w.seen.NovaRead, found.read())
		w.seen.NovaWritten = max(w.seen.NovaWritten, found.written())
	}
}

// tell puts the counts into a usage that has none of them.
func (w *cacheWatch) tell(u *model.Usage) {
	if u.Known && u.CacheReadTokens == 0 && u.CacheWriteTokens == 0 {
		u.CacheReadTokens, u.CacheWriteTokens = w.seen.read(), w.seen.written()
	}
}
