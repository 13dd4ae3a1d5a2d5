package bedrock

import (
	"net/http"
	"testing"

	"airglow/internal/model"
)

func TestUsage(t *testing.T) {
	known := func(in, out int64) model.Usage { return model.Usage{InputTokens: in, OutputTokens: out, Known: true} }
	cached := func(in, out, read, written int64) model.Usage {
		return model.Usage{InputTokens: in, OutputTokens: out, CacheReadTokens: read, CacheWriteTokens: written, Known: true}
	}
	headers := func(in, out string) http.Header {
		h := http.Header{}
		if in != "" {
			h.Set("X-Amzn-Bedrock-Input-Token-Count", in)
		}
		if out != "" {
			h.Set("X-Amzn-Bedrock-Output-Token-Count", out)
		}
		return h
	}
	cacheHeaders := func(in, out, read, written string) http.Header {
		h := headers(in, out)
		h.Set("X-Amzn-Bedrock-Cache-Read-Input-Token-Count", read)
		h.Set("X-Amzn-Bedrock-Cache-Write-Input-Token-Count", written)
		return h
	}
	for name, tc := range map[string]struct {
		header http.Header
		body   string
		want   model.Usage
	}{
		"headers":              {headers("3", "4"), `{}`, known(3, 4)},
		"headers go first":     {headers("3", "4"), `{"usage":{"input_tokens":9,"output_tokens":9}}`, known(3, 4)},
		"headers, no JSON":     {headers("3", "4"), "\x89PNG", known(3, 4)},
		"negative header":      {headers("-3", "4"), `{}`, model.Usage{}},
		"Claude":               {nil, `{"content":[],"usage":{"input_tokens":10,"output_tokens":20}}`, known(10, 20)},
		"zero is a count":      {nil, `{"usage":{"input_tokens":10,"output_tokens":0}}`, known(10, 0)},
		"half is none":         {nil, `{"usage":{"input_tokens":10}}`, model.Usage{}},
		"Nova":                 {nil, `{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}`, known(1, 2)},
		"chat":                 {nil, `{"usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}`, known(5, 6)},
		"Llama":                {nil, `{"generation":"x","prompt_token_count":7,"generation_token_count":8}`, known(7, 8)},
		"Titan":                {nil, `{"inputTextTokenCount":2,"results":[{"tokenCount":3},{"tokenCount":4}]}`, known(2, 7)},
		"Titan without count":  {nil, `{"inputTextTokenCount":2,"results":[{"outputText":"x"}]}`, model.Usage{}},
		"Titan embedding":      {nil, `{"embedding":[0.1],"inputTextTokenCount":6}`, known(6, 0)},
		"Cohere embedding":     {headers("6", ""), `{"embeddings":[[0.1]],"id":"x"}`, known(6, 0)},
		"input header only":    {headers("6", ""), `{"text":"x"}`, model.Usage{}},
		"nothing":              {nil, `{"outputs":[{"text":"x"}]}`, model.Usage{}},
		"an array":             {nil, `[1,2]`, model.Usage{}},
		"counts of other type": {nil, `{"usage":"much"}`, model.Usage{}},
		"no JSON":              {nil, `not json`, model.Usage{}},

		"Claude's cache":        {nil, `{"usage":{"input_tokens":20,"cache_creation_input_tokens":3000,"cache_read_input_tokens":400,"output_tokens":10}}`, cached(20, 10, 400, 3000)},
		"Nova's cache":          {nil, `{"usage":{"inputTokens":1,"outputTokens":2,"cacheReadInputTokenCount":3,"cacheWriteInputTokenCount":4}}`, cached(1, 2, 3, 4)},
		"Converse's cache":      {nil, `{"usage":{"inputTokens":1,"outputTokens":2,"cacheReadInputTokens":3,"cacheWriteInputTokens":4}}`, cached(1, 2, 3, 4)},
		"a chat's cache":        {nil, `{"usage":{"prompt_tokens":50,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":40}}}`, cached(10, 6, 40, 0)},
		"more cached than read": {nil, `{"usage":{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":40}}}`, known(5, 6)},
		"headers, body's cache": {headers("20", "10"), `{"usage":{"input_tokens":20,"cache_read_input_tokens":400,"output_tokens":10}}`, cached(20, 10, 400, 0)},
		"headers, chat's cache": {headers("50", "6"), `{"usage":{"prompt_tokens":50,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":40}}}`, cached(10, 6, 40, 0)},
		"headers of the cache":  {cacheHeaders("20", "10", "7", "8"), `{"usage":{"input_tokens":20,"cache_read_input_tokens":400,"output_tokens":10}}`, cached(20, 10, 7, 8)},
		"negative cache":        {nil, `{"usage":{"input_tokens":20,"cache_creation_input_tokens":-3,"output_tokens":10}}`, known(20, 10)},
		"cache of other type":   {headers("20", "10"), `{"usage":{"cache_read_input_tokens":"x"}}`, known(20, 10)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := usageOf(tc.header, []byte(tc.body)); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// No body gives a count that is negative, or one that is not said to be known.
func FuzzUsage(f *testing.F) {
	f.Add([]byte(`{"usage":{"input_tokens":1,"output_tokens":2}}`))
	f.Add([]byte(`{"inputTextTokenCount":2,"results":[{"tokenCount":-3},{}]}`))
	f.Add([]byte(`{"inputTextTokenCount":2,"results":[{"tokenCount":9223372036854775807},{"tokenCount":9223372036854775807}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u := usageOf(nil, body)
		if min(u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens) < 0 || !u.Known && u != (model.Usage{}) {
			t.Errorf("%q: %+v", body, u)
		}
	})
}

// Whatever the chunks of a stream are, no count is negative.
func FuzzCacheWatch(f *testing.F) {
	f.Add([]byte(`{"type":"message_start","message":{"usage":{"cache_read_input_tokens":-1}}}`), []byte(`{"metadata":{"usage":{"cacheWriteInputTokenCount":7}}}`))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		var w cacheWatch
		w.chunk(one)
		w.chunk(two)
		u := model.Usage{Known: true}
		if w.tell(&u); u.CacheReadTokens < 0 || u.CacheWriteTokens < 0 {
			t.Errorf("%q, %q: %+v", one, two, u)
		}
	})
}
