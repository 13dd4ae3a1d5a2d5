package app_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/modelserver"
	"airglow/internal/testkit"
)

var chunkBytes = regexp.MustCompile(`\{"bytes":"([^"]*)"\}`)

// TestTheEndpointStreamsFromModelServers: a server of each kind answers in the
// streams of the model that was asked for, and of Converse, and counts tokens.
func TestTheEndpointStreamsFromModelServers(t *testing.T) {
	for _, kind := range []string{"openai", "ollama", "anthropic"} {
		t.Run(kind, func(t *testing.T) {
			server := modelserver.Start(t)
			url := server.URL()
			if kind == "openai" {
				url += "/v1"
			}
			kit := testkit.Start(t, withEndpoint, withServer(config.Provider{Kind: kind, URL: url, Key: modelserver.Key}))
			key := newKey(t, kit, "root@localhost")
			const id = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/"
			body := string(modelserver.Claude("one two").Body)
			code, text := ask(t, kit, key, http.MethodPost, id+"invoke-with-response-stream", body)
			var chunks []string
			for _, found := range chunkBytes.FindAllStringSubmatch(text, -1) {
				chunk, err := base64.StdEncoding.DecodeString(found[1])
				if err != nil {
					t.Fatal(err)
				}
				chunks = append(chunks, string(chunk))
			}
			all := strings.Join(chunks, "\n")
			for _, part := range []string{`"message_start"`, `"text_delta"`, "ONE", "TWO", `"message_stop"`, "amazon-bedrock-invocationMetrics"} {
				if !strings.Contains(all, part) {
					t.Errorf("answered %s, %s, without %s", code, all, part)
				}
			}
			conversation := `{"messages":[{"role":"user","content":[{"text":"one two"}]}]}`
			code, text = ask(t, kit, key, http.MethodPost, id+"converse-stream", conversation)
			for _, part := range []string{"messageStart", "contentBlockDelta", "ONE", "messageStop", "metadata", "latencyMs"} {
				if code != "200" || !strings.Contains(text, part) {
					t.Errorf("answered %s, %q, without %s", code, text, part)
				}
			}
			if code, text = ask(t, kit, key, http.MethodPost, id+"converse", conversation); code != "200" || !strings.Contains(text, `"text":"ONE TWO"`) {
				t.Errorf("answered %s, %s", code, text)
			}
			code, text = ask(t, kit, key, http.MethodPost, id+"count-tokens",
				`{"input":{"invokeModel":{"body":"`+base64.StdEncoding.EncodeToString([]byte(body))+`"}}}`)
			if code != "200" || !strings.HasPrefix(text, `{"inputTokens":`) {
				t.Errorf("answered %s, %s", code, text)
			}
		})
	}
}
