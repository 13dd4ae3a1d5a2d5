package bedrockapi_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"airglow/internal/bedrockapi"
)

// FuzzRequest: whatever an account sends, it is answered, and never by a defect.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][4]string{
		{"POST", "/model/streams.model-v1/count-tokens", "", `{"input":{"invokeModel":{"body":"e30="}}}`},
		{"POST", "/model/streams.model-v1/count-tokens", "", `{"input":{"converse":[]}}`},
		{"POST", "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse", "", `{"messages":[]}`},
		{"POST", "/model/qwen3/converse-stream", "", `{"messages":[]}`},
		{"POST", "/model/qwen3/invoke-with-response-stream", "", `{"stop_reason":1}`},
		{"POST", "/model/arn:aws:bedrock:x::foundation-model/qwen3/invoke", "", `{}`},
		{"POST", "/endpoints/churn/invocations", "", "1,\"2\n3\"\n\n"},
		{"POST", "/", "Comprehend_20171127.BatchDetectSentiment", `{"TextList":["",null,"x"],"LanguageCode":"en"}`},
		{"POST", "/", "Comprehend_20171127.DetectSentiment", `{"Text":1}`},
		{"GET", "/foundation-models?byProvider=%00&byInferenceType=ON_DEMAND", "", ""},
		{"GET", "/inference-profiles?maxResults=1&nextToken=zz", "", ""},
		{"GET", "/inference-profiles/us.%2e.", "", ""},
		{"GET", "/foundation-model-availability/local.qwen3", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], []byte(seed[3]))
	}
	k := start(f, telling(nil, `{"messageStop":{}}`), func(o *bedrockapi.Options) { o.Logger = slog.New(slog.DiscardHandler) })
	f.Fuzz(func(t *testing.T, method, path, target string, body []byte) {
		at, err := url.Parse(k.url + path)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		r, err := http.NewRequestWithContext(t.Context(), method, at.String(), strings.NewReader(string(body)))
		if err != nil {
			return
		}
		r.Header.Set("Authorization", "Bearer "+k.key.Bearer())
		if target != "" {
			r.Header.Set("X-Amz-Target", target)
		}
		answer, err := k.client.Do(r)
		if err != nil {
			return // what net/http does not send, or refuses before it is ours
		}
		defer func() { _ = answer.Body.Close() }()
		if text, _ := io.ReadAll(answer.Body); answer.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s %s %q: %s", method, path, body, text)
		}
	})
}
